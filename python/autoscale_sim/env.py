"""AutoScale-v0: one phone decides where each of its inferences runs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from . import _core
from ._data import Folders, assignments, load_scenario, to_yaml, whole_number
from .figures import draw_episode

#: Bounds of the features: those of a signal from -160 to 0 dBm lie within, and so do the DNNs'.
FEATURE_LOW, FEATURE_HIGH = -10.0, 50.0


def episode_options(changes: Mapping[str, Any] | None, device: str | int | None, reward: str | None,
                    phase: str, episode_length: int | None, deliberates: bool, illegal: str,
                    penalty: float, oracle: bool) -> tuple[list[str], _core.EpisodeOptions]:
    """What the arguments of an environment stand for: changes to the scenario, and the episode."""
    settings = assignments(changes)
    number = 0
    if isinstance(device, str):
        settings.append(f"devices=[{{profile: {device}}}]")
    elif device is not None:
        number = whole_number("device", device, 0, 2**32 - 1)
    if reward is not None:
        if reward not in ("sound", "literal"):
            raise ValueError(f"reward: expected 'sound' or 'literal', got {reward!r}")
        settings.append(f"reward={reward}")
    if illegal not in ("error", "penalty"):
        raise ValueError(f"illegal: expected 'error' or 'penalty', got {illegal!r}")
    settings += ["relative_metrics=false", "compare_with_opt=false", "compare_with_oracles=false"]
    options = _core.EpisodeOptions(
        device=number, phase=phase, deliberates=bool(deliberates),
        length=0 if episode_length is None else whole_number("episode_length", episode_length, 1),
        penalty=float(penalty) if illegal == "penalty" else None, oracle=bool(oracle))
    return settings, options


def observation_space(observation: str, states: int) -> spaces.Space:
    """Discrete(states) of the paper, or the Box of the features."""
    if observation == "state":
        return spaces.Discrete(states)
    if observation == "features":
        return spaces.Box(FEATURE_LOW, FEATURE_HIGH, (len(_core.FEATURES),), np.float32)
    raise ValueError(f"observation: expected 'state' or 'features', got {observation!r}")


class AutoScaleEnv(gymnasium.Env):
    """One phone of a scenario, decision by decision.

    A step decides where one inference runs, lets the simulated world go on until it is finished and
    to the phone's next request. An episode is the recorded phases of the scenario; it ends by
    truncation, because nothing in this world ends by itself: `terminated` is always False.

    Args:
        scenario: scenario file, or its name in the scenarios of the data.
        device: a phone's profile, such as "mi8pro": the scenario with this one phone alone. Or the
            number of one of the scenario's phones, whose others `others` decides for. Default: 0.
        observation: "state", the paper's discrete state, or "features", eight numbers in the order of
            autoscale_sim.FEATURES, scaled as sim/policy/features.h says.
        reward: "sound" or "literal" (sim/system/reward.h); default: the scenario's.
        phase: name of the phase that makes an episode, "recorded" (default) or "all".
        episode_length: decisions after which an episode is truncated; default: all requests.
        deliberates: decisions take the scenario's decision time and energy, as a learner's do.
        illegal: "error": an illegal action raises ValueError and nothing happens. "penalty": its
            reward is `penalty`, and the request runs on the phone's CPU.
        oracle: info["opt_action"] is what Opt would choose now, -1 when no decision is due.
        others: policy of the other phones, if there are any.
        settings: changes to the scenario, such as {"constraints.accuracy": 70}.
        data: folders of your own with device_profiles/, workloads/ or scenarios/, searched before those of
            the environment variable AUTOSCALE_DATA and the package's. A name that two folders have is
            a ConfigError where it is used.
        render_mode: "ansi": the latest decision as text; "rgb_array": the episode as a figure.

    Seeds: reset(seed=s) is the world of `autoscale run --seed s`. A reset without a seed goes on to
    an episode that follows from the one before, so that one seed fixes all of them.

    info, after reset and step: action_mask (int8, 1: legal), dnn (index in `dnns`) and request (its
    number) now asked for, seed (of the episode), opt_action. After step also, of the request just
    finished: energy_j, server_energy_j, latency_s, accuracy (percent), temperature_c, qos_met,
    accuracy_met, executed (the action that heat left), dropped (camera frames missed meanwhile),
    illegal, energy_by_cause_j and time_by_stage_s (dictionaries that sum to energy_j and latency_s).
    """

    metadata = {"render_modes": ["ansi", "rgb_array"], "render_fps": 1}

    def __init__(self, scenario: str | os.PathLike = "scenarios/quickstart.yaml",
                 device: str | int | None = None, *, observation: str = "state",
                 reward: str | None = None, phase: str = "recorded",
                 episode_length: int | None = None, deliberates: bool = True,
                 illegal: str = "error", penalty: float = -10.0, oracle: bool = False,
                 others: str = "edge_best", settings: Mapping[str, Any] | None = None,
                 data: Folders = (),
                 render_mode: str | None = None):
        changes, options = episode_options(settings, device, reward, phase, episode_length,
                                           deliberates, illegal, penalty, oracle)
        if render_mode is not None and render_mode not in self.metadata["render_modes"]:
            raise ValueError(f"render_mode: expected 'ansi' or 'rgb_array', got {render_mode!r}")
        self._core = _core.Environment(load_scenario(scenario, changes, [others], data), options)
        facts = self._core.facts
        self.action_names = facts["actions"]
        self.dnns = facts["dnns"]
        self.device = facts["device"]
        self.scenario = facts["scenario"]
        self.episode_length = facts["length"]
        self.qos_s = facts["qos_s"]
        self.accuracy_target = facts["accuracy_target"]
        self.action_space = spaces.Discrete(len(self.action_names))
        self.observation_space = observation_space(observation, self._core.states)
        self.render_mode = render_mode
        self._mask = self._core.mask
        self._features = self._core.features if observation == "features" else None
        self._history: list[tuple[Any, float, dict[str, Any]]] | None = [] if render_mode else None

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None
              ) -> tuple[int | NDArray[np.float32], dict[str, Any]]:
        """Begins an episode; returns (observation, info)."""
        super().reset(seed=seed)
        if seed is None and self._core.started:
            info = self._core.reset_following()
        else:
            info = self._core.reset(int(self.np_random.integers(2**63)) if seed is None else seed)
        info["action_mask"] = self._mask.copy()
        if self._history is not None:
            self._history.clear()
        return self._observation(), info

    def step(self, action: int | _core.Plan
             ) -> tuple[int | NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """Decides for the request now due; returns (observation, reward, False, truncated, info)."""
        reward, truncated, info = self._core.step(action)
        info["action_mask"] = self._mask.copy()
        if self._history is not None:
            self._history.append((action, reward, info))
        return self._observation(), reward, False, truncated, info

    def _observation(self) -> int | NDArray[np.float32]:
        return self._core.state if self._features is None else self._features.copy()

    def action_mask(self) -> NDArray[np.int8]:
        """The legal actions for the DNN now asked for: int8, 1 is legal. As info["action_mask"]."""
        return self._mask.copy()

    def make_policy(self, name: str, seed: int | None = None, **parameters: Any) -> _core.Policy:
        """One of the simulator's policies (`autoscale list policies`), deciding in this environment.

        decide() gives the action for the decision that is due, learn() tells it of the latest step,
        set_mode(learn, explore) is how a phase wants it. Its random numbers are those it has in
        `autoscale run` under the same seed; default: the episode's.
        """
        return self._core.make_policy(name, to_yaml(parameters), seed)

    @property
    def phase(self) -> str:
        """Name of the phase that the decision now due belongs to."""
        return self._core.phase

    def finished(self) -> list[dict[str, Any]]:
        """Every request that finished in the latest step, of all phones, in order of completion."""
        return self._core.finished()

    def render(self) -> Any:
        """The latest decision as text, or the episode so far as an RGB image."""
        if self.render_mode is None:
            gymnasium.logger.warn("render() needs render_mode='ansi' or 'rgb_array'")
            return None
        if self.render_mode == "ansi":
            return self._text()
        return draw_episode(self)

    def _text(self) -> str:
        if not self._history:
            return f"{self.scenario} on {self.device}: no decision yet\n"
        action, reward, info = self._history[-1]
        executed = self.action_names[info["executed"]]
        late = "" if info["qos_met"] else " (too late)"
        return (f"{len(self._history)}: {executed}, {1e3 * info['energy_j']:.2f} mJ, "
                f"{1e3 * info['latency_s']:.2f} ms{late}, reward {reward:.3f}\n")

    @property
    def history(self) -> list[tuple[Any, float, dict[str, Any]]] | None:
        """(action, reward, info) of every step of the episode; kept with a render_mode only."""
        return self._history
