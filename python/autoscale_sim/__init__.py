"""AutoScale Simulator from Python: where should a phone run each neural-network inference? ::

    import gymnasium, autoscale_sim
    env = gymnasium.make("AutoScale-v0", scenario="scenarios/quickstart.yaml", device="mi8pro")

Importing the package registers AutoScale-v0 with Gymnasium. `run`, `sweep`, `explain` and
`load_results` do what the command line does and return pandas frames.
"""

from gymnasium.envs.registration import register as _register

from ._core import CAUSES, FEATURES, STAGES, Observation, Plan, PolicyContext, __version__
from .env import AutoScaleEnv
from .episode_figure import plot_episode
from .errors import ConfigError, PolicyError, ResetNeeded
from .experiment import Results, explain, load_results, run, sweep
from .policy import Policy
from .vector_env import AutoScaleVectorEnv

_register(id="AutoScale-v0", entry_point="autoscale_sim.env:AutoScaleEnv",
          vector_entry_point="autoscale_sim.vector_env:AutoScaleVectorEnv")

__all__ = ["CAUSES", "FEATURES", "STAGES", "AutoScaleEnv", "AutoScaleVectorEnv", "ConfigError",
           "Observation", "Plan", "Policy", "PolicyContext", "PolicyError", "ResetNeeded", "Results",
           "explain", "load_results", "plot_episode", "run", "sweep"]
