"""Simulates laboratories by sweeps of the simulator, some at a time: a sweep of all environments after one
training, and a small one per variant run that claims need.

A sweep that was interrupted is resumed; one that is finished, wherever it was run, is read and not run again.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from autoscale_report.cases import Case
from autoscale_report.laboratories.hypotheses import Laboratory, Space
from autoscale_report.plan import Plan
from autoscale_report.simulate import Simulator
from autoscale_sim.plots.tables import header, read_table

POLICIES = ("autoscale", "edge_cpu_fp32", "edge_best", "cloud", "connected_edge", "mosaic",
            "neurosurgeon", "opt")  # fmt: skip
SCENARIO = "studies/all_environments"
ANY_TEST = "phases[1]."  # of a choice's settings: holds for every test
# What responses are computed from, beside shares of targets.
READ = ("laboratory", "policy", "replication", *Case._fields, "inferences", "inferences_per_joule",
        "energy_mean_mj", "agreement_target", "agreement_action")  # fmt: skip


class Refused(Exception):
    """The simulator does not accept a laboratory."""


class Waves:
    def __init__(self, space: Space, plan: Plan, simulator: Simulator, folder: Path):
        self.space, self.plan, self.simulator, self.folder = space, plan, simulator, folder
        folder.mkdir(parents=True, exist_ok=True)

    def zipped(self, laboratories: Sequence[Laboratory], tests: int, learner: bool) -> list[dict]:
        """The swept parameters: a row per laboratory. The scenario has so many tests."""
        rows = [{**self.space.settings(one), **self.space.data(one)} for one in laboratories]
        paths = dict.fromkeys(path for row in rows for path in row)
        columns = []
        for path in paths:
            values = [row[path] if path in row else self.default(path) for row in rows]
            for each in self.tested(path, tests):
                columns.append({"path": each, "values": values})
        if learner:
            columns.append({"path": "policies[0].autoscale",
                            "values": [self.space.policy(one) for one in laboratories]})  # fmt: skip
        for column in columns:
            column |= {"name": f"of_{column['path']}", "labels": [str(i) for i in range(len(rows))]}
        columns[0]["name"] = "laboratory"
        return columns

    def tested(self, path: str, tests: int) -> list[str]:
        """A path into the test phase, as those into every test; any other as it is."""
        if not path.startswith(ANY_TEST):
            return [path]
        return [f"phases[{i}].{path.removeprefix(ANY_TEST)}" for i in range(1, tests + 1)]

    def default(self, path: str) -> object:
        """What a laboratory has that does not change a setting: the choice of the nominal value."""
        if path == "overrides":
            return {}
        owner = next(p for p in self.space.parameters if p.setting == path)
        return owner.choices[owner.nominal]

    def main_sweep(self, laboratories: Sequence[Laboratory], seed: int) -> dict:
        tests = len(self.plan.environments)
        return {
            "name": "laboratories",
            "summary": "laboratories in all environments",
            "scenarios": [self.scenario(SCENARIO)],
            "set": {"policies": [{"autoscale": {}}, *POLICIES[1:]], "relative_metrics": False,
                    **self.shorter(tests)},
            "grid": [{"path": "use_case", "name": "of_use_case", "values": self.plan.use_cases}],
            "zip": self.zipped(laboratories, tests, learner=True),
            "seed": seed, "breakdown": True,
        }  # fmt: skip

    def variant_sweep(self, name: str, laboratories: Sequence[Laboratory], seed: int) -> dict:
        """A further run that claims need: Opt alone."""
        variant = self.plan.claims["variants"][name]
        return {
            "name": name,
            "summary": "Opt alone in a changed scenario",
            "scenarios": [self.scenario(variant["scenario"])],
            "set": {"policies": ["opt"], "relative_metrics": False, "compare_with_opt": False,
                    **variant["set"], **self.shorter(1)},
            "zip": self.zipped(laboratories, 1, learner=False),
            "seed": seed, "breakdown": True,
        }  # fmt: skip

    def scenario(self, name: str) -> str:
        return str(self.space.root / "scenarios/paper" / f"{name}.yaml")

    def shorter(self, tests: int) -> dict:
        if not self.plan.quick:
            return {}
        return {f"phases[{i}].inferences": 50 for i in range(1, tests + 1)}

    def simulate(self, name: str, sweep: dict) -> pd.DataFrame:
        """Its breakdown."""
        file, out = self.folder / f"{name}.yaml", self.folder / name
        if not (out / "runs.csv").exists():
            file.write_text(json.dumps(sweep, indent=1) + "\n")  # JSON is YAML, and quickly written
            resume = ["--resume"] if out.exists() else []
            command = [self.simulator.program, "sweep", file, "--jobs=1", f"--out={out}", *resume]
            done = subprocess.run(command, capture_output=True, text=True, errors="replace")
            if done.returncode == 2:  # a mistake in the input
                raise Refused(next(iter(done.stderr.splitlines()), "no message"))
            if done.returncode not in (0, 1):
                raise SystemExit(f"error: {file} failed:\n{done.stderr}")
        failed = read_table(out / "failures.csv")
        if len(failed):
            raise Refused(failed["error"].iloc[0])
        wanted = [c for c in header(out / "breakdown.csv") if c in READ or c.startswith("share_")]
        return read_table(out / "breakdown.csv", columns=wanted)

    def run(self, name: str, laboratories: Sequence[Laboratory], seed: int) -> list[pd.DataFrame]:
        """The cases of each laboratory, as cases.Results takes them; those of variants under their names."""
        frames = [self.simulate(name, self.main_sweep(laboratories, seed))]
        for variant in self.plan.claims["variants"]:
            sweep = self.variant_sweep(variant, laboratories, seed)
            frames.append(self.simulate(f"{name}_{variant}", sweep).assign(environment=variant))
        rows = pd.concat(frames, ignore_index=True)
        numbers = rows["laboratory"].astype(int)
        return [own for _, own in rows.groupby(numbers, sort=True)]

    def forget(self, name: str) -> None:
        """Removes what was simulated: the responses are kept elsewhere."""
        for each in (name, *(f"{name}_{variant}" for variant in self.plan.claims["variants"])):
            shutil.rmtree(self.folder / each, ignore_errors=True)
            (self.folder / f"{each}.yaml").unlink(missing_ok=True)
