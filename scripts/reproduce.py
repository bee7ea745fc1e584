"""Reproduces the paper: runs its scenarios, judges its claims, draws its figures.

Called by scripts/reproduce.sh, which sets up and builds first and names the scenarios.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import pandas as pd
import yaml

from autoscale_report import figures, provenance, report
from autoscale_report.cases import Results, averages_table
from autoscale_report.claims import Inputs, claims_table, evaluate
from autoscale_report.simulate import Simulator, Task, join_csv

ROOT = Path(__file__).resolve().parent.parent
# 20: the 95 % interval of every efficiency ratio is then under 2 % of the ratio.
FULL_REPLICATIONS = 20
QUICK_REPLICATIONS = 3
SUMMARIES = ["claims.csv", "averages.csv", "report.md", "manifest.json"]
QUICK = {"phases[1].inferences": 50}


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--jobs", type=int, required=True)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("scenario", nargs="+")
    return parser.parse_args()


def variant_tasks(claims: dict, scenarios: list[str], quick: dict) -> list[Task]:
    """The further runs that claims need, when the scenario they vary is among those run."""
    names = claims["variants"]
    alone = {"relative_metrics": "false", "compare_with_opt": "false"}
    return [
        Task(name, v["scenario"], {"name": name, **alone, **quick, **v["set"]}, ("opt",))
        for name, v in names.items()
        if v["scenario"] in scenarios
    ]


def load(simulator: Simulator, claims: dict, tasks: list[Task], variants: list[Task]) -> Inputs:
    breakdown = [pd.read_csv(simulator.out / "breakdown.csv")]
    for task in variants:
        frame = pd.read_csv(simulator.out / task.name / "breakdown.csv")
        breakdown.append(frame.assign(environment=task.name))
    learning = [
        pd.read_csv(simulator.out / t.name / "learning.csv").assign(
            environment=t.name.split("_", 1)[0], use_case=t.name.split("_", 1)[1]
        )
        for t in tasks
    ]
    return Inputs(
        claims,
        Results(pd.concat(breakdown, ignore_index=True)),
        pd.read_csv(simulator.out / "runs.csv"),
        pd.concat(learning, ignore_index=True),
    )


def main() -> None:
    arguments = parse()
    claims = yaml.safe_load((ROOT / provenance.CLAIMS).read_text())
    quick = QUICK if arguments.quick else {}
    replications = QUICK_REPLICATIONS if arguments.quick else FULL_REPLICATIONS
    tasks = [Task(name, name, quick) for name in arguments.scenario]
    variants = variant_tasks(claims, arguments.scenario, quick)
    out = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    for name in SUMMARIES:
        (out / name).unlink(missing_ok=True)  # an interrupted run leaves no stale verdicts

    simulator = Simulator(ROOT, arguments.program, out, replications, arguments.jobs)
    simulator.run_all(tasks + variants)
    folders = [out / task.name for task in tasks]
    for name in ("runs.csv", "breakdown.csv", "timing.csv"):
        join_csv(folders, name, out / name)

    manifests = {task.name: simulator.manifest(task) for task in tasks + variants}
    for task in tasks:
        provenance.check_settings(
            claims["settings"], manifests[task.name]["scenario"], task.scenario
        )
    settings = {task.name: task.arguments(replications) for task in tasks + variants}
    origin = provenance.manifest(
        ROOT, "quick" if arguments.quick else "full", manifests, settings
    )
    (out / "manifest.json").write_text(json.dumps(origin, indent=2) + "\n")

    inputs = load(simulator, claims, tasks, variants)
    evaluated = evaluate(inputs)
    claims_table(evaluated).to_csv(out / "claims.csv", index=False)
    averages = averages_table(inputs.results, claims)
    averages.to_csv(out / "averages.csv", index=False)
    (out / "report.md").write_text(report.markdown(evaluated, averages, origin))
    figures.draw_all(inputs, out / "figures")
    print(report.terminal(evaluated, pd.read_csv(out / "timing.csv")))
    print(f"\nWritten to {out}: report.md, claims.csv, averages.csv, figures/")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("interrupted: run the same command again to go on", file=sys.stderr)
        sys.exit(130)
