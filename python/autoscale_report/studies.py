"""The studies around the headline: which runs of scenarios/paper/studies each one takes.

Ablations cover four environments that differ in what is hard: nothing (S1), a link that is always
weak (S4), a co-runner that comes and goes (D2), a signal that does (D3). Leave-one-out covers all.
"""

from __future__ import annotations

from autoscale_report import parameters
from autoscale_report.plan import Plan
from autoscale_report.simulate import Task

ENVIRONMENTS = ["S1", "S4", "D2", "D3"]
REPLICATIONS = 5
JUDGED_REPLICATIONS = 2
TIME_CONSTANTS = ["1.5 s", "40 s"]  # of the correlated signal: client at rest, client on the move
TRANSFER_SEEDS = 5
ROUND_TRIPS = [5, 7, 10, 20, 40]  # ms, 90th percentile: over the range of the parameter
QUICK_ROUND_TRIPS = [5, 20]
TAIL_REPLICATIONS = 3  # with two, the intervals say nothing


def in_environments(plan: Plan, study: str, name: str = "", settings=None, test_phase: int = 1,
                    replications: int = REPLICATIONS) -> list[Task]:  # fmt: skip
    """The study in its environments and use cases; with --quick, in one."""
    environments = ["D3"] if plan.quick else ENVIRONMENTS
    use_cases = plan.use_cases[:1] if plan.quick else plan.use_cases
    return [
        plan.task(f"{name or study}/{e}_{u}", f"studies/{study}", replications, test_phase=test_phase,
                  settings={"environment": e, "use_case": u, **(settings or {})})
        for e in environments for u in use_cases
    ]  # fmt: skip


def longer_signal_bins(plan: Plan) -> list[Task]:
    """Finer bins share the training among more states: the same with ten times as much."""
    longer = {"phases[0].inferences": 1000}
    return in_environments(plan, "signal_bins", "longer_signal_bins", longer)


def correlated_signal(plan: Plan, time_constant: str) -> list[Task]:
    use_cases = plan.use_cases[:1] if plan.quick else plan.use_cases
    return [
        plan.task(f"correlated_signal/{time_constant.replace(' ', '')}_{u}",
                  "studies/correlated_signal", REPLICATIONS,
                  settings={"use_case": u, "cloud_signal.ar1.time_constant": time_constant})
        for u in use_cases
    ]  # fmt: skip


def tail(plan: Plan) -> dict[float, list[Task]]:
    """90th percentile of the Wi-Fi round trip in ms -> the runs in which it is so long."""
    free = parameters.parameters_of(plan.claims)
    nominal = {p.id: p.nominal for p in free}
    runs = {}
    for p90 in QUICK_ROUND_TRIPS if plan.quick else ROUND_TRIPS:
        given = parameters.settings(plan.root, free, {**nominal, "rtt_p90": p90})
        runs[p90] = in_environments(plan, "tail", f"tail/{p90}ms", given, replications=TAIL_REPLICATIONS)
    return runs


def ablations(plan: Plan) -> list[Task]:
    """Everything that is compared with the learner as published."""
    studies = ["learner", "signal_bins", "longer_training", "literal_reward", "radio_tails"]
    return [
        *(task for study in studies for task in in_environments(plan, study)),
        *longer_signal_bins(plan),
        *(task for t in TIME_CONSTANTS for task in correlated_signal(plan, t)),
        *in_environments(plan, "ceiling"),
        *in_environments(plan, "oracles", test_phase=0),
    ]


def everywhere(plan: Plan, study: str, test_phase: int) -> list[Task]:
    return [
        plan.task(f"{study}/{e}_{u}", f"studies/{study}", REPLICATIONS, test_phase=test_phase,
                  settings={"environment": e, "use_case": u})
        for e in plan.environments for u in plan.use_cases
    ]  # fmt: skip


def ceiling(plan: Plan) -> list[Task]:
    return everywhere(plan, "ceiling", test_phase=1)


def oracles(plan: Plan) -> list[Task]:
    return everywhere(plan, "oracles", test_phase=0)


# In all environments and use cases: what agreement and gap are read beside, by policy.
BESIDE_OPT = {"best_per_state": ceiling, "best_per_state_samples": ceiling, "expected_reward": oracles,
              "chance_constrained": oracles}  # fmt: skip


def judged_by_oracles(plan: Plan) -> list[Task]:
    """The headline's AutoScale again, its choices compared with those oracles too, which takes longer."""
    return [
        plan.task(f"judged_by_oracles/{e}_{u}", f"{e}_{u}", JUDGED_REPLICATIONS,
                  settings={"compare_with_oracles": "true"}, policies=("autoscale",))
        for e in plan.environments for u in plan.use_cases
    ]  # fmt: skip


def beside_opt(plan: Plan, headline: list[Task]) -> list[Task]:
    """Of these the runs that belong to some of the headline's scenarios."""
    names = {task.name for task in headline}
    tasks = dict.fromkeys(task for of in BESIDE_OPT.values() for task in of(plan))
    return [task for task in tasks if task.name.split("/")[1] in names]


def leave_one_out(plan: Plan) -> list[Task]:
    """All cases of the headline; with --quick, fewer environments. A use case with one DNN leaves
    nothing to train on."""
    tasks = []
    for environment in ["S1", "D3"] if plan.quick else plan.environments:
        for use_case, dnns in plan.claims["cases"]["use_cases"].items():
            several = len(dnns) > 1
            study = "leave_one_out" if several else "untrained"
            tasks.append(
                plan.task(f"leave_one_out/{environment}_{use_case}", f"studies/{study}",
                          REPLICATIONS, test_phase=1 if several else 0,
                          settings={"environment": environment, "use_case": use_case})
            )  # fmt: skip
    return tasks


def transfer(plan: Plan) -> dict[tuple[str, int], Task]:
    """(source, seed) -> training of every other phone from the table of the phone `source`, or of
    all from an empty one ("fresh")."""
    devices = plan.claims["cases"]["devices"]
    tasks = {}
    for seed in range(plan.replications(TRANSFER_SEEDS, 2)):
        source = plan.task(f"transfer/source_{seed}", "studies/transfer_source", 1,
                           settings={"seed": 1 + seed}, test_phase=None)  # fmt: skip
        for name in ("fresh", *devices):
            settings: dict[str, object] = {"seed": 1001 + seed}
            if name != "fresh":
                table = (plan.out / source.name / "tables" / f"autoscale-r0-{name}.json").resolve()
                others = ", ".join(f"{d}: {table}" for d in devices if d != name)
                settings["transfer_tables"] = f"{{{others}}}"
            tasks[name, seed] = plan.task(
                f"transfer/{name}_{seed}", "studies/transfer_target", 1, settings=settings,
                test_phase=None, after=() if name == "fresh" else (source,),
            )  # fmt: skip
    return tasks
