"""The tables of record in results/residual.md. Run as a module, this writes them anew.

Standard library only.
"""

from __future__ import annotations

from functools import partial

from autoscale_report import ROOT, record_page
from autoscale_report.few import MEASURES, RECORD
from autoscale_report.record_page import Row, table, with_tables

PAGE = ROOT / "results/residual.md"
HEAD = list(MEASURES.values())
CHANGES = {"S4": "weak signal (S1 to S4)", "S2": "CPU-intensive app (S1 to S2)"}

rows_of = partial(record_page.rows_of, RECORD)


def percent(row: Row, measure: str) -> str:
    """With half of its interval; nothing where no request could be served in time."""
    if not row[measure]:
        return ""
    value, high = 100 * float(row[measure]), row[f"{measure}_ci95_high"]
    half = 100 * float(high) - value if high else 0
    return f"{value:.2f} ±{half:.2f}"


def measures(row: Row) -> list[str]:
    return [percent(row, measure) for measure in MEASURES]


def place(row: Row) -> tuple[str, str]:
    return row["swept_use_case"], row["swept_environment"]


def targets(rows: list[Row]) -> str:
    return table(["inferences per DNN", "policy", *HEAD],
                 [[r["visits"], r["policy"], *measures(r)] for r in rows])  # fmt: skip


def environments(rows: list[Row]) -> str:
    misses = {place(r): percent(r, "qos_violation_ratio") for r in rows if r["policy"] == "opt"}
    ceilings = {place(r): percent(r, "agreement_near") for r in rows_of("ceilings")}
    return table(["use case", "environment", *HEAD, "Opt missed", "within 3 % with the exact model"],
                 [[*place(r), *measures(r), misses[place(r)], ceilings[place(r)]]
                  for r in rows if r["policy"] == "residual"])  # fmt: skip


def unknowns(rows: list[Row]) -> str:
    return table(["what is not known", *HEAD], [[r["unknown"], *measures(r)] for r in rows])


def bound(rows: list[Row]) -> str:
    return table(["replies of each target", "takes the best target", "takes it or one within 3 %"],
                 [[r["replies"], *(f"{100 * float(r[c]):.1f}" for c in ("right", "right_or_near"))]
                  for r in rows])  # fmt: skip


def cold_start(rows: list[Row]) -> str:
    return table(["unseen", "policy", *HEAD],
                 [[r["scenario"].removeprefix("unseen_"), r["policy"], *measures(r)] for r in rows])  # fmt: skip


def recovery(rows: list[Row]) -> str:
    return table(["change", "policy", "requests", *HEAD],
                 [[CHANGES[r["change_to"]], r["policy"], r["phase"].replace("after_", "after it, up to "),
                   *measures(r)] for r in rows])  # fmt: skip


def planner_error(rows: list[Row]) -> str:
    """A row per policy, a column per error: gap, and within 3 % of Opt."""
    errors = list(dict.fromkeys(r["model_error"] for r in rows))
    found = {(r["policy"], r["model_error"]): r for r in rows}
    cells = [[policy, measure, *(f"{100 * float(found[policy, e][column]):.1f}" for e in errors)]
             for policy in dict.fromkeys(r["policy"] for r in rows) if policy != "opt"
             for column, measure in list(MEASURES.items())[:2]]  # fmt: skip
    return table(["policy", "", *errors], cells)


def learning_curves(rows: list[Row]) -> str:
    """Gap: a row per policy, a column per number of inferences."""
    visits = list(dict.fromkeys(r["visits"] for r in rows))
    found = {(r["policy"], r["visits"]): r for r in rows}
    cells = [[policy, *(f"{100 * float(found[policy, n]['gap_expected']):.1f}" for n in visits)]
             for policy in dict.fromkeys(r["policy"] for r in rows)]  # fmt: skip
    return table(["policy", *visits], cells)


TABLES = {"targets": targets, "environments": environments, "unknowns": unknowns, "bound": bound,
          "cold_start": cold_start, "recovery": recovery, "planner_error": planner_error,
          "learning_curves": learning_curves}  # fmt: skip


def page(text: str) -> str:
    """The page with its tables from the record."""
    return with_tables(text, {name: of_rows(rows_of(name)) for name, of_rows in TABLES.items()})


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text()))
