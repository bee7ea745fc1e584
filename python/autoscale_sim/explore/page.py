"""The page: data, controls and the library that draws in one HTML file."""

from __future__ import annotations

import html
import json
import math
import re
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from autoscale_sim.plots.errors import PlotError

from . import libraries, origin
from .results import Results
from .tables import Table, table
from .timeline import FILE, SLICES, Run, timeline

HERE = Path(__file__).parent
CODE = ("data.js", "controls.js", "charts.js", "rows.js", "timeline.js", "start.js")
DIGITS = 6  # significant ones in the page
# What is drawn first, of those that a table has.
MEASURES = ("energy_mean_mj", "efficiency", "gap_to_opt", "energy_mj", "reward_mean", "simulated_value", "value",
            "mean")  # fmt: skip
REFERENCES = ("role", "reference")  # runs that were only added for a relative column
MIXED = "# The row is a mean over several settings, which no one command makes."
ALL = "all"  # the value that stands for all others together


def page(folder: Path) -> str:
    """The page of a folder. Raises PlotError for what cannot be read."""
    results = Results(folder)
    try:
        data = content(results)
    except (AttributeError, KeyError, TypeError) as error:
        raise PlotError(f"{folder / 'manifest.json'} is no manifest of autoscale: {type(error).__name__}: "
                        f"{error}") from None  # fmt: skip
    parts = {
        "title": html.escape(f"{results.name}: results"),
        "style": own("page.css"),
        "data": in_script(data),
        "library": libraries.script().replace("</script", "<\\/script"),
        "code": "\n".join(map(own, CODE)),
        "licences": html.escape(libraries.LICENCES.read_text(encoding="utf-8")),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], own("page.html"))


def own(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def content(results: Results) -> dict:
    tables = [made for made in (table(results, name) for name in results.tables) if made]
    if not tables:
        raise PlotError(f"{results.place}: no table holds a row")
    described = origin.scenario(results)
    return {
        "name": results.name,
        "facts": facts(results),
        "scenario": described and {"file": origin.file_name(described), "text": json.dumps(described, indent=2)},
        "tables": [written(made, results) for made in tables],
        "timeline": [of_run(run) for run in timeline(results.path)],
    }


def facts(results: Results) -> list[str]:
    manifest = results.manifest
    told = manifest.get("sweep") or manifest.get("scenario") or {}
    program = manifest.get("program") or {}
    made = " ".join(str(program[key]) for key in ("name", "version", "revision") if key in program)
    return [text for text in (told.get("summary"), made, None if manifest else "The folder has no manifest.json.")
            if text]  # fmt: skip


def written(made: Table, results: Results) -> dict:
    swept = [p.column for p in results.parameters]
    names = [column.name for column in made.columns]
    return {
        "name": made.name,
        "averaged": made.averaged,
        "notes": made.notes,
        "columns": [asdict(column) | {"number": pd.api.types.is_numeric_dtype(made.frame[column.name])}
                    for column in made.columns],  # fmt: skip
        "cells": [cells(made.frame[name]) for name in names],
        "commands": shared([MIXED] * len(made.frame) if made.mixed else origin.commands(results, made.frame)),
        "first": first_choice(made, swept),
        "hidden": hidden(made),
    }


def hidden(made: Table) -> dict[str, list]:
    """The values that the filters leave out at first: references, and the parts where there is a whole."""
    found, left = {}, made.frame
    for name in (column.name for column in made.columns if column.role == "dimension"):
        values = list(left[name].dropna().unique())
        out = [v for v in values if (name, v) == REFERENCES or (ALL in values and v != ALL)]
        if out and len(out) < len(values):
            found[name] = out
            left = left[~left[name].isin(out)]
    return found


def first_choice(made: Table, swept: list[str]) -> dict:
    """What the chart shows at first."""
    measures = [column.name for column in made.columns if column.role == "measure"]
    varied = [column.name for column in made.columns
              if column.role == "dimension" and made.frame[column.name].nunique() > 1]  # fmt: skip
    ranked = [name for name in (*swept, "arrival_s", "learned", "policy", *varied) if name in varied]
    colours = [name for name in ("policy", *ranked) if name in varied and name not in ranked[:1]]
    few = [name for name in ranked if name not in (*ranked[:1], *colours[:1]) and made.frame[name].nunique() <= 6]
    y = next((name for name in MEASURES if name in measures), measures[0] if measures else None)
    return {"x": next(iter(ranked), None), "y": y, "colour": next(iter(colours), None), "facet": next(iter(few), None)}


def cells(column: pd.Series) -> list:
    return [cell(value) for value in column.tolist()]


def cell(value: object) -> object:
    """As JSON has it: numbers to DIGITS digits, null for what is no finite number."""
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 2**53 else float(f"{value:.{DIGITS}g}")
    return None if value is pd.NA else value


def shared(texts: list[str]) -> dict:
    """Each different text once, and which one every row has."""
    places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    return {"texts": list(places), "of": [places[text] for text in texts]}


def of_run(run: Run) -> dict:
    about = f"Times count from the first request, {run.began_s:,.0f} s after the simulation began."
    if run.sliced:
        about += f" A point is the mean over the requests of one target in one of {SLICES} slices of time."
    return {"name": run.name, "note": about, "file": FILE,
            "requests": {name: cells(run.requests[name]) for name in run.requests},
            "counters": {name: cells(run.counters[name]) for name in run.counters}}  # fmt: skip


def in_script(data: dict) -> str:
    """JSON that no HTML parser takes for markup."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
