"""The tables of record in results/laboratories.md. Run as a module, this writes them anew.

Standard library only.
"""

from __future__ import annotations

from functools import partial

from autoscale_report import ROOT, record_page
from autoscale_report.laboratories import RECORD, SIGNS
from autoscale_report.record_page import Row, table, with_tables

PAGE = ROOT / "results/laboratories.md"
CONFINED = 10  # parameters that are shown

rows_of = partial(record_page.rows_of, RECORD)


def digits(cell: str) -> str:
    """To three of them; whole numbers as they are."""
    if not cell or cell.isdigit():
        return cell
    value = float(cell)
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def percent(cell: str) -> str:
    share = 100 * float(cell)
    return f"{share:.0f} %" if share >= 10 else f"{share:.2g} %"


def held_out(rows: list[Row]) -> str:
    head = ["claim", "paper", "remains alone", "all laboratories", "predicted by the others", "the paper's is",
            "simulated that fit the others", "registered", "most plausible"]  # fmt: skip
    return table(head, [
        [r["claim"], SIGNS.get(r["side"], "") + digits(r["paper"]), percent(r["remains_alone"]),
         f"{digits(r['prior_p5'])} to {digits(r['prior_p95'])}",
         f"{digits(r['held_out_median'])} ({digits(r['held_out_p5'])} to {digits(r['held_out_p95'])})",
         f"holds in {r['paper_is']}" if r["side"] else r["paper_is"],
         f"{digits(r['fitting_p5'])} to {digits(r['fitting_p95'])} ({r['fitting']})", digits(r["registered"]),
         digits(r["most_plausible"])]
        for r in rows
    ])  # fmt: skip


def choices(rows: list[Row]) -> str:
    head = ["choice", "option", "before", "of its own remains", "share of what remains", "of the simulated that fit"]
    return table(head, [
        [r["choice"], f"`{r['option']}`", percent(r["prior"]), percent(r["remains"]), percent(r["share_of_remaining"]),
         percent(r["fitting"])]
        for r in rows
    ])  # fmt: skip


def confined(rows: list[Row]) -> str:
    head = ["parameter", "range", "registered", "5 to 95 % of what remains", "unit"]
    return table(head, [
        [r["text"], f"{digits(r['low'])} to {digits(r['high'])}", digits(r["nominal"]),
         f"{digits(r['p5'])} to {digits(r['p95'])}", r["unit"]]
        for r in rows[:CONFINED]
    ])  # fmt: skip


def beside(rows: list[Row]) -> str:
    head = ["claim", "paper", "registered", "", "laboratory", "95 % interval", "would be"]
    return table(head, [
        [r["claim"], r["paper"], r["registered"] and digits(r["registered"]), r["registered_verdict"],
         r["laboratory"] and digits(r["laboratory"]),
         f"{digits(r['ci95_low'])} to {digits(r['ci95_high'])}" if r["ci95_low"] else "", r["verdict"]]
        for r in rows
    ])  # fmt: skip


TABLES = {"held-out claims": ("claims", held_out), "choices": ("choices", choices),
          "confined parameters": ("parameters", confined),
          "most plausible": ("laboratory_claims", beside)}  # fmt: skip


def page(text: str) -> str:
    """The page with its tables from the record."""
    return with_tables(text, {name: of_rows(rows_of(file)) for name, (file, of_rows) in TABLES.items()})


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text()))
