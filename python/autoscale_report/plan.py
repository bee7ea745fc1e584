"""What a reproduction runs: the paper's scenarios, the runs that claims need beside them, and the
number of replications. `--quick` is the same plan with fewer of everything."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autoscale_report.simulate import Task

# 20: the 95 % interval of every efficiency ratio is then under 2 % of the ratio.
FULL_REPLICATIONS = 20
QUICK_REPLICATIONS = 3
# Opt is not needed where only ratios of energy are asked for, and takes most of the time.
RATIOS_ONLY = {"relative_metrics": "false", "compare_with_opt": "false"}
RATIO_POLICIES = ("autoscale", "edge_cpu_fp32", "edge_best", "cloud", "connected_edge")


class Cases:
    """What the claims file says of the cases."""

    claims: dict

    @property
    def environments(self) -> list[str]:
        return [e for group in self.claims["cases"]["environments"].values() for e in group]

    @property
    def use_cases(self) -> list[str]:
        return list(self.claims["cases"]["use_cases"])


@dataclass(frozen=True)
class Plan(Cases):
    root: Path
    claims: dict
    quick: bool
    out: Path  # folder of all runs

    def replications(self, full: int, quick: int = 1) -> int:
        return quick if self.quick else full

    def task(self, name: str, scenario: str, full: int, quick: int = 1, *, settings=None,
             policies=(), after=(), test_phase: int | None = 1) -> Task:  # fmt: skip
        """A run of scenarios/paper/SCENARIO.yaml into the folder NAME; `full` and `quick` are the
        replications. With --quick the test phase, if the scenario has one, is shorter."""
        shorten = self.quick and test_phase is not None
        shorter = {f"phases[{test_phase}].inferences": 50} if shorten else {}
        return Task(name, f"paper/{scenario}", self.replications(full, quick), {**shorter, **(settings or {})},
                    tuple(policies), tuple(after))  # fmt: skip

    def main_task(self, environment: str, use_case: str) -> Task:
        """One of the 27 scenarios of the headline."""
        scenario = f"{environment}_{use_case}"
        return self.task(scenario, scenario, FULL_REPLICATIONS, QUICK_REPLICATIONS)

    def main_tasks(self) -> list[Task]:
        return [self.main_task(e, u) for e in self.environments for u in self.use_cases]

    def variant_tasks(self) -> list[Task]:
        """The further runs that claims need: Opt alone in a changed scenario."""
        return [
            self.task(name, v["scenario"], FULL_REPLICATIONS, QUICK_REPLICATIONS,
                      settings={"name": name, **RATIOS_ONLY, **v["set"]}, policies=("opt",))
            for name, v in self.claims["variants"].items()
        ]  # fmt: skip

    def accounting_tasks(self) -> dict[str, list[Task]]:
        """The headline's scenarios under the two other accountings, ratios only."""
        fixed = self.claims["settings"]["accounting"]
        others = [a for a in ("whole_phone", "marginal", "paper_equations") if a != fixed]
        return {
            accounting: [
                self.task(f"{accounting}/{e}_{u}", f"{e}_{u}", 5,
                          settings={"accounting": accounting, **RATIOS_ONLY},
                          policies=RATIO_POLICIES)
                for e in self.environments for u in self.use_cases
            ]
            for accounting in others
        }  # fmt: skip

    def beside(self, headline: list[Task]) -> list[Task]:
        """What the tables need besides those of the headline's scenarios."""
        accountings = [task for tasks in self.accounting_tasks().values() for task in tasks]
        scenarios = {task.scenario for task in headline}
        return [t for t in (*self.variant_tasks(), *accountings) if t.scenario in scenarios]
