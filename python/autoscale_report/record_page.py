"""A page of results whose tables are made from CSVs of record, and stand between markers.

Standard library only.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

Row = dict[str, str]


def rows_of(record: Path, name: str) -> list[Row]:
    """Of one file of the folder `record`."""
    with (record / f"{name}.csv").open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown."""
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, *rows)]
    lines.insert(1, "|" + "---|" * len(head))
    return "\n".join(lines) + "\n"


def with_table(page: str, name: str, lines: str) -> str:
    """The page with what stands between the markers of a table replaced."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, rest = page.split(begin)
    return f"{before}{begin}\n{lines}{end}{rest.split(end)[1]}"


def with_tables(page: str, tables: Mapping[str, str]) -> str:
    """The page with several of its tables replaced, by the names of their markers."""
    for name, lines in tables.items():
        page = with_table(page, name, lines)
    return page
