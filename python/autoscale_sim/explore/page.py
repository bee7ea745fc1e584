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
CODE = ("data.js", "files.js", "charts.js", "details.js", "controls.js", "rows.js", "timeline.js", "start.js")
DIGITS = 6  # significant ones in the page
# What is drawn first, of those that a table has.
MEASURES = ("energy_mean_mj", "efficiency", "gap_to_opt", "energy_mj", "reward_mean", "autoscale_over_it",
            "simulated_value", "value", "mean")  # fmt: skip
REFERENCES = ("role", "reference")  # runs that were only added for a relative column
ALONG, COLOURS = ("arrival_s", "learned", "policy"), ("policy", "verdict")
MOST_COLOURS, MOST_PANELS = 8, 6
OUTCOMES = ("action", "best_baseline", "order", "role", "unit", "verdict")  # texts, but not what rows are of
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
        "style": own("chart.css") + own("page.css"),
        "scripts": scripts(data, CODE),
        "licences": html.escape(libraries.licences()),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], own("page.html"))


def own(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def scripts(data: dict, code: tuple[str, ...]) -> str:
    """The elements that hold the data, the library and the code."""
    library = libraries.script().replace("</script", "<\\/script")
    modules = [f'<script type="module">\n{text}\n</script>' for text in (library, "\n".join(map(own, code)))]
    return "\n".join([f'<script id="data" type="application/json">{in_script(data)}</script>', *modules])


def content(results: Results) -> dict:
    tables = [made for made in (table(results, name) for name in results.tables) if made]
    if not tables:
        raise PlotError(f"{results.place}: no table holds a row")
    return {
        "name": results.name,
        "facts": facts(results),
        "about": origin.about(results),
        "scenarios": [{"name": described.get("name"), "file": origin.file_name(described),
                       "text": json.dumps(described, indent=2)} for described in origin.scenarios(results)],
        "tables": [of_table(made, results) for made in tables],
        "timeline": [of_run(run) for run in timeline(results.path)],
    }


def facts(results: Results) -> list[str]:
    manifest = results.manifest
    told = manifest.get("sweep") or manifest.get("scenario") or {}
    program = manifest.get("program") or {}
    made = " ".join(str(program[key]) for key in ("name", "version", "revision") if key in program)
    return [text for text in (told.get("summary"), made, None if manifest else "The folder has no manifest.json.")
            if text]  # fmt: skip


def of_table(made: Table, results: Results) -> dict:
    left_out = hidden(made)
    return written(made, origin.commands(results, made)) | {
        "first": first_choice(made, [p.column for p in results.parameters], left_out), "hidden": left_out}  # fmt: skip


def written(made: Table, commands: list[str]) -> dict:
    names = [column.name for column in made.columns]
    return {
        "name": made.name,
        "averaged": made.averaged,
        "notes": made.notes,
        "constant": made.constant,
        "columns": [asdict(column) | {"number": pd.api.types.is_numeric_dtype(made.frame[column.name])}
                    for column in made.columns],  # fmt: skip
        "cells": [cells(made.frame[name]) for name in names],
        "commands": shared(commands),
    }


def hidden(made: Table) -> dict[str, list]:
    """The values that the filters leave out at first: references, the parts where there is a whole, all metrics but
    one, all units but that of most rows."""
    found, left = {}, made.frame
    for name in (column.name for column in made.columns if column.role == "dimension"):
        values = list(left[name].dropna().unique())
        if name == "metric":
            kept = next((metric for metric in MEASURES if metric in values), values[0])
            out = [value for value in values if value != kept]
        elif name == "unit":
            out = [value for value in values if value != left[name].mode()[0]]
        elif ALL in values and has_a_whole(left, name):
            out = [value for value in values if value != ALL]
        else:
            out = [value for value in values if (name, value) == REFERENCES]
        if out and len(out) < len(values):
            found[name] = out
            left = left[~left[name].isin(out)]
    return found


def has_a_whole(frame: pd.DataFrame, column: str) -> bool:
    """Whether for each part of what rows are named by there is a row over all of the column."""
    names = [name for name in origin.NAMING if name in frame and name != column]
    if not names:
        return True
    whole, parts = (set(map(tuple, frame.loc[chosen, names].astype(str).to_numpy()))
                    for chosen in (frame[column] == ALL, frame[column] != ALL))  # fmt: skip
    return parts <= whole


def first_choice(made: Table, swept: list[str], left_out: dict[str, list]) -> dict:
    """What the chart shows at first."""
    frame = made.frame
    for name, values in left_out.items():
        frame = frame[~frame[name].isin(values)]
    measures = [column.name for column in made.columns if column.role == "measure"]
    varied = [column.name for column in made.columns
              if column.role == "dimension" and frame[column.name].nunique() > 1]  # fmt: skip
    ranked = [name for name in (*swept, *ALONG, *varied) if name in varied]
    x = next(iter(ranked), None)
    others = [name for name in (*COLOURS, *ranked) if name in varied and name != x]
    colour = next((name for name in others if frame[name].nunique() <= MOST_COLOURS), next(iter(others), None))
    # Panels of what is not told by what is chosen already.
    chosen = [name for name in (x, colour) if name]
    facet = next((name for name in ranked if name not in (*chosen, *OUTCOMES) and frame[name].nunique() <= MOST_PANELS
                  and not any(told_by(frame, name, by) for by in chosen)), None)  # fmt: skip
    y = next((name for name in MEASURES if name in measures), measures[0] if measures else None)
    return {"x": x, "y": y, "colour": colour, "facet": facet}


def told_by(frame: pd.DataFrame, name: str, by: str) -> bool:
    return frame.groupby(by, dropna=False)[name].nunique(dropna=False).max() <= 1


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
