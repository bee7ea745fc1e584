"""Computes every claim of scenarios/paper/claims.yaml from the results and judges it.

A claim whose cases were not all simulated is not tested; no claim is ever left out.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, field

import pandas as pd

from autoscale_report.cases import REFERENCE, Results, cases_of
from autoscale_report.verdict import NOT_TESTED, judge, tolerance_text
from autoscale_sim.plots.intervals import Interval, interval


class NotSimulated(Exception):
    """The runs that a claim needs are not there."""


@dataclass
class Evaluated:
    claim: dict
    value: Interval | None = None
    verdict: str = NOT_TESTED
    notes: list[str] = field(default_factory=list)


@dataclass
class Inputs:
    claims: dict
    results: Results
    runs: pd.DataFrame  # runs.csv of all scenarios
    learning: pd.DataFrame  # learning.csv of all scenarios
    ceiling: Results | None = None  # of the best action per state: what a claim is read beside

    def cases(self, compute: dict, environments, policies) -> list:
        cases = cases_of(
            self.claims, environments, compute.get("use_cases"), compute.get("dnns")
        )
        for policy in policies:
            if not self.results.has(policy, cases):
                raise NotSimulated(f"not all cases of {policy} were simulated")
        return cases


def paper_value(claims: dict, name: str) -> float:
    """Of the claim with that id."""
    return next(c for c in claims["claims"] if c["id"] == name)["paper"]["value"]


def efficiency(inputs: Inputs, c: dict, notes: list[str]) -> list[float]:
    policies = {c["policy"], c["baseline"], REFERENCE}
    cases = inputs.cases(c, c["environments"], policies)
    apart = inputs.results.unfinished(policies, cases)
    if apart:
        notes.append(f"{len(apart)} of {len(cases)} cases apart: no inference finished")
    first = inputs.claims["averages"]["first"]
    return [a[first] for a in inputs.results.averages(c["policy"], c["baseline"], cases)]


def efficiency_against_best(inputs: Inputs, c: dict, notes: list[str]) -> list[float]:
    per_baseline = [efficiency(inputs, {**c, "baseline": b}, notes) for b in c["baselines"]]
    return [min(ratios) for ratios in zip(*per_baseline)]


def case_mean(inputs: Inputs, c: dict, notes: list[str]) -> list[float]:
    cases = inputs.cases(c, c["environments"], [c["policy"], "random"])
    beside = statistics.fmean(inputs.results.case_mean("random", c["column"], cases))
    notes.append(f"random has {beside:.4g}")
    if inputs.ceiling and inputs.ceiling.has("best_per_state", cases):
        best = statistics.fmean(inputs.ceiling.case_mean("best_per_state", c["column"], cases))
        notes.append(f"the best fixed action per state, the ceiling of its bins, has {best:.4g}")
    return inputs.results.case_mean(c["policy"], c["column"], cases)


def run_value(inputs: Inputs, c: dict, notes: list[str]) -> list[float]:
    inputs.cases(c, c["environments"], [c["policy"]])
    rows = inputs.runs[inputs.runs["policy"] == c["policy"]]
    return rows.groupby("replication")[c["column"]].mean().to_list()


def convergence(inputs: Inputs, c: dict, notes: list[str]) -> list[float]:
    inputs.cases(c, c["environments"], [c["policy"]])
    rows = inputs.runs[inputs.runs["policy"] == c["policy"]]
    converged, visited = rows["states_converged"].sum(), rows["states_visited"].sum()
    notes.append(f"{converged:.0f} of {visited:.0f} states converged ({converged / visited:.1%})")
    rows = rows[rows["states_converged"] > 0]
    if not rows.empty:
        notes.append(f"90th percentile {rows['convergence_visits_p90'].mean():.1f} visits")
    return rows.groupby("replication")["convergence_visits_p50"].mean().to_list()


def first_crossing(curve: pd.DataFrame, share: float) -> float:
    """Inferences per state at which a reward curve first has made `share` of its way to its end."""
    last_tenth = curve[curve["learned"] > 0.9 * curve["learned"].max()]
    start, end = curve["reward_mean"].iloc[0], last_tenth["reward_mean"].mean()
    risen = (curve["reward_mean"] - start) / (end - start) >= share
    return curve["learned"][risen].iloc[0] / curve["states_visited"].max()


def reward_curve(inputs: Inputs, c: dict, notes: list[str]) -> list[float]:
    inputs.cases(c, c["environments"], [c["policy"]])
    rows = inputs.learning[inputs.learning["policy"] == c["policy"]].sort_values("learned")
    keys = ["replication", "scenario", "device"]
    crossings = pd.Series(
        {key: first_crossing(curve, c["share"]) for key, curve in rows.groupby(keys)}
    )
    notes.append(f"curves sampled at {rows['learned'].nunique()} points")
    return crossings.groupby(level=0).mean().to_list()


def opt_share(inputs: Inputs, c: dict, notes: list[str]) -> list[float]:
    cases = inputs.cases(c, c["environments"], ["opt"])
    return inputs.results.share("opt", c["targets"], cases)


def opt_share_change(inputs: Inputs, c: dict, notes: list[str]) -> list[float]:
    before = opt_share(inputs, {**c, "environments": [c["from"]]}, notes)
    after = opt_share(inputs, {**c, "environments": [c["to"]]}, notes)
    notes.append(f"{statistics.fmean(before):.3f} -> {statistics.fmean(after):.3f}")
    return [b - a for a, b in zip(before, after)]


def remote_gain(inputs: Inputs, c: dict, notes: list[str]) -> list[float]:
    gains = {}
    policies = ["edge_best", "cloud", "connected_edge"]
    cases = inputs.cases(c, c["environments"], policies)
    for device in inputs.claims["cases"]["devices"]:
        here = [case for case in cases if case.device == device]
        local, *remote = (
            inputs.results.column(p, "inferences_per_joule", here) for p in policies
        )
        gains[device] = [
            statistics.fmean(max(a, b) / e for e, a, b in zip(*rows))
            for rows in zip(local, *remote)
        ]
        notes.append(f"{device} {statistics.fmean(gains[device]):.2f}x")
    others = [values for device, values in gains.items() if device != c["device"]]
    return [own / max(rest) for own, *rest in zip(gains[c["device"]], *others)]


KINDS = {
    kind.__name__: kind
    for kind in (efficiency, efficiency_against_best, case_mean, run_value, convergence,
                 reward_curve, opt_share, opt_share_change, remote_gain)
}  # fmt: skip


def evaluate(inputs: Inputs) -> list[Evaluated]:
    return [evaluate_one(inputs, claim) for claim in inputs.claims["claims"]]


def evaluate_one(inputs: Inputs, claim: dict) -> Evaluated:
    done = Evaluated(claim)
    if "not_tested" in claim:
        done.notes.append(claim["not_tested"])
        if "given" in claim:
            done.value = Interval(claim["given"]["value"], math.nan, math.nan)
        return done
    compute = claim["compute"]
    try:
        values = KINDS[compute["kind"]](inputs, compute, done.notes)
    except NotSimulated as problem:
        done.notes.append(str(problem))
        return done
    done.value = interval(values) if values else None
    done.verdict = judge(claim, done.value)
    return done


def number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.12g}"


def claims_table(evaluated: list[Evaluated]) -> pd.DataFrame:
    """claims.csv."""
    rows = []
    for e in evaluated:
        value = e.value or Interval(math.nan, math.nan, math.nan)
        paper = e.claim["paper"]
        rows.append(
            {
                "claim": e.claim["id"],
                "paper_value": paper["value"],
                "paper_confidence": paper["confidence"],
                "simulated_value": number(value.mean),
                "ci95_low": number(value.low),
                "ci95_high": number(value.high),
                "tolerance": tolerance_text(e.claim.get("tolerance")),
                "verdict": e.verdict,
            }
        )
    return pd.DataFrame(rows)
