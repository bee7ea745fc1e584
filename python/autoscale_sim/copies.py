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

#: Decisions that a vector keeps at most, 32 MB of them.
MOST_DECISIONS = 2**22


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

    def following_seed(self, seed: int) -> int:
        """The seed of the episode after the one of `seed`."""
        core = self.environment()
        core.reset(seed)
        core.reset_following()
        return core.seed

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
        core.reset(seed)
        for action in decisions:
            core.step(action)
        if core.finished() != finished:
            raise RuntimeError("AutoScaleEnv: the files of the scenario are no longer those that it was pickled with")
    return core


class CommonHistory:
    """The decisions of a vector since its episodes last began together: what replays it.

    Episodes of one length always begin together. If those of a streaming scenario do not for more than
    MOST_DECISIONS decisions, they are dropped, and copies wait for the next common beginning or reset().
    """

    def __init__(self) -> None:
        self._seeds: NDArray[np.uint64] | None = None
        self._actions: list[NDArray[np.int64]] = []
        self._dropped = False

    def begin(self, seeds: NDArray) -> None:
        """All episodes have begun, under these seeds."""
        self._seeds = seeds.astype(np.uint64)
        self._actions = []
        self._dropped = False

    def keep(self, actions: NDArray[np.int64]) -> None:
        """A step was carried out."""
        if self._dropped:
            return
        self._actions.append(actions.copy())
        if len(self._actions) * len(actions) > MOST_DECISIONS:
            self._actions = []
            self._dropped = True

    def require(self) -> None:
        """Raises RuntimeError if the vector cannot be replayed."""
        if self._dropped:
            raise RuntimeError("AutoScaleVectorEnv: its episodes have not begun together for too long to be copied; "
                               "reset() it before")

    def replay(self, core: _core.VectorEnvironment) -> None:
        """Brings a new simulation to where the recorded one is."""
        if self._seeds is not None:
            core.reset(self._seeds)
        for actions in self._actions:
            core.step(actions)

    def __len__(self) -> int:
        return len(self._actions)
