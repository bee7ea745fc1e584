"""The claims of the most plausible laboratory (scenarios/paper/laboratory.yaml), beside those of the registered
one: scripts/reproduce.sh laboratory. It was found after the targets were known, so it judges nothing.
"""

from __future__ import annotations

import copy
import json

import pandas as pd

from autoscale_report import compare
from autoscale_report.claims import evaluate, number
from autoscale_report.data import Data
from autoscale_report.laboratories import RECORD
from autoscale_report.laboratories.hypotheses import space_of
from autoscale_report.plan import FULL_REPLICATIONS, QUICK_REPLICATIONS, RATIOS_ONLY, Plan
from autoscale_report.simulate import Task
from autoscale_report.verdict import MET, MISSED
from autoscale_sim.plots.tables import read_table

TARGET = "laboratory"
SCENARIO = "laboratory"
TABLE = "laboratory_claims.csv"


def main_tasks(plan: Plan) -> list[Task]:
    return [
        plan.task(f"{TARGET}/{e}_{u}", SCENARIO, FULL_REPLICATIONS, QUICK_REPLICATIONS,
                  settings={"environment": e, "use_case": u})
        for e in plan.environments for u in plan.use_cases
    ]  # fmt: skip


def variant_tasks(plan: Plan) -> list[Task]:
    """The further runs that claims need: Opt alone."""
    tasks = []
    for name, variant in plan.claims["variants"].items():
        environment, use_case = variant["scenario"].split("_", 1)
        settings = {"environment": environment, "use_case": use_case, **RATIOS_ONLY, **variant["set"]}
        tasks.append(plan.task(f"{TARGET}/{name}", SCENARIO, FULL_REPLICATIONS, QUICK_REPLICATIONS,
                               settings=settings, policies=("opt",)))  # fmt: skip
    return tasks


def tasks(plan: Plan) -> list[Task]:
    return [*main_tasks(plan), *variant_tasks(plan)]


def reread(plan: Plan) -> dict:
    """The claims file with the average and the agreement that the laboratory is read by."""
    found = json.loads((RECORD / "summary.json").read_text())
    claims, judged = copy.deepcopy(plan.claims), space_of(plan.root, plan.claims).judged
    for choice, name in zip(judged, found["reading"]):
        for what, value in choice.option(name).judge.items():
            if what == "average":
                claims["averages"]["first"] = value
            else:
                for claim in claims["claims"]:
                    if claim.get("compute", {}).get("kind") == "attainable":
                        claim["compute"]["column"] = value
    return claims


def claims_table(data: Data) -> pd.DataFrame:
    """A row per claim: the registered laboratory of record, and this one."""
    claims = reread(data.plan)
    evaluated = evaluate(data.claimed(claims, main_tasks(data.plan), variant_tasks(data.plan)))
    registered = read_table(compare.RECORD / "claims.csv").set_index("claim")
    rows = []
    for e in evaluated:
        own = registered.loc[e.claim["id"]]
        value = [number(v) for v in e.value] if e.value else [""] * 3
        rows.append((e.claim["id"], e.claim["paper"]["value"], own["simulated_value"], own["verdict"], *value,
                     e.verdict))  # fmt: skip
    return pd.DataFrame(rows, columns=["claim", "paper", "registered", "registered_verdict", "laboratory", "ci95_low",
                                       "ci95_high", "verdict"])  # fmt: skip


def write(data: Data) -> None:
    table = claims_table(data)
    table.to_csv(data.plan.out / TABLE, index=False)
    print(table.to_string(index=False))
    met = (table["verdict"] == MET).sum()
    judged = table["verdict"].isin([MET, MISSED]).sum()
    print(f"\n{met} of {judged} claims met, in a laboratory that was found after the targets were known")
