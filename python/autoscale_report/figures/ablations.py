"""Figures of the ablations: AutoScale with one thing changed at a time, and the ceiling of its state.

All variants of a study meet the same worlds. Values are means over cases, then over replications;
error bars are 95 % intervals over replications.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from autoscale_report import studies
from autoscale_report.cases import REFERENCE, Case, Results, cases_of
from autoscale_report.data import Data
from autoscale_report.figure import Figure
from autoscale_report.plan import Plan
from autoscale_report.simulate import Task
from autoscale_sim.plots.intervals import Interval, interval
from autoscale_sim.plots.style import BLUE, GREY, LINE, plt


@dataclass(frozen=True)
class Variant:
    label: str
    tasks: list[Task]
    policy: str = "autoscale"


@dataclass(frozen=True)
class Metric:
    label: str
    values: Callable[[Results, Plan, str, list[Case]], list[float]]


def simulated(results: Results, plan: Plan, policy: str) -> list[Case]:
    return [c for c in cases_of(plan.claims, "all") if results.has(policy, [c])]


def percent(column: str):
    def values(results: Results, plan: Plan, policy: str, cases: list[Case]) -> list[float]:
        return [100 * v for v in results.case_mean(policy, column, cases)]

    return values


def efficiency(results: Results, plan: Plan, policy: str, cases: list[Case]) -> list[float]:
    first = plan.claims["averages"]["first"]
    return [a[first] for a in results.averages(policy, REFERENCE, cases)]


# Both over the requests in which Opt meets QoS.
AGREEMENT = Metric("same target as Opt (%)", percent("agreement_target"))
GAP = Metric("energy above Opt (%)", percent("gap_to_opt"))
QOS = Metric("QoS violations (%)", percent("qos_violation_ratio"))
EFFICIENCY = Metric("efficiency against\nEdge (CPU FP32) (x)", efficiency)


def measure(data: Data, variant: Variant, metric: Metric) -> Interval:
    results = data.results(variant.tasks)
    cases = simulated(results, data.plan, variant.policy)
    return interval(metric.values(results, data.plan, variant.policy, cases))


def groups(plan: Plan) -> dict[str, list[Variant]]:
    """What is compared with what; the first of each group is what the others change."""
    learner = studies.in_environments(plan, "learner")
    in_d3 = [t for t in learner if "/D3_" in t.name]
    bins = studies.in_environments(plan, "signal_bins")
    longer_bins = studies.longer_signal_bins(plan)
    literal = studies.in_environments(plan, "literal_reward")
    ceiling = studies.in_environments(plan, "ceiling")
    oracles = studies.in_environments(plan, "oracles", test_phase=0)
    features = ["conv", "fc", "rc", "mac", "cpu", "memory", "cloud_signal", "tablet_signal"]
    default = Variant("as published", learner)
    return {
        "table": [default, Variant("single precision", learner, "single")],
        "state": [
            default,
            *(Variant(f"without {f.replace('_', ' ')}", learner, f"no_{f}") for f in features),
        ],
        "bins": [
            Variant("two bins", bins),
            Variant("four bins", bins, "four_bins"),
            Variant("eight bins", bins, "eight_bins"),
            Variant("two bins, 10 x training", longer_bins),
            Variant("four bins, 10 x training", longer_bins, "four_bins"),
            Variant("eight bins, 10 x training", longer_bins, "eight_bins"),
        ],
        "reward": [
            default,
            Variant("literal", literal),
            Variant("literal, initial values above it", literal, "above_all_rewards"),
        ],
        "tails": [default, Variant("with tails", studies.in_environments(plan, "radio_tails"))],
        "signal": [
            Variant("D3, independent draws", in_d3),
            *(Variant(f"D3, correlated over {t}", studies.correlated_signal(plan, t))
              for t in studies.TIME_CONSTANTS),
        ],
        "ceiling": [
            default,
            Variant("trained in the test's environment", ceiling),
            Variant("best fixed action per state", ceiling, "best_per_state"),
            Variant("the same by sampled rewards", ceiling, "best_per_state_samples"),
            Variant("oracle of the expected reward", oracles, "expected_reward"),
            Variant("oracle of rare late replies", oracles, "chance_constrained"),
        ],
    }  # fmt: skip


TITLES = {
    "table": "Precision of a table entry (published: half)",
    "state": "Features of the state",
    "bins": "Signal bins, trained on signals drawn inside regular and weak",
    "reward": "Reward (published here: sound)",
    "tails": "Radio tails",
    "signal": "Correlation of the signal in D3",
    "ceiling": "Ceiling of the state, and of the reward",
}


def draw_ablations(data: Data):
    metrics = [AGREEMENT, GAP, QOS, EFFICIENCY]
    compared = groups(data.plan)
    figure, axes = plt.subplots(
        len(compared), len(metrics), figsize=(11, 10), squeeze=False, sharey="row", sharex="col",
        gridspec_kw={"height_ratios": [len(v) + 0.6 for v in compared.values()]},
    )  # fmt: skip
    for row, (name, variants) in zip(axes, compared.items()):
        for panel, metric in zip(row, metrics):
            points = [measure(data, v, metric) for v in variants]
            y = list(range(len(variants)))[::-1]
            panel.axvline(points[0].mean, color=LINE, linewidth=0.8, linestyle="--")
            errors = [0 if math.isnan(p.high) else p.high - p.mean for p in points]
            panel.errorbar([p.mean for p in points], y, xerr=errors, fmt="none", ecolor=LINE,
                           elinewidth=1, capsize=2)  # fmt: skip
            colours = [GREY] + [BLUE] * (len(points) - 1)
            panel.scatter([p.mean for p in points], y, c=colours, s=22, zorder=3)
            panel.set_yticks(y, [v.label for v in variants])
            panel.set_ylim(-0.7, len(variants) - 0.3)
            panel.grid(True, axis="x")
            panel.grid(False, axis="y")
            panel.tick_params(axis="y", length=0)
        row[0].set_title(TITLES[name], loc="left")
    for panel, metric in zip(axes[-1], metrics):
        panel.set_xlabel(metric.label)
        if metric is GAP:
            panel.set_xscale("log")
            panel.xaxis.set_major_formatter("{x:g}")
        else:
            panel.set_xlim(left=0)
    return figure


def lost_updates(data: Data, policy: str) -> float:
    """Share of updates that rounding undid, percent."""
    runs = [data.frame(t, "runs.csv") for t in studies.in_environments(data.plan, "learner")]
    rows = [frame[frame["policy"] == policy] for frame in runs]
    lost = sum(frame["lost_updates"].sum() for frame in rows)
    return 100 * lost / sum(frame["learning_updates"].sum() for frame in rows)


def caption_ablations(data: Data) -> str:
    by_label = {v.label: v for group in groups(data.plan).values() for v in group}

    def agreement(label: str) -> str:
        return f"{measure(data, by_label[label], AGREEMENT).mean:.0f} %"

    features = groups(data.plan)["state"][1:]
    worst = min(features, key=lambda v: measure(data, v, AGREEMENT).mean)
    dearest = max(features, key=lambda v: measure(data, v, GAP).mean)
    return (
        "Each row changes one thing about AutoScale; the dashed line is its group's first row. "
        f"Rounding undoes {lost_updates(data, 'autoscale'):.1f} % of the updates of a half-precision "
        f"table (single precision: {lost_updates(data, 'single'):.1f} %) and costs nothing. Of the "
        f"features, '{worst.label}' loses most agreement ({agreement(worst.label)} of "
        f"{agreement('as published')}), '{dearest.label}' most energy. Finer signal bins share the "
        "training among more states, four bins per link among four times as many: they agree in "
        f"{agreement('four bins')} (two bins {agreement('two bins')}), with ten times the training in "
        f"{agreement('four bins, 10 x training')} ({agreement('two bins, 10 x training')}). The best fixed action per "
        "state, known without noise in the test's own environment, agrees with Opt in "
        f"{agreement('best fixed action per state')}: the ceiling of these bins. The oracle of the expected "
        f"reward, which needs no table, agrees in {agreement('oracle of the expected reward')}: what the "
        "reward itself asks for."
    )


def heat_map(panel, data: Data, metric: Metric, table: list[list[Variant]], rows, columns) -> None:
    values = [[measure(data, v, metric).mean for v in line] for line in table]
    flat = [v for line in values for v in line]
    panel.imshow(values, cmap="cividis", aspect="auto", vmin=min(flat), vmax=max(flat))
    middle = (min(flat) + max(flat)) / 2
    for y, line in enumerate(values):
        for x, value in enumerate(line):
            panel.text(x, y, f"{value:.0f}", ha="center", va="center",
                       color="black" if value > middle else "white")  # fmt: skip
    panel.set_xticks(range(len(columns)), columns)
    panel.set_yticks(range(len(rows)), rows)
    panel.tick_params(length=0)
    panel.grid(False)
    for spine in panel.spines.values():
        spine.set_visible(False)


RATES = ["0.9", "0.5", "0.1"]


def learning_tables(plan: Plan) -> dict[str, tuple[list[list[Variant]], list[str]]]:
    """Title -> variants by learning rate and what else is varied, and that one's values."""
    learner = studies.in_environments(plan, "learner")
    longer = studies.in_environments(plan, "longer_training")

    def variant(rate: str, discount: str) -> Variant:
        published = (rate, discount) == ("0.9", "0.1")
        return Variant("", learner, "autoscale" if published else f"lr{rate}_discount{discount}")

    levels = {"above": None, "middle": "middle", "around": "around", "below": "below"}
    discounts = ["0.1", "0.5", "0.9"]
    return {
        "discount": ([[variant(r, d) for d in discounts] for r in RATES], discounts),
        "initial values against rewards": (
            [[Variant("", learner, f"lr{r}_{name}") if name else variant(r, "0.1")
              for name in levels.values()] for r in RATES],
            list(levels),
        ),
        "inferences per state and DNN": (
            [[variant(r, "0.1"), Variant("", longer, "autoscale" if r == "0.9" else f"lr{r}")]
             for r in RATES],
            ["100", "1000"],
        ),
    }  # fmt: skip


def draw_learning_parameters(data: Data):
    tables = learning_tables(data.plan)
    metrics = [AGREEMENT, GAP]
    figure, axes = plt.subplots(
        len(metrics), len(tables), figsize=(11, 5.4), squeeze=False, sharey=True,
        gridspec_kw={"width_ratios": [len(columns) for _, columns in tables.values()]},
    )  # fmt: skip
    for row, metric in zip(axes, metrics):
        for panel, (title, (table, columns)) in zip(row, tables.items()):
            heat_map(panel, data, metric, table, RATES, columns)
            panel.set_title(metric.label, loc="left")
            panel.set_xlabel(title)
        row[0].set_ylabel("learning rate")
    return figure


def caption_learning_parameters(data: Data) -> str:
    tables = learning_tables(data.plan)

    def agreement(title: str, rate: str, column: str) -> str:
        table, columns = tables[title]
        variant = table[RATES.index(rate)][columns.index(column)]
        return f"{measure(data, variant, AGREEMENT).mean:.0f} %"

    visits, levels = "inferences per state and DNN", "initial values against rewards"
    return (
        "Agreement with Opt (upper row, brighter is better) and energy above Opt (lower row, darker "
        "is better) over learning rate and discount, initial values, and length of the training. "
        "All start from the same initial values where those are not varied. With the training of "
        f"the paper, a learning rate of 0.9 agrees in {agreement(visits, '0.9', '100')}, 0.1 in "
        f"{agreement(visits, '0.1', '100')}; with ten times the training "
        f"{agreement(visits, '0.9', '1000')} and {agreement(visits, '0.1', '1000')}. Initial values "
        f"below every reward leave {agreement(levels, '0.9', 'below')}: what was tried first is kept."
    )


def learner_tasks(plan: Plan) -> list[Task]:
    return [*studies.in_environments(plan, "learner"),
            *studies.in_environments(plan, "longer_training")]  # fmt: skip


FIGURES = [
    Figure("fig_learning_parameters", "Learning rate, discount, initial values, length of training",
           learner_tasks, draw_learning_parameters, caption_learning_parameters),
    Figure("fig_ablations", "One thing changed at a time", studies.ablations, draw_ablations,
           caption_ablations),
]  # fmt: skip
