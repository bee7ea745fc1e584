"""Tabular Q-learning in 40 lines: learns on the grid of the paper's training, then is measured.

    python tabular_q.py
"""

import gymnasium
import numpy as np

import autoscale_sim  # registers AutoScale-v0

SCENARIO = dict(scenario="paper/D3_non_streaming", phone="moto_x_force", disable_env_checker=True)
LEARNING_RATE, DISCOUNT, EPSILON = 0.9, 0.1, 0.1


def greedy(q, state, mask):
    return int(np.argmax(np.where(mask, q[state], -np.inf)))


def train(env, rng):
    q = np.zeros((env.observation_space.n, env.action_space.n))  # above every reward: tries all
    state, info = env.reset(seed=1)
    truncated = False
    while not truncated:
        mask = info["action_mask"]
        action = greedy(q, state, mask) if rng.random() > EPSILON else int(rng.choice(np.flatnonzero(mask)))
        following, reward, _, truncated, info = env.step(action)
        target = reward + DISCOUNT * np.max(np.where(info["action_mask"], q[following], -np.inf))
        q[state, action] += LEARNING_RATE * (target - q[state, action])
        state = following
    return q


def measure(env, q):
    state, info = env.reset(seed=1)
    energies, truncated = [], False
    while not truncated:
        state, _, _, truncated, info = env.step(greedy(q, state, info["action_mask"]))
        energies.append(info["energy_j"])
    return 1e3 * np.mean(energies)


if __name__ == "__main__":
    table = train(gymnasium.make("AutoScale-v0", phase="train", **SCENARIO), np.random.default_rng(1))
    print(f"tabular Q: {measure(gymnasium.make('AutoScale-v0', **SCENARIO), table):.1f} mJ per inference")
    runs = autoscale_sim.run(SCENARIO["scenario"], ["autoscale", "edge_best", "opt"],
                             settings={"devices": [{"profile": SCENARIO["phone"]}]})
    print(runs[["policy", "energy_mean_mj"]].to_string(index=False))
