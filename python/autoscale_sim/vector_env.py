"""Many AutoScale-v0 environments, stepped in one call."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import ArrayLike, NDArray

from . import _core
from ._data import Folders, load_scenario, whole_number
from .env import episode_options, observation_space

_NUMBERS = ("energy_j", "server_energy_j", "latency_s", "accuracy", "temperature_c")
_INTEGERS = ("dnn", "request", "executed", "dropped", "opt_action", "seed")
_FLAGS = ("stepped", "qos_met", "accuracy_met", "illegal")


class AutoScaleVectorEnv(VectorEnv):
    """N environments of one scenario, stepped by the simulator in one call.

    Environment i is the same, to the byte, as AutoScaleEnv under the same seed.

    It has the arguments of AutoScaleEnv, and a few more.

    Args:
        num_envs: how many.
        autoreset_mode: AutoresetMode.NEXT_STEP (default): the step after the end of an episode
            ignores its action and begins the next one; its reward is 0. AutoresetMode.SAME_STEP: the
            step that ends an episode returns the first observation of the next one, and
            info["final_obs"] the last of the old.
        threads: that step them; results do not depend on it. Worth it from some hundred on.
        copy: results are new arrays. False: arrays that the next call overwrites, which is faster.

    info holds arrays of length N, or (N, actions) for action_mask, under the keys of AutoScaleEnv;
    energy_by_cause_j and time_by_stage_s are dictionaries of arrays. What tells of a finished request
    is that of the step before where `stepped` is False: right after a reset. With SAME_STEP the keys
    about the decision (dnn, request, seed, action_mask, opt_action) are those of the new episode where
    one has begun, those about the finished request of the old one.
    """

    metadata = {"render_modes": [], "autoreset_mode": AutoresetMode.NEXT_STEP}

    def __init__(self, num_envs: int = 1,
                 scenario: str | os.PathLike = "scenarios/quickstart.yaml",
                 device: str | os.PathLike | int | None = None, *, observation: str = "state",
                 reward: str | None = None, phase: str = "recorded",
                 episode_length: int | None = None, deliberates: bool = True,
                 illegal: str = "error", penalty: float = -10.0, oracle: bool = False,
                 others: str = "edge_best", settings: Mapping[str, Any] | None = None,
                 data: Folders = (),
                 autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP, threads: int = 1,
                 copy: bool = True, render_mode: None = None):
        if render_mode is not None:
            raise ValueError("render_mode: only single environments render")
        autoreset_mode = AutoresetMode(autoreset_mode)
        if autoreset_mode is AutoresetMode.DISABLED:
            raise ValueError("autoreset_mode: expected NEXT_STEP or SAME_STEP")
        changes, options = episode_options(settings, device, reward, phase, episode_length,
                                           deliberates, illegal, penalty, oracle)
        num_envs = whole_number("num_envs", num_envs, 1, 10**6)
        self._core = _core.VectorEnvironment(
            load_scenario(scenario, changes, [others], data), options, count=num_envs,
            features=observation == "features",
            same_step=autoreset_mode is AutoresetMode.SAME_STEP,
            threads=whole_number("threads", threads, 1, 1024))
        facts = self._core.facts
        self.metadata = {**self.metadata, "autoreset_mode": autoreset_mode}
        self.num_envs = num_envs
        self.action_names = facts["actions"]
        self.dnns = facts["dnns"]
        self.device = facts["device"]
        self.scenario = facts["scenario"]
        self.episode_length = facts["length"]
        self.single_action_space = spaces.Discrete(len(self.action_names))
        self.single_observation_space = observation_space(observation, self._core.states)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.render_mode = None
        self._copy = copy
        self._oracle = oracle
        self._same_step = autoreset_mode is AutoresetMode.SAME_STEP
        self._terminated = np.zeros(num_envs, bool)
        arrays = self._core.arrays()
        which = "states" if observation == "state" else "features"
        self._observations = arrays[which]
        self._final = arrays["final_" + which]
        self._rewards = arrays["rewards"]
        self._truncated = arrays["truncated"].view(bool)
        self._masks = arrays["masks"]
        self._numbers = arrays["numbers"]
        self._integers = arrays["integers"]
        self._flags = arrays["flags"].view(bool)

    def reset(self, *, seed: int | Sequence[int] | None = None,
              options: dict[str, Any] | None = None) -> tuple[NDArray, dict[str, Any]]:
        """Begins an episode everywhere; `seed`: None, one for environment 0 (environment i has the
        seed + i), or one each."""
        super().reset(seed=int(seed) if isinstance(seed, (int, np.integer)) else None)
        if seed is None and self._core.started:
            self._core.reset_following()
        else:
            self._core.reset(self._seeds(seed))
        return self._kept(self._observations), self._decisions()

    def step(self, actions: ArrayLike) -> tuple[NDArray, NDArray[np.float64], NDArray[np.bool_],
                                                NDArray[np.bool_], dict[str, Any]]:
        """One decision everywhere; returns (observations, rewards, terminated, truncated, infos)."""
        self._core.step(self._checked(actions))
        keep = self._kept
        info = self._decisions()
        self._outcomes(info)
        truncated = keep(self._truncated)
        if self._same_step and truncated.any():
            info["final_obs"] = keep(self._final)
            info["_final_obs"] = truncated.copy()
        terminated = self._terminated.copy()
        return keep(self._observations), keep(self._rewards), terminated, truncated, info

    def _seeds(self, seed: int | Sequence[int] | None) -> NDArray[np.uint64]:
        if seed is None:
            seed = int(self.np_random.integers(2**62))
        if isinstance(seed, (int, np.integer)):
            seed = [seed + i for i in range(self.num_envs)]
        return np.array([int(s) for s in seed], np.uint64)

    def _kept(self, array: NDArray) -> NDArray:
        return array.copy() if self._copy else array

    def _checked(self, actions: ArrayLike) -> NDArray[np.int64]:
        array = np.asarray(actions)
        if array.dtype.kind not in "iu":
            raise TypeError(f"actions: expected whole numbers, got {array.dtype}")
        if array.shape != (self.num_envs,):
            raise ValueError(f"actions: expected one per environment, shape ({self.num_envs},), "
                             f"got {array.shape}")
        return np.ascontiguousarray(array, np.int64)

    def _decisions(self) -> dict[str, Any]:
        integers = self._kept(self._integers)
        info = {"action_mask": self._kept(self._masks), "dnn": integers[0], "request": integers[1],
                "seed": integers[5]}
        if self._oracle:
            info["opt_action"] = integers[4]
        return info

    def _outcomes(self, info: dict[str, Any]) -> None:
        numbers, flags = self._kept(self._numbers), self._kept(self._flags)
        integers = self._kept(self._integers)
        info.update(zip(_NUMBERS, numbers))
        info.update(zip(_FLAGS, flags))
        info["executed"], info["dropped"] = integers[2], integers[3]
        first = len(_NUMBERS)
        info["energy_by_cause_j"] = dict(zip(_core.CAUSES, numbers[first:]))
        info["time_by_stage_s"] = dict(zip(_core.STAGES, numbers[first + len(_core.CAUSES):]))

    def action_mask(self) -> NDArray[np.int8]:
        """The legal actions, int8 of shape (N, actions). As info["action_mask"]."""
        return self._masks.copy()
