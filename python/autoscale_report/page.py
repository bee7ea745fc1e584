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

from autoscale_report.claims import BESIDE, Evaluated
from autoscale_report.data import Data
from autoscale_report.environments import THROTTLED
from autoscale_report.figure import Figure
from autoscale_report.reasons import reasons
from autoscale_report.report import percent, plus_minus, row
from autoscale_report.style import USE_CASES
from autoscale_report.tables import Tables
from autoscale_report.verdict import MET, MISSED, NOT_TESTED
from autoscale_sim.explore import embed, libraries
from autoscale_sim.explore.embed import Chart
from autoscale_sim.explore.origin import OF_STUDY
from autoscale_sim.plots.intervals import Interval
from autoscale_sim.plots.style import POLICIES

MARKS = {MET: "✓", MISSED: "✗", NOT_TESTED: "–"}
AVERAGES = {
    "ratio_of_mean_normalised_ppw": "ratio of means",
    "mean_of_ratios": "mean of ratios",
    "geometric_mean": "geometric mean",
    "ratio_of_totals": "ratio of totals",
}
NEAR_OPT = {"autoscale": POLICIES["autoscale"][0], **BESIDE}
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
    chart: Chart | None  # instead of the images, where scripts run


def shown(figure: Figure, caption: str, data: Data) -> Shown:
    folder = data.plan.out / "figures"
    return Shown(figure.name, figure.title, caption, image(folder / f"{figure.name}.png"),
                 image(folder / f"{figure.name}_dark.png"), figure.chart(data) if figure.chart else None)  # fmt: skip


def claim_rows(tables: Tables) -> list[dict]:
    return [
        {**row(e, tables.beside[e.claim["id"]])._asdict(), "text": e.claim["text"],
         "sure": e.claim["paper"]["confidence"],
         "notes": list(dict.fromkeys(e.notes)), "mark": MARKS[e.verdict]}
        for e in tables.evaluated
    ]  # fmt: skip


def near_opt(averages: pd.DataFrame, claims: dict) -> list[dict]:
    """A row per policy that is compared with Opt: each estimate over all environments."""
    own = averages[(averages["environments"] == "all") & averages["average"].isin(claims["near_opt"])]
    return [
        {"name": NEAR_OPT[policy],
         "values": [
             cell(rows[(rows["dnns"] == group) & (rows["average"] == name)])
             for group in ("all", "without_shared_rows") for name in claims["near_opt"]
         ]}
        for policy, rows in own.groupby("policy", sort=False)
    ]  # fmt: skip


def cell(rows: pd.DataFrame) -> str:
    """The only row's value in percent."""
    (r,) = rows.itertuples()
    return plus_minus(Interval(100 * r.value, 100 * r.ci95_low, 100 * r.ci95_high))


def by_confidence(evaluated: list[Evaluated]) -> list[tuple[str, Counter]]:
    """How sure the paper's value is -> how many claims have which verdict."""
    found: dict[str, Counter] = {}
    for e in evaluated:
        found.setdefault(e.claim["paper"]["confidence"], Counter())[e.verdict] += 1
    return list(found.items())


def environment_rows(environments: pd.DataFrame) -> list[dict]:
    """By environment and use case: the ratio to the best baseline, and shares in percent."""
    return [
        {"environment": r["environment"], "use_case": USE_CASES[r["use_case"]][0],
         "best": POLICIES[r["best_baseline"]][0], "order": r["order"],
         "ratio": plus_minus(Interval(r["autoscale_over_it"], r["ci95_low"], r["ci95_high"])),
         "unattainable": percent(r["qos_unattainable"]),
         "throttled": [percent(r[f"throttled_{p}"]) for p in THROTTLED]}
        for r in environments.to_dict("records")
    ]  # fmt: skip


def average_groups(averages: pd.DataFrame, claims: dict) -> list[dict]:
    """The table of averages: groups of baselines, of each a row per accounting."""
    paper = {
        c["compute"]["baseline"]: f"{c['paper']['value']} x" for c in claims["claims"]
        if c["id"].startswith("efficiency_vs_") and "compute" in c
    }  # fmt: skip
    ratios = averages[averages["average"].isin(AVERAGES)]
    groups = []
    for policy in ("autoscale", "opt"):
        for environments, title in ENVIRONMENTS.items():
            claimed = paper if (policy, environments) == ("autoscale", "all") else {}
            own = ratios.query("policy == @policy and environments == @environments")
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
    tables: Tables,
    of_study: str,  # where the ranges of the parameters come from
    origin: dict,  # manifest.json
    figures: list[Shown],
    scenario: dict,  # the resolved configuration of one
    files: list[str],  # what else lies beside the page
    laboratories: dict | None,  # of laboratories.section
) -> str:
    """The page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    rows = claim_rows(tables)
    charts = [figure.chart for figure in figures if figure.chart]
    return environment.get_template("report.html.j2").render(
        claims=rows,
        met=[r for r in rows if r["verdict"] == MET],
        missed=[r for r in rows if r["verdict"] == MISSED],
        untested=[r for r in rows if r["verdict"] == NOT_TESTED],
        verdicts=(MET, MISSED, NOT_TESTED),
        by_confidence=by_confidence(tables.evaluated),
        reasons=reasons((root / "results/README.md").read_text()),
        average_names=list(AVERAGES.values()),
        group_names=list(GROUPS.values()),
        average_meaning=claims["averages"]["reported"],
        average_labels=AVERAGES,
        averages=average_groups(tables.averages, claims),
        near_opt_meaning={name: e["text"] for name, e in claims["near_opt"].items()},
        near_opt=near_opt(tables.averages, claims),
        shared_rows=claims["shared_rows"],
        environments=environment_rows(tables.environments),
        throttled=[POLICIES[p][0] for p in THROTTLED],
        of_study=of_study,
        accounting=claims["settings"]["accounting"],
        settings=flat(claims["settings"]),
        cases=case_set(claims),
        parameters=claims.get("parameters", []),
        origin=origin,
        figures=figures,
        scenario_name=scenario["name"],
        scenario=json.dumps(scenario, indent=2),
        files=files,
        laboratories=laboratories,
        chart_style=embed.style() if charts else "",
        chart_scripts=embed.scripts_of(charts, OF_STUDY) if charts else "",
        licences=libraries.licences() if charts else "",
    )
