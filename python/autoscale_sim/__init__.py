"""AutoScale Simulator from Python: where should a phone run each neural-network inference? ::

    import gymnasium, autoscale_sim
    env = gymnasium.make("AutoScale-v0", scenario="scenarios/quickstart.yaml", phone="mi8pro")

Importing the package registers AutoScale-v0 with Gymnasium. `run`, `sweep`, `explain` and
`load_results` do what the command line does and return pandas frames; `plot` draws them.

In a source tree that is not built there is no compiled module. Then the package holds autoscale_sim.plots
alone, which scripts/plot.sh and the report use without it, and without Gymnasium.
"""

from importlib.util import find_spec as _find_spec

if _find_spec("autoscale_sim._core") is not None:
    from gymnasium.envs.registration import register as _register

    from ._core import CAUSES, FEATURES, STAGES, Observation, Plan, PolicyContext, __version__
    from .env import AutoScaleEnv
    from .errors import ConfigError, PolicyError, ResetNeeded
    from .experiment import Results, explain, load_results, run, sweep
    from .figures import plot, plot_episode
    from .policy import Policy
    from .vector_env import AutoScaleVectorEnv

    _register(id="AutoScale-v0", entry_point="autoscale_sim.env:AutoScaleEnv",
              vector_entry_point="autoscale_sim.vector_env:AutoScaleVectorEnv")

    __all__ = ["CAUSES", "FEATURES", "STAGES", "AutoScaleEnv", "AutoScaleVectorEnv", "ConfigError",
               "Observation", "Plan", "Policy", "PolicyContext", "PolicyError", "ResetNeeded", "Results",
               "explain", "load_results", "plot", "plot_episode", "run", "sweep"]
else:
    def __getattr__(name: str):
        raise AttributeError(f"autoscale_sim.{name}: the compiled module is not there for this Python; "
                             "docs/python.md says how to install the package")
