"""What figures and tables are made from: the files of finished runs, read once each."""

from __future__ import annotations

import io
from functools import cached_property
from pathlib import Path

import pandas as pd

from autoscale_report.cases import Results
from autoscale_report.claims import Inputs
from autoscale_report.plan import Plan
from autoscale_report.simulate import Simulator, Task
from autoscale_report.studies import BESIDE_OPT, judged_by_oracles
from autoscale_sim.plots.tables import read_table


class Data:
    def __init__(self, plan: Plan, simulator: Simulator):
        self.plan, self.simulator = plan, simulator
        self._frames: dict[tuple[str, str], pd.DataFrame] = {}
        self._explained: dict[str, pd.DataFrame] = {}
        self._results: dict[tuple[str, ...], Results] = {}

    def frame(self, task: Task, file: str) -> pd.DataFrame:
        """A CSV file of a finished task, with its name in the column `task`."""
        key = (task.name, file)
        if key not in self._frames:
            self._frames[key] = read_table(self.folder(task) / file).assign(task=task.name)
        return self._frames[key]

    def folder(self, task: Task) -> Path:
        return self.simulator.out / task.name

    def explain(self, **options) -> pd.DataFrame:
        """Cost of every action of a device in one state of the world (`autoscale explain --csv`).

        Options are those of the command, with _ for -: device="mi8pro", dnn="mobilenet_v1",
        link=["wifi=-85dBm"], co_cpu=0.9.
        """
        options = {name.replace("_", "-"): value for name, value in options.items()}
        key = repr(sorted(options.items()))
        if key not in self._explained:
            text = self.simulator.explain(options)
            self._explained[key] = read_table(io.StringIO(text))
        return self._explained[key]

    def done(self, tasks: list[Task]) -> list[Task]:
        return [task for task in tasks if self.simulator.is_done(task)]

    def results(self, tasks: list[Task]) -> Results:
        """breakdown.csv of these tasks by case."""
        key = tuple(task.name for task in tasks)
        if key not in self._results:
            self._results[key] = Results(pd.concat([self.frame(t, "breakdown.csv") for t in tasks]))
        return self._results[key]

    def of_headline(self, tasks: list[Task], file: str) -> pd.DataFrame:
        """A file of tasks whose folders are called ENVIRONMENT_USECASE, with both as columns."""
        frames = []
        for task in tasks:
            environment, use_case = Path(task.name).name.split("_", 1)
            frames.append(self.frame(task, file).assign(environment=environment, use_case=use_case))
        return pd.concat(frames, ignore_index=True)

    def claimed(self, claims: dict, main: list[Task], variants: list[Task]) -> Inputs:
        """What claims are computed from: finished runs of the headline's scenarios and their variants."""
        breakdown = [self.frame(t, "breakdown.csv") for t in main]
        breakdown += [self.frame(t, "breakdown.csv").assign(environment=Path(t.name).name) for t in variants]
        runs = pd.concat([self.frame(t, "runs.csv") for t in main], ignore_index=True)
        results = Results(pd.concat(breakdown, ignore_index=True))
        return Inputs(claims, results, runs, self.of_headline(main, "learning.csv"))

    @cached_property
    def inputs(self) -> Inputs:
        """Those of the registered scenarios."""
        main, variants = self.done(self.plan.main_tasks()), self.done(self.plan.variant_tasks())
        inputs = self.claimed(self.plan.claims, main, variants)
        others = {policy: self.done(of(self.plan)) for policy, of in BESIDE_OPT.items()}
        beside = {policy: self.results(tasks) for policy, tasks in others.items() if tasks}
        judged = self.done(judged_by_oracles(self.plan))
        inputs.beside = {"random": inputs.results, **beside}
        inputs.judged = self.results(judged) if judged else None
        return inputs
