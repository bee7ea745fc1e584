"""report.html: claims, averages, figures, free parameters and configuration of a reproduction.

One file without any reference to another host, so that it opens anywhere. The layout stands in
report.html.j2; here is what it shows.
"""

from __future__ import annotations

import base64
import json
import struct
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from autoscale_report.claims import Evaluated
from autoscale_report.figure import Figure
from autoscale_report.reasons import reasons
from autoscale_report.report import plus_minus, row
from autoscale_report.style import USE_CASES
from autoscale_report.verdict import MET, MISSED, NOT_TESTED
from autoscale_sim.plots.intervals import Interval
from autoscale_sim.plots.style import POLICIES

MARKS = {MET: "✓", MISSED: "✗", NOT_TESTED: "–"}
AVERAGES = {
    "ratio_of_mean_normalised_ppw": "ratio of means",
    "mean_of_ratios": "mean of ratios",
    "geometric_mean": "geometric mean",
    "ratio_of_totals": "ratio of totals",
}
GROUPS = {"all": "all DNNs", "without_mobilebert": "without MobileBERT"}
ENVIRONMENTS = {"all": "all environments", "static": "S1 to S5", "dynamic": "D1 to D4"}


@dataclass(frozen=True)
class Image:
    uri: str
    width: int
    height: int


def image(path: Path) -> Image:
    """A PNG file as part of the page; its header holds its size."""
    data = path.read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    return Image(f"data:image/png;base64,{base64.b64encode(data).decode()}", width, height)


@dataclass(frozen=True)
class Shown:
    """A figure of the page."""

    name: str
    title: str
    caption: str
    light: Image
    dark: Image


def shown(figure: Figure, caption: str, folder: Path) -> Shown:
    return Shown(figure.name, figure.title, caption, image(folder / f"{figure.name}.png"),
                 image(folder / f"{figure.name}_dark.png"))  # fmt: skip


def claim_rows(evaluated: list[Evaluated]) -> list[dict]:
    return [
        {**row(e)._asdict(), "text": e.claim["text"], "sure": e.claim["paper"]["confidence"],
         "notes": list(dict.fromkeys(e.notes)), "mark": MARKS[e.verdict]}
        for e in evaluated
    ]  # fmt: skip


def by_confidence(evaluated: list[Evaluated]) -> list[tuple[str, Counter]]:
    """How sure the paper's value is -> how many claims have which verdict."""
    found: dict[str, Counter] = {}
    for e in evaluated:
        found.setdefault(e.claim["paper"]["confidence"], Counter())[e.verdict] += 1
    return list(found.items())


def average_groups(averages: pd.DataFrame, claims: dict) -> list[dict]:
    """The table of averages: groups of baselines, of each a row per accounting."""
    paper = {
        c["compute"]["baseline"]: f"{c['paper']['value']} x" for c in claims["claims"]
        if c["id"].startswith("efficiency_vs_") and "compute" in c
    }  # fmt: skip
    groups = []
    for policy in ("autoscale", "opt"):
        for environments, title in ENVIRONMENTS.items():
            claimed = paper if (policy, environments) == ("autoscale", "all") else {}
            own = averages.query("policy == @policy and environments == @environments")
            baselines = [
                {"name": POLICIES[baseline][0],
                 "paper": claimed.get(baseline, ""),
                 "rows": [average_row(name, cells)
                          for name, cells in rows.groupby("accounting", sort=False)]}
                for baseline, rows in own.groupby("baseline", sort=False)
            ]  # fmt: skip
            groups.append({"title": f"{POLICIES[policy][0]}, {title}", "baselines": baselines})
    return [group for group in groups if group["baselines"]]


def average_row(accounting: str, cells: pd.DataFrame) -> dict:
    values = {
        (c.dnns, c.average): plus_minus(Interval(c.value, c.ci95_low, c.ci95_high))
        for c in cells.itertuples()
    }
    return {
        "accounting": accounting,
        "values": [values.get((group, average), "") for group in GROUPS for average in AVERAGES],
        "replications": cells["replications"].iloc[0],
        "cases": cells["cases"].max(), "apart": cells["cases_unfinished"].max(),
    }  # fmt: skip


def flat(settings: dict, above: str = "") -> list[str]:
    """Every value with its path."""
    lines = []
    for name, value in settings.items():
        if isinstance(value, dict):
            lines += flat(value, f"{above}{name}.")
        else:
            lines.append(f"{above}{name}: {value}")
    return lines


def case_set(claims: dict) -> list[str]:
    """What the cases are, in words."""
    cases = claims["cases"]
    dnns = [f"{len(names)} for {USE_CASES[u][0]}" for u, names in cases["use_cases"].items()]
    environments = [f"{kind}: {', '.join(names)}" for kind, names in cases["environments"].items()]
    return [f"{len(cases['devices'])} phones", f"DNNs: {', '.join(dnns)}", *environments]


def render(
    root: Path,
    claims: dict,
    evaluated: list[Evaluated],
    averages: pd.DataFrame,
    origin: dict,  # manifest.json
    figures: list[Shown],
    scenario: dict,  # the resolved configuration of one
    files: list[str],  # what else lies beside the page
) -> str:
    """The page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    rows = claim_rows(evaluated)
    return environment.get_template("report.html.j2").render(
        claims=rows,
        met=[r for r in rows if r["verdict"] == MET],
        missed=[r for r in rows if r["verdict"] == MISSED],
        untested=[r for r in rows if r["verdict"] == NOT_TESTED],
        verdicts=(MET, MISSED, NOT_TESTED),
        by_confidence=by_confidence(evaluated),
        reasons=reasons((root / "results/README.md").read_text()),
        average_names=list(AVERAGES.values()),
        group_names=list(GROUPS.values()),
        average_meaning=claims["averages"]["reported"],
        average_labels=AVERAGES,
        averages=average_groups(averages, claims),
        accounting=claims["settings"]["accounting"],
        settings=flat(claims["settings"]),
        cases=case_set(claims),
        parameters=claims.get("parameters", []),
        origin=origin,
        figures=figures,
        scenario_name=scenario["name"],
        scenario=json.dumps(scenario, indent=2),
        files=files,
    )
