"""Computes every claim of scenarios/paper/claims.yaml from the results and judges it.

A claim whose cases were not all simulated is not tested; no claim is ever left out.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from autoscale_report.cases import REFERENCE, Results, cases_of
from autoscale_report.convergence import way_made
from autoscale_report.environments import ABOVE, pairs_of
from autoscale_report.registrations import Beside
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
    beside: dict[str, Results] = field(default_factory=dict)  # by policy: what Opt's claims are read beside
    judged: Results | None = None  # of the policy, compared with all oracles

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


def finished(inputs: Inputs, c: dict, notes: list[str]) -> list:
    """The cases in which the policy, its baseline and the reference all finished an inference."""
    policies = {c["policy"], c["baseline"], REFERENCE}
    cases = inputs.cases(c, c["environments"], policies)
    apart = set(inputs.results.unfinished(policies, cases))
    if apart:
        notes.append(f"{len(apart)} of {len(cases)} cases apart: no inference finished")
    return [case for case in cases if case not in apart]


def efficiency(inputs: Inputs, c: dict, notes: list[str]) -> list[float]:
    cases = finished(inputs, c, notes)
    first = inputs.claims["averages"]["first"]
    return [a[first] for a in inputs.results.averages(c["policy"], c["baseline"], cases)]


def pairs_held(inputs: Inputs, c: dict, notes: list[str]) -> list[float]:
    """In how many pairs of environment and use case a policy beats the best of the baselines. Each pair
    is judged by its own interval, so the count has none."""
    inputs.cases(c, c["environments"], [c["policy"], REFERENCE, *c["baselines"]])
    pairs = pairs_of(inputs.results, inputs.claims, c["environments"], c["policy"], c["baselines"])
    held = [pair for pair in pairs if pair.order == ABOVE]
    notes.append(f"of {len(pairs)} pairs of environment and use case")
    for pair in pairs:
        if pair not in held:
            notes.append(f"{pair.environment} {pair.use_case}: {pair.ratio.mean:.3f}x {pair.best}"
                         f" ({pair.ratio.low:.3f} to {pair.ratio.high:.3f}), {pair.order}")  # fmt: skip
    return [len(held)]


BESIDE = {
    "random": "random choice",
    "best_per_state": "best fixed action per state (ceiling of the bins)",
    "best_per_state_samples": "the same by sampled rewards (ceiling under noise)",
    "expected_reward": "oracle of the expected reward",
    "chance_constrained": "oracle that keeps late replies rare",
}
ORACLES = {
    "agreement_target": "Opt",
    **{f"agreement_{p}": f"the {BESIDE[p]}" for p in ("expected_reward", "chance_constrained")},
}


def note_oracles(inputs: Inputs, policy: str, cases: list, notes: list[str]) -> None:
    """Agreement of a policy with each oracle, in runs that are compared with all of them."""
    judged = inputs.judged
    if not judged or not judged.has(policy, cases):
        return
    for column, oracle in ORACLES.items():
        value = statistics.fmean(judged.case_mean(policy, column, cases))
        notes.append(f"with {oracle}, {len(judged.replications)} replications: {value:.4g}")


def note_others(inputs: Inputs, cases: list, estimate: Callable, notes: list[str]) -> None:
    """What others have by the same estimate(results, policy), where they were simulated."""
    for policy, text in BESIDE.items():
        results = inputs.beside.get(policy)
        if results and results.has(policy, cases):
            notes.append(f"{text}: {statistics.fmean(estimate(results, policy)):.4g}")


def shortfall(inputs: Inputs, c: dict, notes: list[str]) -> list[float]:
    """How much less a policy does per joule than another: 1 - PPW / PPW_baseline."""
    results, policy, cases = inputs.results, c["policy"], finished(inputs, c, notes)
    first = inputs.claims["averages"]["first"]

    def estimate(of: Results, other: str, over: list) -> list[float]:
        return of.shortfall(other, c["baseline"], first, over)

    within = results.all_attainable(policy, cases)
    if within:
        value = statistics.fmean(estimate(results, policy, within))
        notes.append(f"over the {len(within)} cases in which QoS is always in reach: {value:.4g}")
    for name, other in inputs.claims["near_opt"].items():
        if name.startswith("gap_") and "column" in other:
            value = statistics.fmean(results.case_mean(policy, other["column"], cases))
            notes.append(f"{other['text']}: {value:.4g}")
    note_others(inputs, cases, lambda of, other: estimate(of, other, cases), notes)
    return estimate(results, policy, cases)


def attainable(inputs: Inputs, c: dict, notes: list[str]) -> list[float]:
    """Mean over cases of a column over the requests in which Opt meets QoS; beside it the same over all
    requests, and without the DNNs that share table rows."""
    cases = inputs.cases(c, c["environments"], [c["policy"]])
    results, policy, column = inputs.results, c["policy"], c["column"]
    apart = len(cases) - len(results.valued(policy, column, cases))
    notes.append(f"{apart} of {len(cases)} cases apart: QoS is out of reach in all requests")
    share = statistics.fmean(results.unattainable(policy, cases))
    notes.append(f"QoS is out of reach in {share:.2%} of the requests with an accurate action")
    everywhere = statistics.fmean(results.case_mean(policy, f"{column}_all", cases))
    notes.append(f"over these too: {everywhere:.4g}")
    alone = [case for case in cases if case.dnn not in inputs.claims["shared_rows"]]
    without = statistics.fmean(results.case_mean(policy, column, alone))
    notes.append(f"without {' and '.join(inputs.claims['shared_rows'])}: {without:.4g}")
    note_oracles(inputs, policy, cases, notes)
    note_others(inputs, cases, lambda r, other: r.case_mean(other, column, cases), notes)
    return results.case_mean(policy, column, cases)


def run_value(inputs: Inputs, c: dict, notes: list[str]) -> list[float]:
    inputs.cases(c, c["environments"], [c["policy"]])
    rows = inputs.runs[inputs.runs["policy"] == c["policy"]]
    return rows.groupby("replication")[c["column"]].mean().to_list()


def convergence(inputs: Inputs, c: dict, notes: list[str]) -> list[float]:
    """Visits until half of the states have converged, those that have not counted as censored. No
    value where a run has no such median: leaving it out would keep the survivors."""
    inputs.cases(c, c["environments"], [c["policy"]])
    rows = inputs.runs[inputs.runs["policy"] == c["policy"]]
    converged, visited = rows["states_converged"].sum(), rows["states_visited"].sum()
    notes.append(f"{converged:.0f} of {visited:.0f} states converged ({converged / visited:.1%})")
    known = rows[c["column"]].notna()
    notes.append(f"{known.sum()} of {len(rows)} runs have a median: the others' states converge too seldom")
    if converged:
        survivors = rows["convergence_visits_p50"].mean()
        notes.append(f"median over the converged states alone: {survivors:.1f} visits")
    return rows.groupby("replication")[c["column"]].mean().to_list() if known.all() else []


def per_state(curve: pd.DataFrame, share: float) -> float:
    """Inferences per state after which a reward curve has made `share` of its way."""
    ordered = curve.sort_values("learned")
    learned = way_made(ordered["learned"].to_list(), ordered["reward_mean"].to_list(), share)
    return learned / curve["states_visited"].max()


def reward_curve(inputs: Inputs, c: dict, notes: list[str]) -> list[float]:
    inputs.cases(c, c["environments"], [c["policy"]])
    rows = inputs.learning[inputs.learning["policy"] == c["policy"]]
    keys = ["replication", "scenario", "device"]
    crossings = pd.Series({key: per_state(curve, c["share"]) for key, curve in rows.groupby(keys)})
    notes.append(f"curves sampled at {rows['learned'].nunique()} points")
    if crossings.isna().any():
        notes.append(f"{crossings.isna().sum()} of {len(crossings)} curves do not rise, and are left out")
    return crossings.groupby(level=0).mean().dropna().to_list()


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
    for kind in (efficiency, pairs_held, shortfall, attainable, run_value, convergence,
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


def claims_table(evaluated: list[Evaluated], beside: dict[str, Beside]) -> pd.DataFrame:
    """claims.csv: the first registration's value and verdict, then those of this one."""
    rows = []
    for e in evaluated:
        value = e.value or Interval(math.nan, math.nan, math.nan)
        paper, other = e.claim["paper"], beside[e.claim["id"]]
        rows.append(
            {
                "claim": e.claim["id"],
                "paper_value": paper["value"],
                "paper_confidence": paper["confidence"],
                "first_value": number(other.first_value),
                "first_verdict": other.first_verdict,
                "simulated_value": number(value.mean),
                "ci95_low": number(value.low),
                "ci95_high": number(value.high),
                "study_p5": number(other.study_low),
                "study_p95": number(other.study_high),
                "tolerance": tolerance_text(e.claim.get("tolerance")),
                "verdict": e.verdict,
            }
        )
    return pd.DataFrame(rows)
