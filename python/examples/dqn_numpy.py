"""A deep Q-network in NumPy alone: learns from 32 environments at once and is measured against
Edge (Best), AutoScale and Opt in worlds it has not seen.

    python dqn_numpy.py [--steps 1500] [--figure dqn.png]

Algorithm: double Q-learning (van Hasselt, Guez and Silver, AAAI 2016) with a target network and a
replay memory (Mnih et al., Nature 2015); two hidden layers of 64 rectifiers, Adam (Kingma and Ba,
ICLR 2015), Huber loss. Rewards are bounded, so neither they nor the features are normalised.
"""

import argparse

import numpy as np

import autoscale_sim
from autoscale_sim import AutoScaleEnv, AutoScaleVectorEnv

SCENARIO, DEVICE = "paper/D3_non_streaming", "moto_x_force"
ENVIRONMENTS, BATCH, MEMORY, DISCOUNT = 32, 256, 50_000, 0.1
RATE, TARGET_EVERY, WARM_UP = 1e-3, 200, 100


class Network:
    """Maps (batch, inputs) to (batch, outputs); learns by Adam."""

    def __init__(self, sizes, rng):
        self.weights = []
        for inputs, outputs in zip(sizes, sizes[1:]):
            self.weights += [rng.normal(0, np.sqrt(2 / inputs), (inputs, outputs)), np.zeros(outputs)]
        self.first = [np.zeros_like(w) for w in self.weights]
        self.second = [np.zeros_like(w) for w in self.weights]
        self.updates = 0

    def layers(self, x):
        values = [x]
        for i in range(0, len(self.weights), 2):
            x = x @ self.weights[i] + self.weights[i + 1]
            values.append(np.maximum(x, 0) if i < len(self.weights) - 2 else x)
            x = values[-1]
        return values

    def __call__(self, x):
        return self.layers(x)[-1]

    def learn(self, x, actions, targets):
        """One step towards the targets of the actions; returns the mean absolute error."""
        values = self.layers(x)
        rows = np.arange(len(actions))
        error = values[-1][rows, actions] - targets
        gradient = np.zeros_like(values[-1])
        gradient[rows, actions] = np.clip(error, -1, 1) / len(actions)
        gradients = [None] * len(self.weights)
        for i in range(len(self.weights) - 2, -1, -2):
            below = values[i // 2]
            gradients[i], gradients[i + 1] = below.T @ gradient, gradient.sum(0)
            gradient = (gradient @ self.weights[i].T) * (below > 0)
        self._adam(gradients)
        return np.abs(error).mean()

    def _adam(self, gradients):
        self.updates += 1
        scale = RATE * np.sqrt(1 - 0.999**self.updates) / (1 - 0.9**self.updates)
        for weight, first, second, gradient in zip(self.weights, self.first, self.second, gradients):
            first += 0.1 * (gradient - first)
            second += 0.001 * (gradient**2 - second)
            weight -= scale * first / (np.sqrt(second) + 1e-8)

    def copy_from(self, other):
        self.weights = [w.copy() for w in other.weights]


class Memory:
    """The latest transitions, in a ring."""

    def __init__(self, features, actions):
        self.now = np.zeros((MEMORY, features), np.float32)
        self.next = np.zeros((MEMORY, features), np.float32)
        self.mask = np.zeros((MEMORY, actions), np.int8)
        self.action = np.zeros(MEMORY, int)
        self.reward = np.zeros(MEMORY)
        self.size = self.at = 0

    def add(self, now, action, reward, following, mask):
        places = (self.at + np.arange(len(action))) % MEMORY
        self.now[places], self.next[places], self.mask[places] = now, following, mask
        self.action[places], self.reward[places] = action, reward
        self.at = (self.at + len(action)) % MEMORY
        self.size = min(self.size + len(action), MEMORY)

    def sample(self, rng):
        i = rng.integers(self.size, size=BATCH)
        return self.now[i], self.action[i], self.reward[i], self.next[i], self.mask[i]


def best(values, mask):
    return np.argmax(np.where(mask, values, -np.inf), axis=1)


def explore(greedy, mask, share, rng):
    """The greedy actions, a share of them replaced by random legal ones."""
    noise = np.where(mask, rng.random(mask.shape), -1)
    return np.where(rng.random(len(greedy)) < share, noise.argmax(axis=1), greedy)


def train(steps, seed):
    """The network and its curve: (decisions so far, mJ per inference) in unseen worlds."""
    rng = np.random.default_rng(seed)
    env = AutoScaleVectorEnv(ENVIRONMENTS, SCENARIO, DEVICE, observation="features",
                             settings={"phases[1].order": "random"})
    inputs, outputs = env.single_observation_space.shape[0], int(env.single_action_space.n)
    network, target = Network([inputs, 64, 64, outputs], rng), Network([inputs, 64, 64, outputs], rng)
    target.copy_from(network)
    memory, curve = Memory(inputs, outputs), []
    looks = {0, *np.geomspace(WARM_UP, steps - 1, 8, dtype=int)}
    now, info = env.reset(seed=1000)
    for step in range(steps):
        if step in looks:
            curve.append((step * ENVIRONMENTS, np.mean([measure(network, s) for s in range(1, 4)])))
        mask = info["action_mask"]
        share = max(0.05, 1 - 2 * step / steps)
        action = explore(best(network(now), mask), mask, share, rng)
        following, reward, _, _, info = env.step(action)
        began = ~info["stepped"]  # there the step only began an episode
        memory.add(now[~began], action[~began], reward[~began], following[~began],
                   info["action_mask"][~began])
        now = following
        if step >= WARM_UP:
            x, a, r, after, legal = memory.sample(rng)
            choice = best(network(after), legal)
            network.learn(x, a, r + DISCOUNT * target(after)[np.arange(BATCH), choice])
        if step % TARGET_EVERY == 0:
            target.copy_from(network)
    return network, curve


def measure(network, seed):
    """Mean mJ per inference of the greedy decisions in the scenario's test phase."""
    env = AutoScaleEnv(SCENARIO, DEVICE, observation="features")
    features, info = env.reset(seed=seed)
    energies, truncated = [], False
    while not truncated:
        action = int(best(network(features[None]), info["action_mask"][None])[0])
        features, _, _, truncated, info = env.step(action)
        energies.append(1e3 * info["energy_j"])
    return np.mean(energies)


def references():
    """Mean mJ per inference of the simulator's policies in the same worlds."""
    runs = autoscale_sim.run(SCENARIO, ["edge_best", "autoscale", "opt"], replications=3,
                             settings={"devices": [{"profile": DEVICE}]})
    return runs.groupby("policy").energy_mean_mj.mean()


def draw(curve, policies, file):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), dpi=120, layout="constrained")
    axes = figure.subplots()
    decisions, energies = zip(*curve)
    axes.plot(decisions, energies, "o-", label="DQN, greedy")
    for (name, label), style in zip([("edge_best", "Edge (Best)"), ("autoscale", "AutoScale"),
                                     ("opt", "Opt")], ["--", "-.", ":"]):
        axes.axhline(policies[name], color="0.3", linestyle=style, label=label)
    axes.set(xlabel="decisions learned from", ylabel="energy per inference (mJ)", ylim=(0, None),
             title="Moto X Force, random Wi-Fi signal: mean of three unseen worlds")
    axes.set_xscale("symlog", linthresh=curve[1][0])
    axes.set_xlim(0, curve[-1][0])
    axes.legend()
    figure.savefig(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=1500, help="of 32 decisions; above 200")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--figure", help="draw the learning curve into this file")
    arguments = parser.parse_args()
    _, curve = train(arguments.steps, arguments.seed)
    policies = references()
    print(f"DQN after {curve[-1][0]} decisions: {curve[-1][1]:.1f} mJ per inference")
    print(policies.round(1).to_string())
    if arguments.figure:
        draw(curve, policies, arguments.figure)
    if curve[-1][1] >= policies["edge_best"]:
        raise SystemExit("the DQN has not learned past Edge (Best)")


if __name__ == "__main__":
    main()
