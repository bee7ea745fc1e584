# %% [markdown]
# # Quickstart
# The scenario `quickstart` from Python, cell by cell: run it, look inside, decide oneself.

# %%
import gymnasium
import numpy as np

import autoscale_sim

# %% [markdown]
# Every policy of the scenario, one row each, as `autoscale run` gives them.

# %%
runs = autoscale_sim.run("quickstart")
print(runs[["policy", "energy_mean_mj", "latency_mean_ms", "qos_violation_ratio"]].to_string(index=False))

# %% [markdown]
# Why: what each place would cost for one inference.

# %%
costs = autoscale_sim.explain("mi8pro", "mobilenet_v1")
print(costs.nsmallest(5, "energy_mj")[["name", "latency_ms", "energy_mj", "opt"]].to_string(index=False))

# %% [markdown]
# The same world, decision by decision.

# %%
env = gymnasium.make("AutoScale-v0", scenario="quickstart", phone="mi8pro", render_mode="rgb_array")
state, info = env.reset(seed=1)
rng = np.random.default_rng(1)
energy, truncated = [], False
while not truncated:
    action = rng.choice(np.flatnonzero(info["action_mask"]))
    state, reward, terminated, truncated, info = env.step(action)
    energy.append(1e3 * info["energy_j"])
print(f"decided at random: {np.mean(energy):.1f} mJ per inference")
figure = env.render()

# %% [markdown]
# One of the simulator's policies in the same loop: the oracle.

# %%
state, info = env.reset(seed=1)
opt = env.unwrapped.make_policy("opt")
energy, truncated = [], False
while not truncated:
    state, reward, terminated, truncated, info = env.step(opt.decide())
    energy.append(1e3 * info["energy_j"])
print(f"decided by Opt: {np.mean(energy):.1f} mJ per inference")

# %% [markdown]
# A policy of one's own among the others.


# %%
class Frugal(autoscale_sim.Policy):
    """The DSP where it can run the DNN, else the lowest operating point of the CPU."""

    def decide(self, observation):
        legal = self.context.legal[observation.dnn]
        dsp = [a for a in legal if self.context.actions[a].startswith("phone_dsp")]
        return dsp[0] if dsp else legal[0]


runs = autoscale_sim.run("quickstart", ["edge_best", Frugal()])
print(runs[["policy", "energy_mean_mj", "gap_to_opt"]].to_string(index=False))
