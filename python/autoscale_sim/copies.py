"""Copies of environments that go on by themselves from the same state.

The compiled simulation cannot be copied. But an episode follows from its seed and its decisions alone, so a copy
is a simulation of the same scenario that begins with the seed and repeats the decisions: to the byte the same, at
the cost of the steps since the episode began. Copies within a process share the scenario, which nothing changes;
a pickled one has its name and reads its files again.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._data import Folders, load_scenario, search_path
from .errors import ResetNeeded

CHANGED = "{}: the files of the scenario are no longer those that it was pickled with"


class Origin:
    """What environments are made of: a scenario and what an episode is. It does not change, so copies share it."""

    def __init__(self, scenario: str | os.PathLike, settings: Sequence[str], policies: Sequence[str], data: Folders,
                 options: dict[str, Any]):
        self.scenario = load_scenario(scenario, settings, policies, data)
        self.options = _core.EpisodeOptions(**options)
        self._options = options
        folders = [data] if isinstance(data, (str, os.PathLike)) else list(data)
        folders += filter(None, os.environ.get(_core.DATA_VARIABLE, "").split(":"))
        self._arguments = (os.path.abspath(search_path(data).find_scenario(os.fspath(scenario))), list(settings),
                           list(policies), [os.path.abspath(folder) for folder in folders])

    def shorten(self, steps: int) -> None:
        """Cuts episodes that have more steps. Only while nothing is made of this yet."""
        if steps < self.environment().facts["length"]:
            self._options = {**self._options, "length": steps}
            self.options = _core.EpisodeOptions(**self._options)

    def environment(self) -> _core.Environment:
        """A new simulation; an episode in it is not begun."""
        return _core.Environment(self.scenario, self.options)

    def __deepcopy__(self, memo: dict[int, Any]) -> Origin:
        return self

    def __getstate__(self) -> tuple:
        return self._arguments, self._options

    def __setstate__(self, state: tuple) -> None:
        self._arguments, self._options = state
        self.scenario = load_scenario(*self._arguments)
        self.options = _core.EpisodeOptions(**self._options)


class Decisions(list):
    """The decisions of an episode so far: numbers, and plans of the simulator's policies."""

    def keep(self, action: Any) -> None:
        """Keeps a decision that was carried out; what the caller does to `action` later does not matter."""
        self.append(action if isinstance(action, _core.Plan) else operator.index(action))

    def __deepcopy__(self, memo: dict[int, Any]) -> Decisions:
        return Decisions(self)

    def __reduce__(self) -> tuple:
        if any(isinstance(action, _core.Plan) for action in self):
            raise TypeError("AutoScaleEnv: an episode with plans of a policy in segments cannot be pickled, only "
                            "copied; reset() the environment before")
        return Decisions, (list(self),)


def recorded(core: _core.Environment, decisions: Decisions) -> tuple:
    """What replayed() needs: the seed, the decisions, and what came of the latest one.

    Raises RuntimeError after an error in the middle of a step."""
    if core.started and core.steps != len(decisions):
        raise RuntimeError("AutoScaleEnv: a step ended in an error, so there is no state to copy; reset() it")
    return (core.seed, decisions, core.finished()) if core.started else (None, decisions, [])


def replayed(origin: Origin, record: tuple) -> _core.Environment:
    """A simulation in the state that recorded() found. Raises RuntimeError if it gets elsewhere."""
    seed, decisions, finished = record
    core = origin.environment()
    if seed is not None:
        try:
            core.reset(seed)
            for action in decisions:
                core.step(action)
        except (ValueError, ResetNeeded) as error:
            raise RuntimeError(CHANGED.format("AutoScaleEnv")) from error
        if core.finished() != finished:
            raise RuntimeError(CHANGED.format("AutoScaleEnv"))
    return core


class History:
    """The decisions of the episodes of a vector that are under way: what replays it. 8 bytes each."""

    def __init__(self, count: int):
        self._seeds = np.zeros(count, np.uint64)
        self._steps = 0
        self._begins = np.zeros(count, np.int64)  # steps before each episode
        self._actions: list[NDArray[np.int64]] = []  # of all episodes, those of the latest step last
        self._begun = False

    def begin(self, which: NDArray[np.bool_] | slice, seeds: NDArray) -> None:
        """Those of `which` have begun anew; `seeds`: of all."""
        self._seeds[which] = seeds[which]
        self._begins[which] = self._steps
        self._begun = True
        del self._actions[:len(self._actions) - int(self._lengths().max())]

    def keep(self, actions: NDArray[np.int64]) -> None:
        """A step was carried out. Nobody may change `actions` afterwards."""
        self._actions.append(actions)
        self._steps += 1

    def replay(self, core: _core.VectorEnvironment) -> None:
        """Brings a new simulation to where the recorded one is. Raises what its step() does if the decisions are
        not those of its episodes."""
        if self._begun:
            core.replay(self._seeds, self._lengths(), np.array(self._actions, np.int64).ravel())

    @property
    def decided(self) -> NDArray[np.bool_]:
        """In which episodes there was a decision."""
        return self._lengths() > 0

    def _lengths(self) -> NDArray[np.uint64]:
        """Decisions of each episode."""
        return (self._steps - self._begins).astype(np.uint64)

    def __len__(self) -> int:
        """Steps that are kept."""
        return len(self._actions)
