"""The results by case: one phone, one DNN, one use case, one environment."""

from __future__ import annotations

import math
import statistics
from typing import NamedTuple

import numpy as np
import pandas as pd

from autoscale_report.averages import Energy, four_averages
from autoscale_sim.plots.intervals import interval

REFERENCE = "edge_cpu_fp32"


class Case(NamedTuple):
    environment: str
    use_case: str
    device: str
    dnn: str


def cases_of(claims: dict, environments, use_cases=None, dnns=None) -> list[Case]:
    """The cases that the claims file names. `environments` is all, a group of it, or a list."""
    groups = claims["cases"]["environments"]
    if environments == "all":
        environments = [name for group in groups.values() for name in group]
    elif isinstance(environments, str):
        environments = groups[environments]
    return [
        Case(environment, use_case, device, dnn)
        for environment in environments
        for use_case, names in claims["cases"]["use_cases"].items()
        if use_cases is None or use_case in use_cases
        for device in claims["cases"]["devices"]
        for dnn in names
        if dnns is None or dnn in dnns
    ]


def by_pair(cases: list[Case]) -> dict[tuple[str, str], list[Case]]:
    """The cases of each pair of environment and use case."""
    grouped: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        grouped.setdefault((case.environment, case.use_case), []).append(case)
    return grouped


class Results:
    """breakdown.csv of all scenarios; every answer is a list with one entry per replication."""

    def __init__(self, breakdown: pd.DataFrame):
        self.frame = breakdown.set_index(["policy", "replication", *Case._fields]).sort_index()
        if self.frame.index.has_duplicates:
            raise ValueError("breakdown.csv has two rows for one policy, replication and case")
        self.present = set(self.frame.index)
        self.tables: dict[tuple[str, str], tuple] = {}  # by policy and column, as asked for
        self.replications = sorted(breakdown["replication"].unique())

    def has(self, policy: str, cases: list[Case]) -> bool:
        """Whether every case was simulated under the policy, in every replication."""
        return all((policy, r, *case) in self.present for r in self.replications for case in cases)

    def column(self, policy: str, column: str, cases: list[Case]) -> list[list[float]]:
        """[replication][case]; nan where the cell is empty."""
        if (policy, column) not in self.tables:
            table = self.frame.loc[policy][column].unstack(list(Case._fields))
            empty = np.full((len(table), 1), math.nan)  # the place of cases that are not there: -1
            place = {case: i for i, case in enumerate(table.columns)}
            self.tables[policy, column] = np.hstack([table.to_numpy(float), empty]), place
        cells, place = self.tables[policy, column]
        return cells[:, [place.get(case, -1) for case in cases]].tolist()

    def unfinished(self, policies, cases: list[Case]) -> list[Case]:
        """Cases in which one of the policies finished no inference in some replication."""
        bad = set()
        for policy in set(policies):
            for row in self.column(policy, "inferences", cases):
                bad |= {case for case, count in zip(cases, row) if not count > 0}
        return [case for case in cases if case in bad]

    def energies(self, policy: str, cases: list[Case]) -> list[list[Energy]]:
        ppw = self.column(policy, "inferences_per_joule", cases)
        mean = self.column(policy, "energy_mean_mj", cases)
        return [[Energy(*e) for e in zip(*rows)] for rows in zip(ppw, mean)]

    def averages(self, policy: str, baseline: str, cases: list[Case]) -> list[dict[str, float]]:
        """The four averages per replication, over the cases that all three policies finished."""
        apart = set(self.unfinished([policy, baseline, REFERENCE], cases))
        cases = [case for case in cases if case not in apart]
        return [
            four_averages(*rows)
            for rows in zip(*(self.energies(p, cases) for p in (policy, baseline, REFERENCE)))
        ]

    def shortfall(self, policy: str, baseline: str, average: str, cases: list[Case]) -> list[float]:
        """How much less a policy does per joule: 1 - PPW / PPW of the baseline, by one average."""
        return [1 - a[average] for a in self.averages(policy, baseline, cases)]

    def valued(self, policy: str, column: str, cases: list[Case]) -> list[Case]:
        """The cases with a value in every replication."""
        empty = np.isnan(self.column(policy, column, cases)).any(axis=0)
        return [case for case, left_out in zip(cases, empty) if not left_out]

    def case_mean(self, policy: str, column: str, cases: list[Case]) -> list[float]:
        """Mean over cases; cases without a value in any replication are left out of all."""
        kept = self.column(policy, column, self.valued(policy, column, cases))
        return [statistics.fmean(row) if row else math.nan for row in kept]

    def all_attainable(self, policy: str, cases: list[Case]) -> list[Case]:
        """The cases in which Opt can meet QoS in every request, in every replication."""
        apart = np.array(self.column(policy, "qos_unattainable", cases)).sum(axis=0)
        return [case for case, count in zip(cases, apart) if count == 0]

    def unattainable(self, policy: str, cases: list[Case]) -> list[float]:
        """Mean over cases of the share of requests with an accurate action in which not even Opt meets
        QoS; a case without an accurate action counts as 0."""
        apart, compared = (
            np.array(self.column(policy, name, cases)) for name in ("qos_unattainable", "compared")
        )
        return (apart / np.maximum(apart + compared, 1)).mean(axis=1).tolist()

    def share(self, policy: str, targets: list[str], cases: list[Case]) -> list[float]:
        """Mean over cases of the share of inferences executed on targets that begin so."""
        columns = [
            name
            for name in self.frame.columns
            if name.startswith("share_") and name.removeprefix("share_").startswith(tuple(targets))
        ]
        means = [self.case_mean(policy, name, cases) for name in columns]
        return [sum(values) for values in zip(*means)]


BASELINES = (REFERENCE, "cloud", "edge_best", "connected_edge")
PAIRS = [("autoscale", b) for b in (*BASELINES, "opt")] + [("opt", b) for b in BASELINES]
ENVIRONMENTS = ("static", "dynamic", "all")


def averages_of(results: Results, claims: dict) -> list[tuple]:
    """Every average of the pairs of policies that were simulated, with its interval."""
    vision = [d for d in claims["cases"]["use_cases"]["non_streaming"] if d != "mobilebert"]
    rows = []
    for environments in ENVIRONMENTS:
        for group, dnns in (("all", None), ("without_mobilebert", vision)):
            cases = cases_of(claims, environments, dnns=dnns)
            for policy, baseline in PAIRS:
                involved = {policy, baseline, REFERENCE}
                if not all(results.has(p, cases) for p in involved):
                    continue
                apart = len(results.unfinished(involved, cases))
                per_replication = results.averages(policy, baseline, cases)
                for average in claims["averages"]["reported"]:
                    value = interval([a[average] for a in per_replication])
                    rows.append(
                        (policy, baseline, environments, group, average, *value,
                         len(cases) - apart, apart, len(per_replication))
                    )  # fmt: skip
    return rows


def near_opt_of(results: Results, policy: str, claims: dict) -> list[tuple]:
    """How near a policy comes to Opt by each estimate of the claims file, with and without the DNNs that
    share table rows."""
    rows = []
    for environments in ENVIRONMENTS:
        everything = cases_of(claims, environments)
        if not all(results.has(p, everything) for p in (policy, "opt", REFERENCE)):
            continue
        alone = [case for case in everything if case.dnn not in claims["shared_rows"]]
        for group, cases in (("all", everything), ("without_shared_rows", alone)):
            for name, estimate in claims["near_opt"].items():
                values, kept = near_opt(results, policy, estimate, claims, cases)
                rows.append(
                    (policy, "opt", environments, group, name, *interval(values),
                     kept, len(cases) - kept, len(values))
                )  # fmt: skip
    return rows


def near_opt(
    results: Results, policy: str, estimate: dict, claims: dict, cases: list[Case]
) -> tuple[list[float], int]:
    """An estimate per replication, and over how many of the cases."""
    if "column" in estimate:
        column = estimate["column"]
        kept = results.valued(policy, column, cases)
        return results.case_mean(policy, column, kept), len(kept)
    kept = len(cases) - len(results.unfinished([policy, "opt", REFERENCE], cases))
    return results.shortfall(policy, "opt", claims["averages"]["first"], cases), kept


def averages_table(
    results: dict[str, Results], near_opt: dict[str, Results], claims: dict
) -> pd.DataFrame:
    """averages.csv, from the results by accounting, and by policy for what is compared with Opt under
    the accounting that is fixed."""
    columns = ["accounting", "policy", "baseline", "environments", "dnns", "average", "value",
               "ci95_low", "ci95_high", "cases", "cases_unfinished", "replications"]  # fmt: skip
    rows = [(name, *row) for name, of in results.items() for row in averages_of(of, claims)]
    fixed = claims["settings"]["accounting"]
    rows += [(fixed, *row) for p, of in near_opt.items() for row in near_opt_of(of, p, claims)]
    return pd.DataFrame(rows, columns=columns)
