"""Policies written in Python, for autoscale_sim.run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from . import _core


class Policy:
    """Base of policies in Python: decides where each inference of a phone runs.

    Give an instance to autoscale_sim.run(scenario, policies=[..., MyPolicy()]). For every run and
    device type the instance is copied (copy.deepcopy) and started, so that runs do not see one
    another; what it is to begin with belongs in its attributes.

    Attributes of the class, or set in __init__:
        name: what the results call it; default: the class's name.
        learns: whether learn() is called and the phases that only learners need are run.
        deliberates: whether decisions take the scenario's decision time and energy.

    All randomness must come from the seed of the context and the request's number, so that equal
    seeds give equal results. An exception ends the run and reaches the caller of run().
    """

    name: str = ""
    learns: bool = False
    deliberates: bool = False

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        if "name" not in cls.__dict__:
            cls.name = cls.__name__

    def start(self, context: _core.PolicyContext) -> None:
        """Called once before the first decision; keeps `context` as self.context."""
        self.context = context

    def set_mode(self, learn: bool, explore: bool) -> None:
        """Called at the start of each phase; keeps both as attributes."""
        self.learning, self.exploring = learn, explore

    def decide(self, observation: _core.Observation) -> int:
        """The number of a legal action: one of self.context.legal[observation.dnn]."""
        raise NotImplementedError

    def learn(self, observation: _core.Observation, next_observation: _core.Observation,
              outcome: dict[str, Any]) -> None:
        """What became of a decision, once its request is finished, in phases that learn.

        `next_observation` is the same DNN's at completion. `outcome` has action, reward, energy_j,
        latency_s, accuracy (percent), qos_met and accuracy_met.
        """


def checked_policies(policies: str | Policy | Sequence[str | Policy] | None
                     ) -> list[str | Policy]:
    """The list for the simulator: names, and instances of Policy. Raises TypeError or ValueError."""
    checked = []
    for policy in [policies] if isinstance(policies, (str, Policy)) else list(policies or []):
        if isinstance(policy, type) and issubclass(policy, Policy):
            policy = policy()
        if isinstance(policy, Policy):
            if not re.fullmatch(r"[A-Za-z0-9_.-]+", policy.name):
                raise ValueError(f"policies: the name {policy.name!r} needs letters, digits, '_', "
                                 "'-' and '.'")
            if policy.name in _core.policy_names():
                raise ValueError(f"policies: {policy.name!r} is one of the simulator's")
        elif not isinstance(policy, str):
            raise TypeError("policies: expected names and instances of autoscale_sim.Policy, got "
                            f"{policy!r}")
        checked.append(policy)
    return checked
