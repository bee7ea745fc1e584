"""The averages of energy efficiency over cases.

Plain numbers in, plain numbers out: no files, no packages beyond the standard library.
"""

import statistics
from collections.abc import Sequence
from typing import NamedTuple


class Energy(NamedTuple):
    """What one policy spent on one case."""

    ppw: float  # inferences per joule
    mean_mj: float  # mJ per inference


def four_averages(
    policy: Sequence[Energy], baseline: Sequence[Energy], reference: Sequence[Energy]
) -> dict[str, float]:
    """Efficiency of `policy` against `baseline` over the same cases, in one replication.

    `reference` is what bar charts are normalised to: Edge (CPU FP32). All cases weigh the same.
    Every case must have finished an inference under all three: an efficiency of 0 is an error.
    """
    if not policy or not len(policy) == len(baseline) == len(reference):
        raise ValueError("the three need the same cases, at least one")
    if any(e.ppw <= 0 or e.mean_mj <= 0 for e in (*policy, *baseline, *reference)):
        raise ValueError("a case without a finished inference has no efficiency")
    ratios = [p.ppw / b.ppw for p, b in zip(policy, baseline)]
    normalised = [p.ppw / r.ppw for p, r in zip(policy, reference)]
    normalised_baseline = [b.ppw / r.ppw for b, r in zip(baseline, reference)]
    return {
        "ratio_of_mean_normalised_ppw": statistics.fmean(normalised)
        / statistics.fmean(normalised_baseline),
        "mean_of_ratios": statistics.fmean(ratios),
        "geometric_mean": statistics.geometric_mean(ratios),
        "ratio_of_totals": sum(b.mean_mj for b in baseline) / sum(p.mean_mj for p in policy),
    }
