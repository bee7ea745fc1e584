"""Many AutoScale-v0 environments, stepped in one call."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import ArrayLike, NDArray

from . import _core
from ._data import Folders, whole_number
from .copies import CHANGED, History, Origin
from .env import Phone, episode_options, observation_space, phone_argument
from .errors import ResetNeeded

_NUMBERS = ("energy_j", "server_energy_j", "latency_s", "accuracy", "temperature_c")
_INTEGERS = ("dnn", "request", "executed", "dropped", "opt_action", "seed")
_FLAGS = ("stepped", "qos_met", "accuracy_met", "illegal")

_SEED = _INTEGERS.index("seed")

#: The keys that tell of a finished request, as Gymnasium marks where they do: "_energy_j" beside "energy_j".
_MARKS = tuple("_" + key for key in (*_NUMBERS, *_FLAGS[1:], "executed", "dropped", "energy_by_cause_j",
                                     "time_by_stage_s"))

#: Rows of the arrays of integers by which a loaded copy knows that it got where it was: those of the decision.
_DECISION_ROWS = [_INTEGERS.index(key) for key in ("dnn", "request", "opt_action", "seed")]


class AutoScaleVectorEnv(VectorEnv):
    """N environments of one scenario, stepped by the simulator in one call.

    Environment i is the same, to the byte, as AutoScaleEnv under the same seed.

    It has the arguments of AutoScaleEnv, and a few more.

    Args:
        num_envs: how many.
        autoreset_mode: AutoresetMode.NEXT_STEP (default): the step after the end of an episode
            ignores its action and begins the next one; its reward is 0. AutoresetMode.SAME_STEP: the
            step that ends an episode returns the first observation of the next one, and
            info["final_obs"] the last of the old and info["final_info"] what its last request came to.
            AutoresetMode.DISABLED: an episode that has ended is begun anew by reset(options={"reset_mask": ...});
            before that a step is ResetNeeded. Also the attribute `autoreset_mode` and metadata["autoreset_mode"].
        max_episode_steps: cuts episodes as gymnasium.make's argument does; one of episode_length and this.
        threads: that step them; results do not depend on it. At most one for each core that is free.
        copy: results are new arrays. False: arrays that the next call overwrites, and dictionaries of them that stay
            the same, so do not change them; this is faster.

    info holds arrays of length N, or (N, actions) for action_mask, under the keys of AutoScaleEnv;
    energy_by_cause_j and time_by_stage_s are dictionaries of arrays. What tells of a finished request
    is that of the step before where `stepped` is False: right after a reset. With SAME_STEP the keys
    about the decision (dnn, request, seed, action_mask, opt_action) are those of the new episode where
    one has begun, those about the finished request of the old one. As in Gymnasium's vectors there is a
    mask beside each key about the finished request, "_energy_j" beside "energy_j", which is `stepped`.

    copy.copy, copy.deepcopy and pickle work as those of AutoScaleEnv; `threads` repeat the decisions.
    """

    metadata = {"render_modes": [], "autoreset_mode": AutoresetMode.NEXT_STEP}

    def __init__(self, num_envs: int = 1,
                 scenario: str | os.PathLike = "scenarios/quickstart.yaml",
                 phone: Phone | None = None, *, observation: str = "state",
                 reward: str | None = None, phase: str = "recorded",
                 episode_length: int | None = None, deliberates: bool = True,
                 illegal: str = "error", penalty: float = -10.0, oracle: bool = False,
                 others: str = "edge_best", settings: Mapping[str, Any] | None = None,
                 data: Folders = (),
                 autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP, threads: int = 1,
                 copy: bool = True, max_episode_steps: int | None = None, render_mode: None = None,
                 device: Phone | None = None):
        if render_mode is not None:
            raise ValueError("render_mode: only single environments render")
        autoreset_mode = AutoresetMode(autoreset_mode)
        changes, options = episode_options(settings, phone_argument(phone, device), reward, phase,
                                           episode_length, deliberates, illegal, penalty, oracle)
        self._origin = Origin(scenario, changes, [others], data, options)
        if max_episode_steps is not None:
            self._origin.shorten(whole_number("max_episode_steps", max_episode_steps, 1))
        self.metadata = {**self.metadata, "autoreset_mode": autoreset_mode}
        self.autoreset_mode = autoreset_mode
        self.num_envs = whole_number("num_envs", num_envs, 1, 10**6)
        self._threads = whole_number("threads", threads, 1, 1024)
        self._encoded = observation == "features"
        self._history = History(self.num_envs)
        self._copy = copy
        self._oracle = oracle
        self._take(self._new_core())
        facts = self._core.facts
        self.action_names = facts["actions"]
        self.dnns = facts["dnns"]
        self.phone = facts["device"]
        self.scenario = facts["scenario"]
        self.episode_length = facts["length"]
        self.single_action_space = spaces.Discrete(len(self.action_names))
        self.single_observation_space = observation_space(observation, self._core.states)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.render_mode = None
        self._same_step = autoreset_mode is AutoresetMode.SAME_STEP
        self._terminated = np.zeros(self.num_envs, bool)

    def _new_core(self) -> _core.VectorEnvironment:
        return _core.VectorEnvironment(
            self._origin.scenario, self._origin.options, count=self.num_envs, features=self._encoded,
            autoreset=_core.Autoreset[self.autoreset_mode.name], threads=self._threads)

    def _take(self, core: _core.VectorEnvironment) -> None:
        self._core = core
        self._arrays = arrays = core.arrays()
        which = "features" if self._encoded else "states"
        self._observations = arrays[which]
        self._final = arrays["final_" + which]
        self._rewards = arrays["rewards"]
        self._truncated = arrays["truncated"].view(bool)
        self._masks = arrays["masks"]
        self._numbers = arrays["numbers"]
        self._integers = arrays["integers"]
        self._flags = arrays["flags"].view(bool)
        self._stepped = self._flags[_FLAGS.index("stepped")]
        self._views = None if self._copy else self._infos()

    def __getstate__(self) -> dict[str, Any]:
        views = ("_core", "_observations", "_final", "_rewards", "_truncated", "_masks", "_numbers", "_integers",
                 "_flags", "_stepped", "_views")
        return {name: value for name, value in vars(self).items() if name not in views}

    def __setstate__(self, state: dict[str, Any]) -> None:
        arrays = state.pop("_arrays")
        self.__dict__.update(state)
        core = self._new_core()
        try:
            self._history.replay(core)
        except (ValueError, ResetNeeded) as error:
            raise RuntimeError(CHANGED.format("AutoScaleVectorEnv")) from error
        self._take(core)
        decided = self._history.decided
        if not ((self._integers[_DECISION_ROWS] == arrays["integers"][_DECISION_ROWS]).all()
                and (self._numbers[:, decided] == arrays["numbers"][:, decided]).all()):
            raise RuntimeError(CHANGED.format("AutoScaleVectorEnv"))
        for name, array in self._arrays.items():
            array[...] = arrays[name]

    def __copy__(self) -> AutoScaleVectorEnv:
        return deepcopy(self)

    @property
    def device(self) -> str:
        """The old name of `phone`."""
        warnings.warn("AutoScaleVectorEnv.device is called phone now", DeprecationWarning, stacklevel=2)
        return self.phone

    def reset(self, *, seed: int | Sequence[int | None] | None = None,
              options: dict[str, Any] | None = None) -> tuple[NDArray, dict[str, Any]]:
        """Begins an episode everywhere; `seed`: None, one for environment 0 (environment i has the
        seed + i), or one each, of which None goes on to the episode that follows. 0 to 2**63 - 1.

        options: "reset_mask", N truth values: only where it is True; the other episodes go on, and info has
        masks beside its keys, "_seed" beside "seed". ResetNeeded if one of them has never begun."""
        mask = self._mask_of(options)
        seeds = self._seeds(seed)
        super().reset(seed=None if seed is None or isinstance(seed, Iterable) else int(seeds[0]))
        which = None if mask is None else mask.view(np.uint8)
        if seeds is None:
            self._core.reset_following(which)
        else:
            self._core.reset(seeds, which)
        self._history.begin(slice(None) if mask is None else mask, self._integers[_SEED])
        info = self._decisions(self._kept(self._integers))
        if mask is not None:
            info.update({"_" + key: mask.copy() for key in info})
        return self._kept(self._observations), info

    def step(self, actions: ArrayLike) -> tuple[NDArray, NDArray[np.float64], NDArray[np.bool_],
                                                NDArray[np.bool_], dict[str, Any]]:
        """One decision everywhere; returns (observations, rewards, terminated, truncated, infos)."""
        actions = self._checked(actions)
        begun = self._core.step(actions)
        self._history.keep(actions)
        keep = self._kept
        info, outcomes = self._views or self._infos()
        if self._views:
            info = info.copy()  # a wrapper may add to it
        truncated = keep(self._truncated)
        if begun:
            self._history.begin(self._truncated if self._same_step else ~self._stepped, self._integers[_SEED])
        if begun and self._same_step:
            info["final_obs"] = keep(self._final)
            info["final_info"] = outcomes.copy()
            info["_final_obs"] = info["_final_info"] = truncated.copy()
        return keep(self._observations), keep(self._rewards), keep(self._terminated), truncated, info

    def _mask_of(self, options: dict[str, Any] | None) -> NDArray[np.bool_] | None:
        """Which are reset; None: all. It stays in `options`, where wrappers read it afterwards."""
        if not options or "reset_mask" not in options:
            return None
        mask = np.ascontiguousarray(options["reset_mask"])
        if mask.dtype != bool or mask.shape != (self.num_envs,):
            raise ValueError(f"options: reset_mask: expected {self.num_envs} truth values, got {mask.dtype} of shape "
                             f"{mask.shape}")
        if not mask.any():
            raise ValueError("options: reset_mask: is False everywhere; there is nothing to reset")
        return mask

    def _seeds(self, seed: int | Sequence[int | None] | None) -> NDArray[np.uint64] | None:
        """One each, None where all go on to the episodes that follow."""
        if seed is None and self._core.started:
            return None
        if seed is None:
            seed = [None] * self.num_envs
        elif not isinstance(seed, Iterable):
            seed = range(first := whole_number("seed", seed, 0), first + self.num_envs)
        if len(seed) != self.num_envs:
            raise ValueError(f"seed: {len(seed)} seeds for {self.num_envs} environments")
        return np.array([self._next_seed(i) if one is None else whole_number("seed", one, 0)
                         for i, one in enumerate(seed)], np.uint64)

    def _next_seed(self, i: int) -> int:
        if not self._core.started:
            return int(self.np_random.integers(2**62))
        return _core.following_seed(int(self._integers[_SEED, i]))

    def _kept(self, array: NDArray) -> NDArray:
        return array.copy() if self._copy else array

    def _checked(self, actions: ArrayLike) -> NDArray[np.int64]:
        """A copy, which stays."""
        array = np.array(actions)
        if array.dtype.kind not in "iu":
            raise TypeError(f"actions: expected whole numbers, got {array.dtype}")
        if array.shape != (self.num_envs,):
            raise ValueError(f"actions: expected one per environment, shape ({self.num_envs},), "
                             f"got {array.shape}")
        return np.ascontiguousarray(array, np.int64)

    def _infos(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What step() says of decisions and finished requests, and of finished requests alone."""
        integers = self._kept(self._integers)
        outcomes = self._outcomes(integers)
        return {**self._decisions(integers), **outcomes, **dict.fromkeys(_MARKS, outcomes["stepped"])}, outcomes

    def _decisions(self, integers: NDArray[np.int64]) -> dict[str, Any]:
        info = {"action_mask": self._kept(self._masks), "dnn": integers[0], "request": integers[1],
                "seed": integers[5]}
        if self._oracle:
            info["opt_action"] = integers[4]
        return info

    def _outcomes(self, integers: NDArray[np.int64]) -> dict[str, Any]:
        numbers, flags = self._kept(self._numbers), self._kept(self._flags)
        info = dict(zip(_NUMBERS, numbers))
        info.update(zip(_FLAGS, flags))
        info["executed"], info["dropped"] = integers[2], integers[3]
        first = len(_NUMBERS)
        info["energy_by_cause_j"] = dict(zip(_core.CAUSES, numbers[first:]))
        info["time_by_stage_s"] = dict(zip(_core.STAGES, numbers[first + len(_core.CAUSES):]))
        return info

    def action_mask(self) -> NDArray[np.int8]:
        """The legal actions, int8 of shape (N, actions). As info["action_mask"]."""
        return self._masks.copy()

    def action_masks(self) -> NDArray[np.bool_]:
        """The same as truth values: what MaskablePPO of sb3-contrib asks for."""
        return self._masks.astype(bool)
