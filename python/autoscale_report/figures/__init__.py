"""Every figure of the report, in its order. A new figure is an entry in its module's FIGURES."""

from autoscale_report.figure import Figure
from autoscale_report.figures import (
    ablations,
    accuracy,
    clocks,
    comparison,
    decisions,
    gap,
    interference,
    laboratories,
    layers,
    learning,
    overhead,
    sensitivity,
    signal,
    tail,
    targets,
    transfer,
)

FIGURES: list[Figure] = [
    *comparison.FIGURES,
    *decisions.FIGURES,
    *gap.FIGURES,
    *tail.FIGURES,
    *transfer.FIGURES,
    *learning.FIGURES,
    *ablations.FIGURES,
    *sensitivity.FIGURES,
    *laboratories.FIGURES,
    *targets.FIGURES,
    *layers.FIGURES,
    *clocks.FIGURES,
    *interference.FIGURES,
    *signal.FIGURES,
    *accuracy.FIGURES,
    *overhead.FIGURES,
]
