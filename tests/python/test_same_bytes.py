"""The same decisions give the same ledger, to the byte, whoever steps the world."""

import json

import pytest

from autoscale_sim import CAUSES, STAGES, AutoScaleEnv, load_results


def ledger(env, info):
    """A finished request as a row of requests.csv."""
    row = {"energy_mj": info["energy_j"] * 1e3, "latency_ms": info["latency_s"] * 1e3,
           "server_energy_mj": info["server_energy_j"] * 1e3, "temperature_c": info["temperature_c"],
           "executed": env.action_names[info["executed"]], "qos_met": int(info["qos_met"])}
    row |= {f"{c}_mj": info["energy_by_cause_j"][c] * 1e3 for c in CAUSES}
    return row | {f"{s}_ms": info["time_by_stage_s"][s] * 1e3 for s in STAGES}


def requests_of(program, folder, *arguments):
    program("run", *arguments, "--out", folder, "--requests")
    return load_results(folder).requests


@pytest.mark.parametrize("scenario, policy, deliberates", [
    ("quickstart", "cloud", False),
    ("paper/D3_translation", "random", False),
    ("paper/D2_streaming", "autoscale", True),
    ("traces", "opt", False),
    ("lte", "autoscale", True),
])
def test_a_loop_replays_the_decisions_of_a_run(program, tmp_path, scenario, policy, deliberates):
    one_phone = {"devices": [{"profile": "mi8pro"}]}
    rows = requests_of(program, tmp_path, f"scenarios/{scenario}.yaml", "--policy", policy, "--seed", 42,
                       "--set", "devices=[{profile: mi8pro}]")
    rows = rows[rows.policy == policy]
    env = AutoScaleEnv(scenario, settings=one_phone, deliberates=deliberates)
    _, info = env.reset(seed=42)
    assert len(rows) > 50
    for row in rows.to_dict("records"):
        assert (info["request"], env.dnns[info["dnn"]]) == (row["request"], row["dnn"])
        _, reward, _, truncated, info = env.step(env.action_names.index(row["action"]))
        assert reward == row["reward"]
        assert {key: row[key] for key in ledger(env, info)} == ledger(env, info)
    assert truncated


WRONG = {"error": {"latency": 0.3, "power": 0.2, "link_rate": 0.3, "rtt": 0.5, "contention": 0.3}}


@pytest.mark.parametrize("policy, planner_model", [
    *((policy, None) for policy in ["autoscale", "edge_best", "opt", "random", "neurosurgeon", "linear_regression"]),
    *((policy, WRONG) for policy in ["greedy_energy", "residual", "opt"]),
])
def test_a_policy_stepped_from_python_decides_as_in_a_run(program, tmp_path, policy, planner_model):
    scenario = "paper/D3_non_streaming"
    shorter = {"phases[0].inferences": 5, "phases[1].inferences": 30}
    shorter |= {"planner_model": planner_model} if planner_model else {}
    changes = [part for key, value in shorter.items() for part in ("--set", f"{key}={json.dumps(value)}")]
    rows = requests_of(program, tmp_path, f"scenarios/{scenario}.yaml", "--policy", policy, "--seed", 9,
                       "--set", "devices=[{profile: mi8pro}]", *changes)
    rows = rows[rows.policy == policy]
    env = AutoScaleEnv(scenario, "mi8pro", settings=shorter, phase="all")
    env.reset(seed=9)
    stepped = env.make_policy(policy)
    env = AutoScaleEnv(scenario, "mi8pro", settings=shorter, deliberates=stepped.deliberates,
                       phase="all" if stepped.learns else "recorded")
    env.reset(seed=9)
    policy = env.make_policy(policy)
    learned, energies, truncated = None, [], False
    while not truncated:
        training = env.phase == "train"
        if training != learned:
            learned = training
            policy.set_mode(learn=training, explore=training)
        _, _, _, truncated, info = env.step(policy.decide())
        if training:
            policy.learn()
        else:
            energies.append(info["energy_j"] * 1e3)
    assert energies == list(rows.energy_mj)
