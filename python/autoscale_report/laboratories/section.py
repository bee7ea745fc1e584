"""What the report says of the study of laboratories: plain values for its template."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from autoscale_report.laboratories import RECORD, SIGNS, beside, run
from autoscale_report.plan import Plan
from autoscale_report.report import from_to, percent, readable
from autoscale_report.simulate import Simulator
from autoscale_sim.plots.tables import read_table

TOP = 12  # parameters that are shown


def claim_rows(claims: pd.DataFrame) -> list[dict]:
    return [
        {"claim": r.claim, "paper": SIGNS.get(r.side, "") + readable(r.paper),
         "alone": percent(r.remains_alone), "prior": from_to(r.prior_p5, r.prior_p95),
         "held_out": readable(r.held_out_median), "interval": from_to(r.held_out_p5, r.held_out_p95),
         "is": f"holds in {r.paper_is}" if isinstance(r.side, str) and r.side else r.paper_is,
         "registered": readable(r.registered),
         "plausible": readable(r.most_plausible)}
        for r in claims.itertuples()
    ]  # fmt: skip


def choice_rows(choices: pd.DataFrame) -> list[dict]:
    return [
        {"choice": r.choice, "option": r.option, "prior": percent(r.prior), "remains": f"{100 * r.remains:.2g} %",
         "share": percent(r.share_of_remaining), "fitting": percent(r.fitting)}
        for r in choices.itertuples()
    ]  # fmt: skip


def parameter_rows(parameters: pd.DataFrame) -> list[dict]:
    return [
        {"text": r.text, "range": from_to(r.low, r.high), "nominal": readable(r.nominal), "left": from_to(r.p5, r.p95),
         "unit": r.unit if r.unit != "1" else ""}
        for r in parameters.head(TOP).itertuples()
    ]  # fmt: skip


def beside_rows(out: Path) -> list[dict]:
    """The most plausible laboratory's claims: those made here, else those of record."""
    file = next((f for f in (out / beside.TABLE, RECORD / beside.TABLE) if f.exists()), None)
    if file is None:
        return []
    table = read_table(file).fillna("")
    return [{k: readable(v) if isinstance(v, float) else v for k, v in row.items()} for row in table.to_dict("records")]


def section(plan: Plan, simulator: Simulator) -> dict | None:
    """None where there is no study."""
    folder, of_study = run.study_of(plan, simulator)
    if not (folder / "summary.json").exists():
        return None
    return {
        "of_study": of_study,
        "summary": json.loads((folder / "summary.json").read_text()),
        "claims": claim_rows(read_table(folder / "claims.csv")),
        "choices": choice_rows(read_table(folder / "choices.csv")),
        "parameters": parameter_rows(read_table(folder / "parameters.csv")),
        "beside": beside_rows(plan.out),
    }
