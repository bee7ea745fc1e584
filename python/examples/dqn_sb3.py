"""Stable-Baselines3's DQN on AutoScale-v0, where it is installed.

    pip install stable-baselines3
    python dqn_sb3.py [--steps 60000]

It knows no action mask, so the environment gives illegal actions a penalty instead of an error.
"""

import argparse
import sys

import gymnasium
import numpy as np

import autoscale_sim

SCENARIO = dict(scenario="paper/D3_non_streaming", phone="moto_x_force", observation="features",
                illegal="penalty")


def main():
    try:
        from stable_baselines3 import DQN
    except ImportError:
        print("stable-baselines3 is not installed")
        sys.exit(0)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=60_000)
    steps = parser.parse_args().steps
    env = gymnasium.make("AutoScale-v0", settings={"phases[1].order": "random"}, **SCENARIO)
    model = DQN("MlpPolicy", env, gamma=0.1, learning_rate=1e-3, learning_starts=1000, train_freq=4,
                target_update_interval=500, seed=1)
    model.learn(steps)
    test = gymnasium.make("AutoScale-v0", **SCENARIO)
    observation, info = test.reset(seed=1)
    energies, truncated = [], False
    while not truncated:
        action, _ = model.predict(observation, deterministic=True)
        observation, _, _, truncated, info = test.step(int(action))
        energies.append(1e3 * info["energy_j"])
    edge = autoscale_sim.run(SCENARIO["scenario"], ["edge_best"],
                             settings={"devices": [{"profile": SCENARIO["phone"]}]})
    print(f"DQN after {steps} decisions: {np.mean(energies):.1f} mJ per inference")
    print(f"Edge (Best): {edge.energy_mean_mj[0]:.1f} mJ per inference")


if __name__ == "__main__":
    main()
