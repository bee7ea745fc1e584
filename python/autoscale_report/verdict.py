"""Whether a simulated value meets a claim. Standard library only."""

from __future__ import annotations

from autoscale_sim.plots.intervals import Interval

MET, MISSED, NOT_TESTED = "met", "missed", "not tested"


def judge(claim: dict, value: Interval | None) -> str:
    """Around a paper value the mean is judged; an ordering needs the whole interval on its side.

    No value at all (nothing converged, say) is a miss.
    """
    if value is None:
        return MISSED
    (kind, bound), = claim["tolerance"].items()
    paper = claim["paper"]["value"]
    return MET if KINDS[kind](value, bound, paper) else MISSED


# An interval of one replication has no width to stand on: comparisons with nan are false.
KINDS = {
    "relative": lambda v, bound, paper: abs(v.mean - paper) <= bound * abs(paper),
    "absolute": lambda v, bound, paper: abs(v.mean - paper) <= bound,
    "range": lambda v, bound, paper: bound[0] <= v.mean <= bound[1],
    "exact": lambda v, bound, paper: v.mean == paper,
    "above": lambda v, bound, paper: v.low > bound,
    "below": lambda v, bound, paper: v.high < bound,
}


def tolerance_text(tolerance: dict | None) -> str:
    if tolerance is None:
        return ""
    (kind, bound), = tolerance.items()
    return {
        "relative": lambda: f"+-{bound:.0%}",
        "absolute": lambda: f"+-{bound:g}",
        "range": lambda: f"{bound[0]:g} to {bound[1]:g}",
        "exact": lambda: "exact",
        "above": lambda: f"interval > {bound:g}",
        "below": lambda: f"interval < {bound:g}",
    }[kind]()
