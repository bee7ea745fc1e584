"""The results by case: one phone, one DNN, one use case, one environment."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from autoscale_report.averages import Energy, four_averages, interval

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


class Results:
    """breakdown.csv of all scenarios; every answer is a list with one entry per replication."""

    def __init__(self, breakdown: pd.DataFrame):
        self.frame = breakdown.set_index(["policy", "replication", *Case._fields]).sort_index()
        if self.frame.index.has_duplicates:
            raise ValueError("breakdown.csv has two rows for one policy, replication and case")
        self.present = set(self.frame.index)
        self.tables: dict[tuple[str, str], pd.DataFrame] = {}  # by policy and column, as asked for
        self.replications = sorted(breakdown["replication"].unique())

    def has(self, policy: str, cases: list[Case]) -> bool:
        """Whether every case was simulated under the policy, in every replication."""
        return all((policy, r, *case) in self.present for r in self.replications for case in cases)

    def column(self, policy: str, column: str, cases: list[Case]) -> list[list[float]]:
        """[replication][case]; nan where the cell is empty."""
        if (policy, column) not in self.tables:
            cells = self.frame.loc[policy][column]
            self.tables[policy, column] = cells.unstack(list(Case._fields))
        table = self.tables[policy, column]
        return table.reindex(columns=pd.MultiIndex.from_tuples(cases)).to_numpy().tolist()

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

    def case_mean(self, policy: str, column: str, cases: list[Case]) -> list[float]:
        """Mean over cases; cases without a value in any replication are left out of all."""
        table = pd.DataFrame(self.column(policy, column, cases)).dropna(axis="columns")
        return table.mean(axis="columns").to_list()

    def share(self, policy: str, targets: list[str], cases: list[Case]) -> list[float]:
        """Mean over cases of the share of inferences executed on targets that begin so."""
        columns = [
            name
            for name in self.frame.columns
            if name.startswith("share_") and name.removeprefix("share_").startswith(tuple(targets))
        ]
        means = [self.case_mean(policy, name, cases) for name in columns]
        return [sum(values) for values in zip(*means)]


def averages_table(results: Results, claims: dict) -> pd.DataFrame:
    """averages.csv: every average of AutoScale, Opt and the baselines, with its interval."""
    baselines = [REFERENCE, "cloud", "edge_best", "connected_edge"]
    pairs = [("autoscale", b) for b in [*baselines, "opt"]] + [("opt", b) for b in baselines]
    vision = [d for d in claims["cases"]["use_cases"]["non_streaming"] if d != "mobilebert"]
    rows = []
    for environments in ["static", "dynamic", "all"]:
        for group, dnns in [("all", None), ("without_mobilebert", vision)]:
            cases = cases_of(claims, environments, dnns=dnns)
            for policy, baseline in pairs:
                involved = [policy, baseline, REFERENCE]
                if not all(results.has(p, cases) for p in set(involved)):
                    continue
                apart = len(results.unfinished(involved, cases))
                per_replication = results.averages(policy, baseline, cases)
                for average in claims["averages"]["reported"]:
                    value = interval([a[average] for a in per_replication])
                    rows.append(
                        (policy, baseline, environments, group, average, *value,
                         len(cases) - apart, apart, len(per_replication))
                    )  # fmt: skip
    columns = ["policy", "baseline", "environments", "dnns", "average", "value", "ci95_low",
               "ci95_high", "cases", "cases_unfinished", "replications"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
