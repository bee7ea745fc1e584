"""The table of the free parameters in results/parameters.md. Run as a module, this writes it anew.

Standard library and PyYAML only.
"""

from __future__ import annotations

from collections.abc import Sequence

import yaml

from autoscale_report import ROOT, record_page
from autoscale_report.parameters import Parameter, parameters_of
from autoscale_report.record_page import with_table

NAME = "free parameters"  # of the markers around it


def table(parameters: Sequence[Parameter]) -> str:
    """Markdown, one row per parameter."""
    return record_page.table(
        ["parameter", "id", "value", "range", "filled", "basis"],
        [[p.text, f"`{p.id}`", p.label(p.nominal), f"{p.low:g} to {p.high:g}", p.scale, p.basis]
         for p in parameters])  # fmt: skip


def main() -> None:
    claims = yaml.safe_load((ROOT / "scenarios/paper/claims.yaml").read_text())
    page = ROOT / "results/parameters.md"
    page.write_text(with_table(page.read_text(), NAME, table(parameters_of(claims))))


if __name__ == "__main__":
    main()
