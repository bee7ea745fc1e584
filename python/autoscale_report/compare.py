"""Compares the tables of a fresh reproduction with those of record.

    scripts/compare_reference.sh FRESH [--scenario S1_translation]...
    scripts/compare_reference.sh FRESH --leaderboard [--policy ucb]...

FRESH is the folder that scripts/reproduce.sh wrote, with --leaderboard that of scripts/leaderboard.sh;
the record is results/reference/. Text and whole numbers must be equal, other numbers to 1e-9. Every
differing cell is named; exit 1 if there is one. With --scenario only the rows of cases.csv of these
scenarios, with --policy only the rows of these policies, without what depends on who else takes part.
Standard library only.
"""

from __future__ import annotations

import argparse
import csv
import math
import re
import sys
from pathlib import Path

from autoscale_report import ROOT
from autoscale_report.case_means import KEYS

RECORD = ROOT / "results/reference"
TABLES = {
    "claims.csv": ("claim",),
    "averages.csv": ("accounting", "policy", "baseline", "environments", "dnns", "average"),
    "environments.csv": ("environment", "use_case"),
    "tail.csv": ("policy", "rtt_p90_ms"),
    "cases.csv": KEYS,
}
LEADERBOARD = {
    "leaderboard.csv": ("policy", "parameters", "environments", "use_cases"),
    "leaderboard_blocks.csv": ("policy", "parameters", "environments", "use_cases"),
    "leaderboard_regret.csv": ("before", "after", "policy"),
    "leaderboard_tuning.csv": ("policy",),
}
ALONE = "tail.csv"  # of fig_tail: takes minutes, and is compared where it was made
OF_ALL = ("p_holm", "order", "regret_rank", "same_as")  # depend on which other policies take part
TOLERANCE = 1e-9  # relative
ZERO = 1e-12  # what rounding may leave of a sum that is 0

Table = dict[tuple[str, ...], dict[str, str]]


def read(path: Path, keys: tuple[str, ...]) -> Table:
    with path.open(newline="") as lines:
        return {tuple(row[k] for k in keys): row for row in csv.DictReader(lines)}


def of_scenarios(cases: Table, scenarios: list[str]) -> Table:
    """The rows of cases.csv that the scenarios, named ENVIRONMENT_USECASE, made."""
    return {
        key: row for key, row in cases.items()
        if f"{row['environment']}_{row['use_case']}" in scenarios
    }  # fmt: skip


def of_policies(table: Table, policies: list[str]) -> Table:
    """The rows of these policies, as they are whoever else takes part."""
    return {
        key: {column: cell for column, cell in row.items() if column not in OF_ALL}
        for key, row in table.items() if row["policy"] in policies
    }  # fmt: skip


def same(fresh: str | None, record: str | None) -> bool:
    if fresh == record:
        return True
    whole = re.compile(r"-?\d+")
    if not fresh or not record or (whole.fullmatch(fresh) and whole.fullmatch(record)):
        return False
    try:
        return math.isclose(float(fresh), float(record), rel_tol=TOLERANCE, abs_tol=ZERO)
    except ValueError:
        return False


def differences(fresh: Table, record: Table) -> list[str]:
    """A line per cell or row that differs."""
    found = []
    for key in dict.fromkeys([*record, *fresh]):
        name = "/".join(key)
        if key not in fresh or key not in record:
            found.append(f"{name}: only in the {'record' if key in record else 'fresh table'}")
            continue
        for column in dict.fromkeys([*record[key], *fresh[key]]):
            new, old = fresh[key].get(column), record[key].get(column)
            if not same(new, old):
                found.append(f"{name}: {column} is {new}, of record {old}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/compare_reference.sh",
                                     description="Compares fresh tables with those of record.")
    parser.add_argument("fresh", type=Path)
    parser.add_argument("--scenario", action="append", default=[])
    parser.add_argument("--leaderboard", action="store_true")
    parser.add_argument("--policy", action="append", default=[])
    arguments = parser.parse_args()
    tables = LEADERBOARD if arguments.leaderboard else TABLES
    if arguments.scenario:
        tables = {"cases.csv": KEYS}
    compared, found = 0, []
    for name, keys in tables.items():
        if not (arguments.fresh / name).exists():
            if name != ALONE:
                found.append(f"{name}: is not in {arguments.fresh}")
            continue
        fresh, record = read(arguments.fresh / name, keys), read(RECORD / name, keys)
        if arguments.scenario:
            fresh, record = (of_scenarios(t, arguments.scenario) for t in (fresh, record))
        if arguments.policy:
            fresh, record = (of_policies(t, arguments.policy) for t in (fresh, record))
        compared += len(record)
        found += [f"{name}: {line}" for line in differences(fresh, record)]
    if not compared:
        sys.exit("\n".join([*found, "nothing to compare"]))
    print("\n".join([*found, f"{compared} rows compared, {len(found)} differences"]))
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
