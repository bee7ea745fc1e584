"""The journal of a study: what was measured, kept while the study goes on."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path


class Journal:
    """A CSV file with a line per finished draw, by its key."""

    def __init__(self, path: Path, columns: Sequence[str]):
        self.path, self.columns = path, ["key", "refused", *columns]
        path.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text() if path.exists() else ""
        header = ",".join(self.columns) + "\n"
        kept = text[: text.rfind("\n") + 1] if text.startswith(header) else header
        path.write_text(kept)  # without a cut last line
        self.rows = {row.pop("key"): row for row in csv.DictReader(kept.splitlines())}

    def add(self, key: str, row: dict) -> None:
        with self.path.open("a", newline="") as file:
            csv.DictWriter(file, self.columns, lineterminator="\n").writerow({"key": key, **row})
        self.rows[key] = row
