"""Every figure of the report, in its order. A new figure is an entry in its module's FIGURES."""

from autoscale_report.figure import Figure
from autoscale_report.figures import (
    ablations,
    characterisation,
    comparison,
    conditions,
    decisions,
    gap,
    learning,
    overhead,
    sensitivity,
    transfer,
)

FIGURES: list[Figure] = [
    *comparison.FIGURES,
    *decisions.FIGURES,
    *gap.FIGURES,
    *transfer.FIGURES,
    *learning.FIGURES,
    *ablations.FIGURES,
    *sensitivity.FIGURES,
    *characterisation.FIGURES,
    *conditions.FIGURES,
    *overhead.FIGURES,
]
