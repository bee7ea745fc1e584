"""Makes what scripts/reproduce.sh today wrote the record: tables, figures, and the tables of the page.

    PYTHONPATH=python python3 -m autoscale_report.today.record [FOLDER]

FOLDER: results/today by default. The sentences of the page stay as they are; they are to be read again.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from autoscale_report import ROOT
from autoscale_report.today import PAGE, RECORD
from autoscale_report.today.markdown import page

TABLES = ("lengths", "load", "crossings", "use", "savings", "alone", "sensitivity")
FIGURES = ("today_sites", "today_load", "today_savings", "today_sensitivity")


def main(folder: Path) -> None:
    RECORD.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        shutil.copyfile(folder / f"{name}.csv", RECORD / f"{name}.csv")
    for name in FIGURES:
        shutil.copyfile(folder / f"{name}.png", ROOT / f"docs/pictures/{name}.png")
    PAGE.write_text(page(PAGE.read_text()))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "results/today")
