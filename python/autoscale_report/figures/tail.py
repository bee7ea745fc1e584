"""Figure of how long a tail of the Wi-Fi round trip learners bear: agreement with each oracle, gap and QoS
misses over its 90th percentile.

Points are means over cases, then over replications; error bars are 95 % intervals over replications.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from autoscale_report import studies, tail
from autoscale_report.claims import BESIDE, ORACLES, paper_value
from autoscale_report.data import Data
from autoscale_report.figure import Figure
from autoscale_report.parameters import parameters_of
from autoscale_report.plan import Plan
from autoscale_report.simulate import Task
from autoscale_report.tail import (
    GAP,
    LATE,
    LEARNERS,
    PAPER,
    TAUGHT,
    curve,
    from_on,
    intervals,
    lead,
    loss,
    means,
    settled,
)
from autoscale_sim.plots.style import (
    BLUE,
    GREEN,
    GREY,
    LINE,
    ORANGE,
    POLICIES,
    PURPLE,
    SKY,
    VERMILION,
    log_scale,
    plt,
)


@dataclass(frozen=True)
class Look:
    label: str
    colour: str
    marker: str
    dash: str = "-"
    width: float = 1.2


LOOKS = {
    PAPER: Look("AutoScale, learning rate 0.9 (the paper's)", BLUE, "o", width=2.4),
    "lr0.7": Look("learning rate 0.7", SKY, "s"),
    "lr0.5": Look("learning rate 0.5", GREY, "D"),
    "lr0.3": Look("learning rate 0.3", "#C9A227", "^"),
    "lr0.1": Look("learning rate 0.1", ORANGE, "v"),
    "ucb": Look("UCB over the same states", GREEN, "P", "-."),
    "thompson": Look("Thompson sampling", PURPLE, "X", "-."),
    TAUGHT: Look(BESIDE[TAUGHT], VERMILION, "", ":"),
    "opt": Look(POLICIES["opt"][0], VERMILION, "", "--"),
}
AGREEMENT, TAUGHT_AGREEMENT, CHANCE_AGREEMENT = ORACLES
SAME = "same target (%)"
# Column -> title, y axis, who is drawn beside the learners, the paper's claim.
PANELS = {
    AGREEMENT: ("Agreement with Opt", SAME, [TAUGHT], "agreement_with_opt"),
    TAUGHT_AGREEMENT: (f"... with the {BESIDE[TAUGHT]}", SAME, [], None),
    CHANCE_AGREEMENT: ("... with the oracle of rare late replies", SAME, [], None),
    GAP: ("Inferences per joule", "below Opt's (%)", [TAUGHT], "gap_to_opt"),
    LATE: ("QoS misses", "inferences (%)", [TAUGHT, "opt"], None),
}


def tasks(plan: Plan) -> list[Task]:
    return [task for runs in studies.tail(plan).values() for task in runs]


def draw_line(panel, data: Data, measure: str, policy: str, shift: float):
    """`shift`, a factor on x, keeps error bars apart."""
    look, points = LOOKS[policy], intervals(curve(data, measure, policy))
    errors = [0 if math.isnan(p.high) else 100 * (p.high - p.mean) for p in points.values()]
    return panel.errorbar(
        [p90 * shift for p90 in points], [100 * p.mean for p in points.values()], yerr=errors,
        color=look.colour, marker=look.marker, markersize=4.5, linestyle=look.dash, linewidth=look.width,
        elinewidth=0.8, zorder=3 if policy == PAPER else 2,
    )  # fmt: skip


def draw_tail(data: Data):
    figure, axes = plt.subplots(2, 3, figsize=(11, 6.4), sharex=True)
    *panels, place_of_legend = axes.flat
    handles = {}
    for panel, (measure, (title, unit, beside, claim)) in zip(panels, PANELS.items()):
        for place, policy in enumerate((*LEARNERS, *beside)):
            shift = 1 + 0.012 * (place - len(LEARNERS) // 2) if policy in LEARNERS else 1
            handles[policy] = draw_line(panel, data, measure, policy, shift)
        if claim:
            paper = panel.axhline(100 * paper_value(data.plan.claims, claim), color=LINE, linestyle="--",
                                  linewidth=1.2)  # fmt: skip
        usual = panel.axvline(nominal(data), color=LINE, linewidth=1.2, linestyle=":")
        panel.set_title(title, loc="left")
        panel.set_ylabel(unit)
        panel.set_ylim(0, 100 if unit == SAME else None)
    p90s = list(studies.tail(data.plan))
    log_scale(panels[0], "x")
    for panel in panels[2:]:
        panel.set_xlabel("90th percentile of the round trip (ms)")
        panel.set_xticks(p90s, [f"{p90:g}" for p90 in p90s])
        panel.tick_params(labelbottom=True)
    place_of_legend.set_axis_off()
    place_of_legend.legend(
        [*(handles[p] for p in LOOKS), paper, usual],
        [*(look.label for look in LOOKS.values()), "paper (recalled)", "round trip of the other figures"],
        loc="center left",
    )
    return figure


def nominal(data: Data, parameter: str = "rtt_p90") -> float:
    return next(p.nominal for p in parameters_of(data.plan.claims) if p.id == parameter)


def where(p90: float | None, data: Data) -> str:
    """From which of the simulated round trips on something holds."""
    if p90 is None:
        return "not at the longest round trip"
    return "at every round trip" if p90 == min(studies.tail(data.plan)) else f"from {p90:g} ms on"


def percents(data: Data, measure: str, policy: str, *p90s: float) -> str:
    values = means(curve(data, measure, policy))
    return f"{' and '.join(f'{100 * values[p90]:.1f}' for p90 in p90s)} %"


def what_breaks(data: Data) -> str:
    """Of the paper's learner, from the quietest link to the longest tail."""
    p90s = list(studies.tail(data.plan))
    first, last = p90s[0], p90s[-1]
    paper = paper_value(data.plan.claims, "agreement_with_opt")
    own = curve(data, AGREEMENT, PAPER)
    lost = loss(own)
    short = from_on({p90: value < paper for p90, value in means(own).items()})
    half = from_on({p90: of.mean >= lost[last].mean / 2 > 0 for p90, of in lost.items()})
    return (
        "The paper's learner, whose rate of 0.9 all but keeps the last reward, agrees with Opt in "
        f"{percents(data, AGREEMENT, PAPER, first, last)} at {first:g} and {last:g} ms. Below the paper's "
        f"{100 * paper:g} % (recalled) it is {where(short, data)}, settled below its own value at {first:g} ms "
        f"{where(settled(lost), data)}, by half of what it loses in the end {where(half, data)}. With the "
        f"{BESIDE[TAUGHT]}, which is what it is taught, it agrees in "
        f"{percents(data, TAUGHT_AGREEMENT, PAPER, first, last)}; it misses QoS in "
        f"{percents(data, LATE, PAPER, first, last)}, Opt itself in {percents(data, LATE, 'opt', first, last)}."
    )


def reaches(data: Data, policy: str) -> str:
    """With the usual tail."""
    agreement, gap, late = (percents(data, m, policy, nominal(data)) for m in (AGREEMENT, GAP, LATE))
    return f"agrees with Opt in {agreement}, does {gap} less per joule and misses QoS in {late}"


def ahead(data: Data, policy: str) -> str:
    """From where on it agrees with Opt more than the paper's."""
    return where(settled(lead(curve(data, AGREEMENT, policy), curve(data, AGREEMENT, PAPER))), data)


def lower_is_worse(data: Data) -> bool:
    """Whether at every round trip a lower learning rate agrees less with Opt."""
    rates = [means(curve(data, AGREEMENT, p)) for p in LEARNERS if p == PAPER or p.startswith("lr")]
    return all(low[p90] < high[p90] for high, low in zip(rates, rates[1:]) for p90 in low)


def what_averaging_buys(data: Data) -> str:
    usual = nominal(data)
    order = ("the lower the rate, the less it agrees, at every round trip" if lower_is_worse(data)
             else "which one agrees most depends on the round trip")  # fmt: skip
    return (
        f"What averaging buys, at {usual:g} ms: the paper's learner {reaches(data, PAPER)}; UCB, which averages "
        f"all rewards of an entry, {reaches(data, 'ucb')}; Thompson sampling, which averages over states too, "
        f"{reaches(data, 'thompson')}. In agreement UCB is settled above the paper's {ahead(data, 'ucb')}, "
        f"Thompson sampling {ahead(data, 'thompson')}. Lower learning rates average as well, but after the "
        f"paper's training {order}: 0.1 agrees in {percents(data, AGREEMENT, 'lr0.1', usual)}."
    )


def caption_tail(data: Data) -> str:
    runs = studies.tail(data.plan)
    environments = dict.fromkeys(task.settings["environment"] for of in runs.values() for task in of)
    return (
        f"In {', '.join(environments)}. The median of the round trip stays {nominal(data, 'wifi_rtt'):g} ms: with "
        "a 90th percentile of as much the link to the cloud has no tail; that to the tablet keeps its own. "
        f"{what_breaks(data)} {what_averaging_buys(data)}"
    )


FIGURES = [
    Figure("fig_tail", "How long a tail of the round trip learners bear", tasks, draw_tail, caption_tail,
           table=tail.table),
]  # fmt: skip
