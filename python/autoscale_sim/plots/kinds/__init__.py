"""Every kind of plot. A new one is a file with its KIND, and a line here."""

from ..kind import Kind
from . import bar, best, cdf, heatmap, line, pareto, scatter, shares, timeline

KINDS: dict[str, Kind] = {
    module.KIND.name: module.KIND
    for module in (line, bar, scatter, pareto, heatmap, best, cdf, shares, timeline)
}
