"""Policies written in Python, for autoscale_sim.run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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


#: What `policies` may list: a name, an item of a scenario's list, or a policy in Python.
Listed = str | Mapping[str, Any] | Policy


def checked_policies(policies: Listed | Sequence[Listed] | None
                     ) -> tuple[list[str | Policy], dict[str, Any]]:
    """For the simulator: names and instances of Policy in their order, and the setting that gives the
    scenario the list, where parameters are in it. Raises TypeError or ValueError."""
    alone = isinstance(policies, (str, Mapping, Policy, type))
    listed = [policies] if alone else list(policies or [])
    items = [policy for policy in listed if isinstance(policy, (str, Mapping))]
    names = checked_names([name_of(policy) if isinstance(policy, Mapping) else policy for policy in listed])
    return names, {"policies": items} if any(isinstance(item, Mapping) for item in items) else {}


def name_of(item: Mapping[str, Any]) -> str:
    """What the results call {name: {parameter: value}}, perhaps with a label."""
    names = [key for key in item if key != "label"]
    named = item.get("label", *names[:1])
    if len(names) != 1 or not isinstance(named, str):
        raise ValueError("policies: expected {name: {parameter: value}}, perhaps with a label that is text, "
                         f"got {dict(item)!r}")
    return named


def checked_names(policies: Sequence[Any]) -> list[str | Policy]:
    checked = []
    for policy in policies:
        if isinstance(policy, type) and issubclass(policy, Policy):
            policy = policy()
        if isinstance(policy, Policy):
            if not re.fullmatch(r"[A-Za-z0-9_.-]+", policy.name):
                raise ValueError(f"policies: the name {policy.name!r} needs letters, digits, '_', "
                                 "'-' and '.'")
            if policy.name in _core.policy_names():
                raise ValueError(f"policies: {policy.name!r} is one of the simulator's")
        elif not isinstance(policy, str):
            raise TypeError("policies: expected names, {name: {parameter: value}} and instances of "
                            f"autoscale_sim.Policy, got {policy!r}")
        checked.append(policy)
    return checked
