"""The space of laboratories: the choices of scenarios/paper/laboratories.yaml and the free parameters of
claims.yaml. Standard library and PyYAML only, as far as no design is drawn.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import yaml

from autoscale_report import parameters
from autoscale_report.parameters import Parameter, parameters_of

FILE = "scenarios/paper/laboratories.yaml"


@dataclass(frozen=True)
class Option:
    id: str
    prior: float
    reason: str
    settings: dict[str, str] = field(default_factory=dict, hash=False)
    policy: dict[str, float] = field(default_factory=dict, hash=False)
    judge: dict[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Choice:
    id: str
    text: str
    options: tuple[Option, ...]

    @property
    def judged(self) -> bool:
        """Whether it is made when results are read, without another simulation."""
        return bool(self.options[0].judge)

    def option(self, name: str) -> Option:
        return next(o for o in self.options if o.id == name)


class Laboratory(NamedTuple):
    """A value of every parameter and an option of every choice that is simulated, in their order."""

    values: tuple[float, ...]
    options: tuple[str, ...]


@dataclass(frozen=True)
class Space:
    root: Path
    claims: dict
    study: dict  # of laboratories.yaml
    parameters: Sequence[Parameter]
    choices: Sequence[Choice]  # that are simulated
    judged: Sequence[Choice]

    def registered(self) -> Laboratory:
        """The one of the claims file."""
        return Laboratory(tuple(p.nominal for p in self.parameters),
                          tuple(self.study["registered"][c.id] for c in self.choices))  # fmt: skip

    def chosen(self, laboratory: Laboratory) -> list[Option]:
        return [c.option(o) for c, o in zip(self.choices, laboratory.options)]

    def settings(self, laboratory: Laboratory) -> dict[str, object]:
        """What its choices change in a scenario, by path; values as YAML reads them."""
        return {
            path: yaml.safe_load(value) if isinstance(value, str) else value
            for option in self.chosen(laboratory) for path, value in option.settings.items()
        }  # fmt: skip

    def policy(self, laboratory: Laboratory) -> dict[str, float]:
        """Parameters that AutoScale is given with its choices."""
        return {k: v for option in self.chosen(laboratory) for k, v in option.policy.items()}

    def data(self, laboratory: Laboratory) -> dict[str, object]:
        """The settings under which the parameters have its values: `overrides` among them."""
        values = {p.id: value for p, value in zip(self.parameters, laboratory.values)}
        given = parameters.settings(self.root, self.parameters, values)
        return {path: json.loads(value) if path == "overrides" else value for path, value in given.items()}


def read_choice(entry: dict) -> Choice:
    options = tuple(Option(**option) for option in entry["options"])
    return Choice(entry["id"], entry["text"], options)


def space_of(root: Path, claims: dict) -> Space:
    study = yaml.safe_load((root / FILE).read_text())
    choices = [read_choice(entry) for entry in study["choices"]]
    return Space(root, claims, study, parameters_of(claims),
                 [c for c in choices if not c.judged], [c for c in choices if c.judged])  # fmt: skip
