"""Who takes part in the leaderboard, with which parameters, and the runs that each entry needs.

Standard library and PyYAML only, so that the everyday tests can use it.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import subprocess
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import yaml

from autoscale_report.plan import Cases
from autoscale_report.simulate import Task

# Behind a policy's name: its label with tuned parameters, and where it plans with a wrong cost model.
TUNED, WRONG_MODEL = "_tuned", "_wrong_model"
VARIANTS = {TUNED: "tuned", WRONG_MODEL: "wrong model"}
# Whose planner_model a wrong cost model is.
PLANNER_MODEL = "scenarios/paper/studies/few_inferences.yaml"
REPLAYS = "scripted"  # policies that replay a recorded run decide nothing
REFERENCE_POLICIES = ("edge_cpu_fp32", "autoscale", "opt")  # what columns compare with
# In which the environment changes after half of the requests, and what that does.
CHANGES = {
    ("S1", "S4"): "the signal to the cloud turns weak",
    ("S1", "S2"): "a CPU-intensive app starts beside the inference",
}

# What policies know of the costs, and from which answer of `autoscale list policies` (column `knows`)
# that follows, where the model is not wrong.
KNOWN_COSTS = {"exact": "Policies that know the exact cost model",
               "wrong": "Policies that plan with a wrong cost model",
               "none": "Policies that know no costs"}  # fmt: skip
KNOWS = {"world": "exact", "costs": "exact", "nothing": "none"}

Parameters = dict[str, object]


@dataclass(frozen=True)
class Entry:
    """A policy with its parameters, as the results call it."""

    label: str
    policy: str
    parameters: Parameters = field(default_factory=dict, hash=False)

    @property
    def variant(self) -> str:
        """default, or one of VARIANTS."""
        return VARIANTS.get(self.label.removeprefix(self.policy), "default")

    @property
    def tuned(self) -> bool:
        return self.variant == VARIANTS[TUNED]

    @property
    def wrong_model(self) -> bool:
        return self.variant == VARIANTS[WRONG_MODEL]

    @property
    def title(self) -> str:
        return self.policy if self.variant == "default" else f"{self.policy} ({self.variant})"

    def item(self) -> str:
        """As an item of a scenario's list of policies (JSON is YAML)."""
        return json.dumps({self.policy: self.parameters, "label": self.label})


def registered(program: Path) -> dict[str, dict[str, str]]:
    """Name -> row of `autoscale list policies`, without those that replay."""
    done = subprocess.run([program, "list", "policies", "--csv"], capture_output=True, text=True,
                          check=True)  # fmt: skip
    rows = csv.DictReader(io.StringIO(done.stdout))
    return {row["name"]: row for row in rows if not row["name"].startswith(REPLAYS)}


def combinations(values: dict[str, list]) -> list[Parameters]:
    return [dict(zip(values, chosen)) for chosen in itertools.product(*values.values())]


def choose(judged: list[tuple[float, float]], slack: float) -> int:
    """Place of the chosen candidate; the first one has the default parameters."""
    allowed = judged[0][1] + slack
    return min((gap, place) for place, (gap, misses) in enumerate(judged) if misses <= allowed)[1]


def chosen(path: Path) -> list[Entry]:
    """The tuned entries of leaderboard_tuning.csv; the defaults, where they are best, are none."""
    with path.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    parameters = {row["policy"]: json.loads(row["parameters"]) for row in rows}
    return [Entry(f"{name}{TUNED}", name, given) for name, given in parameters.items() if given]


@dataclass(frozen=True)
class Board(Cases):
    """The leaderboard's runs. `quick` takes fewer of everything."""

    root: Path
    program: Path
    claims: dict  # scenarios/paper/claims.yaml: the cases and the first average
    quick: bool

    @cached_property
    def policies(self) -> dict[str, dict[str, str]]:
        return registered(self.program)

    @cached_property
    def tuning(self) -> dict:
        """scenarios/leaderboard/tuning.yaml."""
        tuning = yaml.safe_load((self.root / "scenarios/leaderboard/tuning.yaml").read_text())
        for name in tuning["policies"]:
            if name not in self.policies:
                raise SystemExit(f"error: scenarios/leaderboard/tuning.yaml: no policy '{name}'")
        return tuning

    @property
    def replications(self) -> int:
        return 2 if self.quick else 4

    @property
    def shorter(self) -> dict[str, object]:
        """Settings of a quick look: a quarter of the evaluation, after the same training."""
        if not self.quick:
            return {}
        return {f"phases[{i}].inferences": 50 for i in range(1, 1 + len(self.environments))}

    def run(self, name: str, use_case: str, entries: list[Entry], replications: int,
            settings: dict[str, object]) -> Task:  # fmt: skip
        """Trains and evaluates the entries as scenarios/leaderboard/board.yaml says."""
        listed = "[" + ", ".join(entry.item() for entry in entries) + "]"
        return Task(name, "leaderboard/board", replications,
                    {"use_case": use_case, "policies": listed, **self.shorter, **settings})

    def planner_settings(self, entry: Entry) -> dict[str, object]:
        """What makes the cost model of an entry wrong."""
        if not entry.wrong_model:
            return {}
        study = yaml.safe_load((self.root / PLANNER_MODEL).read_text())
        return {"planner_model": json.dumps(study["planner_model"])}

    def _tasks(self, folder: str, entry: Entry, settings: dict[str, object]) -> list[Task]:
        """A run per use case."""
        settings = self.planner_settings(entry) | settings
        return [
            self.run(f"{folder}/{entry.label}/{use_case}", use_case, [entry], self.replications,
                     settings)
            for use_case in self.use_cases
        ]  # fmt: skip

    def tasks(self, entry: Entry) -> list[Task]:
        """The runs of an entry's rows."""
        return self._tasks("board", entry, {})

    def block_tasks(self, entry: Entry) -> list[Task]:
        """The same after training in which a DNN makes all its visits of a state in a row."""
        return self._tasks("blocks", entry, {"phases[0].order": "blocks"})

    def known_costs(self, entry: Entry) -> str:
        """Key of KNOWN_COSTS."""
        return "wrong" if entry.wrong_model else KNOWS[self.policies[entry.policy]["knows"]]

    def plans(self, policy: str) -> bool:
        """Whether it may be given a wrong cost model: a planner whose choices hang on it."""
        return self.policies[policy]["knows"] == "costs" and policy not in REFERENCE_POLICIES

    def entries(self, names: list[str]) -> list[Entry]:
        """Of these policies with their defaults, and of planners with a wrong cost model."""
        return [Entry(name, name) for name in names] + [
            Entry(f"{name}{WRONG_MODEL}", name) for name in names if self.plans(name)
        ]

    def candidates(self, policy: str) -> list[Entry]:
        """The defaults and every combination of the values to tune over."""
        tried = combinations(self.tuning["policies"][policy])
        return [Entry(policy, policy)] + [
            Entry(f"{policy}_{i}", policy, values) for i, values in enumerate(tried, 1)
        ]

    def tuning_task(self, policy: str) -> Task:
        t = self.tuning
        return self.run(f"tuning/{policy}", t["use_case"], self.candidates(policy),
                        1 if self.quick else t["replications"], {"seed": t["first_seed"]})

    def learns(self, entry: Entry) -> bool:
        """Whether it learns on the job, which predictors do not: they only collect samples meanwhile. Of a learner
        that plans the one with the wrong model counts: the other has little to learn."""
        family = self.policies[entry.policy]["family"]
        return family == "learner" and (entry.wrong_model or not self.plans(entry.policy)) and not entry.tuned

    def change_task(self, change: tuple[str, str], entry: Entry) -> Task:
        """Learning on the job, with a change of environment."""
        before, after = change
        settings: dict[str, object] = {"phases[0].environment": before,
                                       "phases[1].environment": after,
                                       "policies": f"[{entry.item()}]",
                                       **self.planner_settings(entry)}  # fmt: skip
        if self.quick:
            settings |= {f"phases[{i}].inferences": 200 for i in range(2)}
        return Task(f"change/{before}_{after}/{entry.label}", "leaderboard/change",
                    self.replications, settings)
