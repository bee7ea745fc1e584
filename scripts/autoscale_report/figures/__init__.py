"""Every figure of the report, in its order. A new figure is an entry in its module's FIGURES."""

from autoscale_report.figure import Figure
from autoscale_report.figures import comparison

FIGURES: list[Figure] = [*comparison.FIGURES]
