"""Where a noisy learning curve crosses a level.

The first point above a level comes early: each noisy point below it is another chance. The last point
below it comes late, by the same reason. The crossing of the best non-decreasing curve through the
points (isotonic regression) has no such chances and no window to choose: that curve passes the level
where the points so far have fallen short of it by the most in all. What bias is left is small, and its
test measures it. Standard library only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate


def crossing(ends: Sequence[float], values: Sequence[float], level: float) -> float:
    """Where the best non-decreasing curve passes `level`. A value is the mean since the end before it,
    the first one since 0; the answer is 0 or one of the ends, the last if the level is not reached."""
    starts = [0, *ends[:-1]]
    short = accumulate(
        (end - start) * (value - level) for start, end, value in zip(starts, ends, values)
    )
    at = min(zip([0, *short], [0, *ends]))
    return at[1]


def way_made(ends: Sequence[float], values: Sequence[float], share: float) -> float:
    """Where a rising curve has made `share` of its way from its first value to the mean of its last
    tenth; nan if it does not rise."""
    start = values[0]
    last_tenth = [value for end, value in zip(ends, values) if end > 0.9 * ends[-1]]
    rise = sum(last_tenth) / len(last_tenth) - start
    return crossing(ends, values, start + share * rise) if rise > 0 else math.nan
