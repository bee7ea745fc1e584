"""How far the headline ratios hang on the free parameters: each parameter moved alone over its
range (tornado), and all together (Monte Carlo over a Latin hypercube).

A draw is the headline's 27 scenarios once under one set of values and one seed. The full protocol
takes the mean over more replications; the first draws are repeated under further seeds to show what
that changes. Finished draws go to a journal, so an interrupted study goes on where it stopped.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import percentileofscore, qmc, spearmanr

from autoscale_report import parameters
from autoscale_report.cases import Results, cases_of
from autoscale_report.compare import RECORD
from autoscale_report.journal import Journal
from autoscale_report.parameters import Parameter, parameters_of
from autoscale_report.plan import RATIO_POLICIES, RATIOS_ONLY, Plan
from autoscale_report.simulate import FINGERPRINT, Simulator, Task
from autoscale_sim.plots.tables import read_table

HYPERCUBE_SEED = 20201017  # any number: which points of the ranges are drawn
HYPERCUBE_POINTS = 500  # of which a study takes the first, so that a longer one keeps what it has
SEED_STEP = 1000  # between the replications of a draw; draws themselves have seeds 1, 2, ...
TORNADO_SEED = 1  # common, so that differences are paired


class Size(NamedTuple):
    draws: int  # of the Monte Carlo
    repeated: int  # of these, repeated under further seeds
    replications: int  # of a repeated draw, and of the nominal values


# 10 of the full protocol's 20 replications: the study then stays within its half an hour.
FULL, QUICK = Size(250, 5, 10), Size(50, 5, 3)


class Response(NamedTuple):
    """A headline ratio by one of the averages."""

    name: str  # of its column
    baseline: str
    average: str
    paper: float


class Draw(NamedTuple):
    values: tuple[float, ...]  # by parameter
    seed: int


class Refused(Exception):
    """The simulator does not accept the values of a draw."""


def responses_of(claims: dict) -> list[Response]:
    """AutoScale's ratios over all cases to those that the study simulates, by the average named first
    and the geometric."""
    averages = dict.fromkeys([claims["averages"]["first"], "geometric_mean"])
    wanted = [
        c for c in claims["claims"]
        if c.get("compute", {}).get("kind") == "efficiency"
        and (c["compute"]["policy"], c["compute"]["environments"]) == ("autoscale", "all")
        and c["compute"]["baseline"] in RATIO_POLICIES
    ]  # fmt: skip
    return [
        Response(f"{c['compute']['baseline']}.{average}", c["compute"]["baseline"], average,
                 c["paper"]["value"])
        for c in wanted for average in averages
    ]  # fmt: skip


def fingerprint(plan: Plan, simulator: Simulator) -> str:
    """Of everything that a draw's responses follow from, beside its values and its seed."""
    ranges = [
        {key: p[key] for key in ("id", "nominal", "low", "high", "scale", "where")}
        for p in plan.claims["parameters"]
    ]
    fixed = [plan.claims["cases"], responses_of(plan.claims), ranges]
    text = json.dumps([simulator.inputs, plan.quick, fixed])
    return hashlib.sha256(text.encode()).hexdigest()


class Study:
    def __init__(self, plan: Plan, simulator: Simulator, folder: Path):
        self.plan, self.simulator, self.folder = plan, simulator, folder
        self.parameters = parameters_of(plan.claims)
        self.responses = responses_of(plan.claims)
        self.cases = cases_of(plan.claims, "all")
        self.fingerprint = fingerprint(plan, simulator)
        self.journal = Journal(folder / "journal.csv", [r.name for r in self.responses])

    @property
    def nominal(self) -> tuple[float, ...]:
        return tuple(p.nominal for p in self.parameters)

    def key(self, draw: Draw) -> str:
        return hashlib.sha256(f"{self.fingerprint} {draw!r}".encode()).hexdigest()

    def tasks(self, draw: Draw) -> list[Task]:
        """The headline's scenarios, ratios only, once, with the values of the draw."""
        values = {p.id: value for p, value in zip(self.parameters, draw.values)}
        given = parameters.settings(self.plan.root, self.parameters, values)
        return [
            dataclasses.replace(
                task, replications=1, policies=RATIO_POLICIES,
                settings={**task.settings, **RATIOS_ONLY, "seed": draw.seed, **given},
            )
            for task in self.plan.main_tasks()
        ]  # fmt: skip

    def simulate(self, task: Task, out: Path) -> pd.DataFrame:
        done = self.simulator.execute(task, out)
        if done.returncode == 2:  # a mistake in the input
            raise Refused(done.stderr.splitlines()[0].split("error: ")[-1])
        if done.returncode != 0:
            raise SystemExit(f"error: {task.name} failed:\n{done.stderr}")
        return read_table(out / "breakdown.csv")

    def measure(self, draw: Draw) -> dict[str, object]:
        """Its responses; none, but the reason, if it was refused."""
        try:
            with tempfile.TemporaryDirectory() as folder:
                runs = [self.simulate(t, Path(folder) / t.name) for t in self.tasks(draw)]
        except Refused as refusal:
            return {"refused": str(refusal)} | dict.fromkeys(r.name for r in self.responses)
        results = Results(pd.concat(runs))
        averages = {
            baseline: results.averages("autoscale", baseline, self.cases)[0]
            for baseline in dict.fromkeys(r.baseline for r in self.responses)
        }
        measured = {r.name: averages[r.baseline][r.average] for r in self.responses}
        return {"refused": "", **measured}

    def measure_all(self, draws: Iterable[Draw]) -> None:
        """Measures what is not in the journal yet, several at a time; tells the time left."""
        draws = dict.fromkeys(draws)
        missing = [draw for draw in draws if self.key(draw) not in self.journal.rows]
        if len(missing) < len(draws):
            print(f"{len(draws) - len(missing)} draws finished earlier are kept", flush=True)
        started = time.monotonic()
        with ThreadPoolExecutor(self.simulator.jobs) as pool:
            running = {pool.submit(self.measure, draw): draw for draw in missing}
            try:
                for number, done in enumerate(as_completed(running), 1):
                    self.journal.add(self.key(running[done]), done.result())
                    left = (time.monotonic() - started) / number * (len(missing) - number)
                    if number % 10 == 0 or number == len(missing):
                        print(f"[{number:3}/{len(missing)}] draws, about {left:.0f} s left",
                              flush=True)  # fmt: skip
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def tornado(self, replications: int) -> list[tuple[dict, Draw]]:
        """The nominal values under several seeds, then each end of each range."""
        draws = [
            ({"parameter": "", "end": "nominal", "value": None}, Draw(self.nominal, seed))
            for seed in seeds(TORNADO_SEED, replications)
        ]
        for i, p in enumerate(self.parameters):
            for end, value in (("low", p.low), ("high", p.high)):
                values = (*self.nominal[:i], value, *self.nominal[i + 1 :])
                row = {"parameter": p.id, "end": end, "value": value}
                draws.append((row, Draw(values, TORNADO_SEED)))
        return draws

    def monte_carlo(self, count: int) -> list[tuple[dict, Draw]]:
        draws = []
        for number, values in enumerate(hypercube(self.parameters, count), 1):
            row = {"draw": number, **{p.id: v for p, v in zip(self.parameters, values)}}
            draws.append((row, Draw(values, number)))
        return draws

    def table(self, draws: list[tuple[dict, Draw]]) -> pd.DataFrame:
        """What names each draw, its seed, its responses."""
        rows = [
            {**row, "seed": draw.seed, **self.journal.rows[self.key(draw)]} for row, draw in draws
        ]
        frame = pd.DataFrame(rows)
        names = [r.name for r in self.responses]
        frame[names] = frame[names].apply(pd.to_numeric)
        return frame.assign(refused=frame["refused"].fillna(""))


def seeds(first: int, count: int) -> list[int]:
    return [first + SEED_STEP * r for r in range(count)]


def hypercube(ranges: Sequence[Parameter], count: int) -> list[tuple[float, ...]]:
    """The first `count` of points that fill every range evenly: each of as many equal parts holds one."""
    sampler = qmc.LatinHypercube(len(ranges), rng=np.random.default_rng(HYPERCUBE_SEED))
    return [
        tuple(p.at(float(share)) for p, share in zip(ranges, row))
        for row in sampler.random(HYPERCUBE_POINTS)[:count]
    ]


def repeated(draws: list[tuple[dict, Draw]], size: Size) -> list[tuple[dict, Draw]]:
    """The first draws under the seeds of all their replications, their own first."""
    return [
        ({"draw": row["draw"], "replication": r}, Draw(draw.values, seed))
        for row, draw in draws[: size.repeated]
        for r, seed in enumerate(seeds(draw.seed, size.replications))
    ]


def percentiles(monte_carlo: pd.DataFrame, nominal: pd.Series, responses) -> pd.DataFrame:
    """Where the paper's and the nominal values stand in the distribution of each response."""
    rows = []
    for r in responses:
        drawn = monte_carlo[r.name].dropna()
        low, median, high = np.percentile(drawn, [5, 50, 95])
        rows.append(
            {"baseline": r.baseline, "average": r.average, "draws": len(drawn),
             "p5": low, "median": median, "p95": high,
             "paper": r.paper, "paper_percentile": percentileofscore(drawn, r.paper, "mean"),
             "nominal": nominal[r.name],
             "nominal_percentile": percentileofscore(drawn, nominal[r.name], "mean")}
        )  # fmt: skip
    return pd.DataFrame(rows)


def rank_correlations(monte_carlo: pd.DataFrame, ids: Sequence[str], responses) -> pd.DataFrame:
    """Spearman's rank correlation of every response with every parameter in the joint study."""
    drawn = monte_carlo.dropna(subset=[r.name for r in responses])
    return pd.DataFrame(
        [
            {"parameter": name, **{r.name: spearmanr(drawn[name], drawn[r.name]).statistic
                                   for r in responses}}
            for name in ids
        ]
    )  # fmt: skip


def folder_of(out: Path) -> Path:
    return out / "sensitivity"


def is_done(plan: Plan, simulator: Simulator) -> bool:
    """Whether the files of a study are there, by this program, these data and these claims."""
    made = folder_of(simulator.out) / FINGERPRINT
    return made.is_file() and made.read_text() == fingerprint(plan, simulator)


def study_of(plan: Plan, simulator: Simulator) -> tuple[pd.DataFrame, str]:
    """percentiles.csv of the finished study, else of the one of record, and in words which."""
    if is_done(plan, simulator):
        return read_table(folder_of(simulator.out) / "percentiles.csv"), "beside this page"
    return read_table(RECORD / "sensitivity/percentiles.csv"), "of record"


def run(plan: Plan, simulator: Simulator, out: Path) -> None:
    """Writes out/sensitivity/: tornado, monte_carlo, offset, percentiles, rank_correlations."""
    folder, size = folder_of(out), QUICK if plan.quick else FULL
    study = Study(plan, simulator, folder)
    monte_carlo = study.monte_carlo(size.draws)
    designs = {
        "tornado": study.tornado(size.replications),
        "monte_carlo": monte_carlo,
        "offset": repeated(monte_carlo, size),
    }
    study.measure_all(draw for design in designs.values() for _, draw in design)

    tables = {name: study.table(design) for name, design in designs.items()}
    refused = tables["tornado"]["refused"].astype(bool).sum()
    refused += tables["monte_carlo"]["refused"].astype(bool).sum()
    nominal = tables["tornado"].query("end == 'nominal'").mean(numeric_only=True)
    ids = [p.id for p in study.parameters]
    tables["percentiles"] = percentiles(tables["monte_carlo"], nominal, study.responses)
    tables["rank_correlations"] = rank_correlations(tables["monte_carlo"], ids, study.responses)

    (folder / FINGERPRINT).unlink(missing_ok=True)
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    (folder / FINGERPRINT).write_text(study.fingerprint)
    print(tables["percentiles"].to_string(index=False, float_format=lambda v: f"{v:.4g}"))
    print(f"{refused} draws were refused; the column `refused` says why")
