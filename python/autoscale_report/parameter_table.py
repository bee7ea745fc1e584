"""The table of the free parameters in results/parameters.md. Run as a module, this writes it anew.

Standard library and PyYAML only.
"""

from __future__ import annotations

from collections.abc import Sequence

import yaml

from autoscale_report import ROOT
from autoscale_report.parameters import Parameter, parameters_of

NAME = "free parameters"  # of the markers around it


def table(parameters: Sequence[Parameter]) -> str:
    """Markdown, one row per parameter."""
    rows = ["| parameter | id | value | range | filled | basis |", "|---|---|---|---|---|---|"]
    rows += [
        f"| {p.text} | `{p.id}` | {p.label(p.nominal)} | {p.low:g} to {p.high:g} | {p.scale} |"
        f" {p.basis} |"
        for p in parameters
    ]
    return "\n".join(rows) + "\n"


def with_table(page: str, name: str, lines: str) -> str:
    """The page with what stands between the markers of a table replaced."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, rest = page.split(begin)
    return f"{before}{begin}\n{lines}{end}{rest.split(end)[1]}"


def main() -> None:
    claims = yaml.safe_load((ROOT / "scenarios/paper/claims.yaml").read_text())
    page = ROOT / "results/parameters.md"
    page.write_text(with_table(page.read_text(), NAME, table(parameters_of(claims))))


if __name__ == "__main__":
    main()
