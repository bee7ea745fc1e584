"""Figures of how near AutoScale comes to Opt, beside what the bins of its state allow at best.

Bars are means over cases, then over replications; error bars are 95 % intervals over replications.
Both are over the requests in which Opt meets QoS.
"""

from __future__ import annotations

import pandas as pd

from autoscale_report import studies
from autoscale_report.cases import Case, Results, cases_of
from autoscale_report.claims import BESIDE, paper_value
from autoscale_report.data import Data
from autoscale_report.figure import Figure
from autoscale_report.figures.comparison import bars
from autoscale_report.plan import Plan
from autoscale_report.simulate import Task
from autoscale_report.style import DEVICES
from autoscale_sim.plots.intervals import interval
from autoscale_sim.plots.style import GREY, LINE, ORANGE, POLICIES, PURPLE, SKY, legend_above, plt

COLOURS = {"best_per_state": ORANGE, "best_per_state_samples": GREY, "expected_reward": PURPLE,
           "chance_constrained": SKY}  # fmt: skip
# Policy -> label, colour, its runs. An entry more is a bar more.
SHOWN = {
    "autoscale": (*POLICIES["autoscale"], Plan.main_tasks),
    **{p: (BESIDE[p], COLOURS[p], of) for p, of in studies.BESIDE_OPT.items()},
    "random": (*POLICIES["random"], Plan.main_tasks),
}
NEAR_OPT = tuple(p for p in SHOWN if p != "random")


def tasks(plan: Plan) -> list[Task]:
    return list(dict.fromkeys(t for *_, of in SHOWN.values() for t in of(plan)))


def series(policies) -> dict[str, tuple[str, str]]:
    return {p: SHOWN[p][:2] for p in policies}


def results_of(data: Data, policies) -> dict[str, Results]:
    return {p: data.results(SHOWN[p][2](data.plan)) for p in policies}


def percent(results: Results, policy: str, column: str, cases: list[Case]) -> list[float]:
    return [100 * v for v in results.case_mean(policy, column, cases)]


def phone_panel(panel, data: Data, results: dict[str, Results], column: str, device: str) -> list:
    """A group of bars per environment, a bar per policy, and the paper's value."""

    def value(policy: str, environment: str) -> list[float]:
        cases = [c for c in cases_of(data.plan.claims, [environment]) if c.device == device]
        return percent(results[policy], policy, column, cases)

    handles = bars(panel, data.plan.environments, series(results), value)
    panel.set_title(DEVICES[device][0], loc="left")
    panel.set_xlabel("environment")
    return handles


def paper_line(panel, value: float, along: str = "x"):
    line = panel.axhline if along == "x" else panel.axvline
    return line(value, color=LINE, linewidth=1.2, linestyle="--")


def draw_agreement(data: Data):
    paper = 100 * paper_value(data.plan.claims, "agreement_with_opt")
    results = results_of(data, SHOWN)
    figure, axes = plt.subplots(1, len(DEVICES), figsize=(11, 3.4), sharey=True)
    for panel, device in zip(axes, DEVICES):
        handles = phone_panel(panel, data, results, "agreement_target", device)
        line = paper_line(panel, paper)
    axes[0].set_ylim(0, 105)
    axes[0].set_ylabel("same target as Opt (%)")
    labels = [label for label, _ in series(SHOWN).values()]
    legend_above(figure, [*handles, line], [*labels, f"paper (recalled): {paper:g} %"], 3)
    return figure


def overall(data: Data, column: str, policy: str) -> str:
    results = data.results(SHOWN[policy][2](data.plan))
    value = interval(percent(results, policy, column, cases_of(data.plan.claims, "all")))
    return f"{value.mean:.1f} %"


def caption_agreement(data: Data) -> str:
    shares = {p: overall(data, "agreement_target", p) for p in SHOWN}
    paper = 100 * paper_value(data.plan.claims, "agreement_with_opt")
    return (
        "Share of decisions with Opt's site, processor and precision, among those in which Opt meets "
        f"QoS: AutoScale {shares['autoscale']}, a random choice {shares['random']}; the paper has "
        f"{paper:g} % (recalled). The best fixed action per state, known without noise in the "
        f"environment of the test, agrees in {shares['best_per_state']}: about what a table over these "
        "bins can reach. A learner is not taught Opt's rule but rewards, where a late reply costs "
        "far more than energy does: the oracle that knows the expected reward of every action agrees with "
        f"Opt in {shares['expected_reward']}, the one that takes the least energy among actions whose "
        f"replies are seldom late in {shares['chance_constrained']}."
    )


def gaps(data: Data, results: Results, policy: str) -> pd.Series:
    """Energy above Opt's in percent, of each case in each replication, ascending."""
    cells = results.column(policy, "gap_to_opt", cases_of(data.plan.claims, "all"))
    return 100 * pd.Series([v for row in cells for v in row]).dropna().sort_values()


def draw_gap(data: Data):
    paper = 100 * paper_value(data.plan.claims, "gap_to_opt")
    results = results_of(data, NEAR_OPT)
    figure, axes = plt.subplots(2, 2, figsize=(11, 6))
    *phones, distribution = axes.flat
    for panel, device in zip(phones, DEVICES):
        handles = phone_panel(panel, data, results, "gap_to_opt", device)
        line = paper_line(panel, paper)
        panel.set_yscale("symlog", linthresh=1)
        panel.yaxis.set_major_formatter("{x:g}")
        panel.set_ylabel("energy above Opt (%)")
    top = max(panel.get_ylim()[1] for panel in phones)
    for panel in phones:
        panel.set_ylim(0, top)
    for policy, (_, colour) in series(NEAR_OPT).items():
        values = gaps(data, results[policy], policy)
        shares = [100 * (i + 1) / len(values) for i in range(len(values))]
        distribution.step(values, shares, where="post", color=colour)
    paper_line(distribution, paper, along="y")
    distribution.set_xscale("symlog", linthresh=1)
    distribution.xaxis.set_major_formatter("{x:g}")
    distribution.set_title("all cases in all replications", loc="left")
    distribution.set_xlabel("energy above Opt (%)")
    distribution.set_ylabel("cases at or below (%)")
    distribution.set_ylim(0, 100)
    labels = [label for label, _ in series(NEAR_OPT).values()]
    legend_above(figure, [*handles, line], [*labels, f"paper (recalled): PPW {paper:g} % lower"], 3)
    return figure


def caption_gap(data: Data) -> str:
    results = results_of(data, NEAR_OPT)
    paper = 100 * paper_value(data.plan.claims, "gap_to_opt")
    found = {p: gaps(data, results[p], p) for p in NEAR_OPT}
    learned = found["autoscale"]
    largest = learned[learned >= learned.quantile(0.9)]
    first = data.plan.claims["averages"]["first"]
    cases = cases_of(data.plan.claims, "all")
    lower = interval(results["autoscale"].shortfall("autoscale", "opt", first, cases)).mean
    others = "; ".join(
        f"{BESIDE[p]}, mean {found[p].mean():.1f} %, median {found[p].median():.1f} %"
        for p in studies.BESIDE_OPT
    )
    return (
        "Energy per inference above Opt's, paired by request, where Opt meets QoS; logarithmic beyond "
        f"1 %. AutoScale's mean is {learned.mean():.0f} %, yet half of "
        f"all cases and replications lie within {learned.median():.1f} %: the tenth with the "
        f"largest gaps makes {100 * largest.sum() / learned.sum():.0f} % of the mean. The paper's "
        f"{paper:g} % (recalled) speaks of inferences per joule: those of AutoScale are "
        f"{100 * lower:.1f} % fewer than Opt's by the first average. Others: {others}. Below zero a "
        "policy spends less than Opt, by missing a constraint that Opt keeps."
    )


FIGURES = [
    Figure("fig_agreement", "Agreement with Opt", tasks, draw_agreement, caption_agreement),
    Figure("fig_gap", "Energy above Opt", tasks, draw_gap, caption_gap),
]  # fmt: skip
