"""A million resets hold on to nothing. The number of resets: AUTOSCALE_RESETS."""

import gc
import os
from pathlib import Path

import pytest

from autoscale_sim import AutoScaleEnv, AutoScaleVectorEnv

RESETS = int(os.environ.get("AUTOSCALE_RESETS", 20_000))


def resident_bytes():
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize("make", [
    lambda: AutoScaleEnv("paper/D3_translation", "mi8pro", observation="features"),
    lambda: AutoScaleVectorEnv(4, "paper/D3_translation", "mi8pro"),
    lambda: AutoScaleEnv("quickstart", phone=0, others="cloud",
                         settings={"devices": [{"profile": "mi8pro", "count": 2}]}),
], ids=["single", "vector", "beside another phone"])
def test_resets_hold_on_to_nothing(make):
    env = make()
    rounds = max(RESETS // getattr(env, "num_envs", 1), 1000)

    def play(count):
        for seed in range(count):
            _, info = env.reset(seed=seed)
            env.step(info["action_mask"].argmax(axis=-1))

    play(rounds // 2)
    before = resident_bytes()
    play(rounds)
    assert resident_bytes() - before < 1 << 20


def test_environments_come_and_go():
    def make():
        env = AutoScaleEnv("quickstart", "mi8pro")
        env.reset(seed=0)
        env.make_policy("autoscale").decide()

    for _ in range(20):
        make()
    before = resident_bytes()
    for _ in range(60):
        make()
    assert resident_bytes() - before < 4 << 20


def test_many_environments_live_side_by_side():
    several = [AutoScaleEnv("quickstart", "mi8pro") for _ in range(10)]
    energies = []
    for env in several:
        env.reset(seed=4)
    for _ in range(5):
        energies.append({env.step(7)[4]["energy_j"] for env in several})
    assert all(len(same) == 1 for same in energies)
