"""AutoScale-v0: one phone decides where each of its inferences runs."""

from __future__ import annotations

import copy
import os
import warnings
from collections.abc import Mapping
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from . import _core
from ._data import Folders, as_json, assignments, load_scenario, name_or_file, whole_number
from .copies import Decisions, Origin, recorded, replayed
from .figures import draw_episode

#: A phone: the name or the file of a profile, or a number of the scenario's phones.
Phone = str | os.PathLike | int

#: Bounds of the features: those of a signal from -160 to 0 dBm lie within, and so do the DNNs'.
FEATURE_LOW, FEATURE_HIGH = -10.0, 50.0


def phone_argument(phone: Phone | None, device: Phone | None) -> Phone | None:
    """The argument `phone`, or `device`, its old name, which TorchRL and others have for a processor."""
    if device is None:
        return phone
    if phone is not None:
        raise TypeError("device is the old name of phone; give phone alone")
    warnings.warn("AutoScale-v0: the argument device is called phone now", DeprecationWarning, stacklevel=3)
    return device


def episode_options(changes: Mapping[str, Any] | None, phone: Phone | None, reward: str | None,
                    phase: str, episode_length: int | None, deliberates: bool, illegal: str,
                    penalty: float, oracle: bool) -> tuple[list[str], dict[str, Any]]:
    """What the arguments of an environment stand for: changes to the scenario, and the arguments of EpisodeOptions."""
    settings = assignments(changes)
    number = 0
    if isinstance(phone, (str, os.PathLike)):
        settings += assignments({"devices": [{"profile": name_or_file(phone)}]})
    elif phone is not None:
        number = whole_number("phone", phone, 0, 2**32 - 1)
    if reward is not None:
        if reward not in ("sound", "literal"):
            raise ValueError(f"reward: expected 'sound' or 'literal', got {reward!r}")
        settings.append(f"reward={reward}")
    if illegal not in ("error", "penalty"):
        raise ValueError(f"illegal: expected 'error' or 'penalty', got {illegal!r}")
    settings += ["relative_metrics=false", "compare_with_opt=false", "compare_with_oracles=false"]
    options = dict(
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
        phone: a phone's profile, such as "mi8pro" or the path of a file: the scenario with this one
            phone alone. Or the number of one of the scenario's phones, whose others `others` decides for. Default: 0.
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
        device: the old name of `phone`; a DeprecationWarning.

    Seeds: reset(seed=s) is the world of `autoscale run --seed s`. A reset without a seed goes on to
    an episode that follows from the one before, so that one seed fixes all of them.

    info, after reset and step: action_mask (int8, 1: legal), dnn (index in `dnns`) and request (its
    number) now asked for, seed (of the episode), opt_action. After step also, of the request just
    finished: energy_j, server_energy_j, latency_s, accuracy (percent), temperature_c, qos_met,
    accuracy_met, executed (the action that heat left), dropped (camera frames missed meanwhile),
    illegal, energy_by_cause_j and time_by_stage_s (dictionaries that sum to energy_j and latency_s).

    copy.copy, copy.deepcopy and pickle give an environment that goes on by itself from the same state, to the
    byte. It repeats the episode's decisions: as long as the steps took since the reset. A pickled environment
    reads the scenario's files again where it is loaded. RuntimeError: there they are not the same, or a step had
    ended in an error. Of one that gymnasium.make has wrapped take copy.deepcopy: copy.copy copies the wrapper alone.
    """

    metadata = {"render_modes": ["ansi", "rgb_array"], "render_fps": 1}

    def __init__(self, scenario: str | os.PathLike = "scenarios/quickstart.yaml",
                 phone: Phone | None = None, *, observation: str = "state",
                 reward: str | None = None, phase: str = "recorded",
                 episode_length: int | None = None, deliberates: bool = True,
                 illegal: str = "error", penalty: float = -10.0, oracle: bool = False,
                 others: str = "edge_best", settings: Mapping[str, Any] | None = None,
                 data: Folders = (),
                 render_mode: str | None = None, device: Phone | None = None):
        changes, options = episode_options(settings, phone_argument(phone, device), reward, phase,
                                           episode_length, deliberates, illegal, penalty, oracle)
        if render_mode is not None and render_mode not in self.metadata["render_modes"]:
            raise ValueError(f"render_mode: expected 'ansi' or 'rgb_array', got {render_mode!r}")
        self._origin = Origin(scenario, changes, [others], data, options)
        self._decisions = Decisions()
        self._encoded = observation == "features"
        self._take(self._origin.environment())
        facts = self._core.facts
        self.metadata = dict(self.metadata)  # vectors of Gymnasium write into it
        self.action_names = facts["actions"]
        self.dnns = facts["dnns"]
        self.phone = facts["device"]
        self.scenario = facts["scenario"]
        self.episode_length = facts["length"]
        self.qos_s = facts["qos_s"]
        self.accuracy_target = facts["accuracy_target"]
        self.action_space = spaces.Discrete(len(self.action_names))
        self.observation_space = observation_space(observation, self._core.states)
        self.render_mode = render_mode
        self._history: list[tuple[Any, float, dict[str, Any]]] | None = [] if render_mode else None

    def _take(self, core: _core.Environment) -> None:
        self._core = core
        self._mask = core.mask
        self._features = core.features if self._encoded else None

    def __getstate__(self) -> dict[str, Any]:
        state = {name: value for name, value in vars(self).items() if name not in ("_core", "_mask", "_features")}
        return {**state, "_decisions": None, "_record": recorded(self._core, self._decisions)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        record = state.pop("_record")
        self.__dict__.update(state, _decisions=record[1])
        self._take(replayed(self._origin, record))

    def __copy__(self) -> AutoScaleEnv:
        return copy.deepcopy(self)

    @property
    def device(self) -> str:
        """The old name of `phone`."""
        warnings.warn("AutoScaleEnv.device is called phone now", DeprecationWarning, stacklevel=2)
        return self.phone

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None
              ) -> tuple[int | NDArray[np.float32], dict[str, Any]]:
        """Begins an episode; returns (observation, info). `seed`: 0 to 2**63 - 1, as Gymnasium's vectors hold it."""
        seed = None if seed is None else whole_number("seed", seed, 0)
        super().reset(seed=seed)
        self._decisions = Decisions()
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
        self._decisions.keep(action)
        info["action_mask"] = self._mask.copy()
        if self._history is not None:
            self._history.append((action, reward, info))
        return self._observation(), reward, False, truncated, info

    def _observation(self) -> int | NDArray[np.float32]:
        return self._core.state if self._features is None else self._features.copy()

    def action_mask(self) -> NDArray[np.int8]:
        """The legal actions for the DNN now asked for: int8, 1 is legal. As info["action_mask"]."""
        return self._mask.copy()

    def action_masks(self) -> NDArray[np.bool_]:
        """The same as truth values: what MaskablePPO of sb3-contrib asks for."""
        return self._mask.astype(bool)

    def make_policy(self, name: str, seed: int | None = None, **parameters: Any) -> _core.Policy:
        """One of the simulator's policies (`autoscale list policies`), deciding in this environment.

        decide() gives the action for the decision that is due, learn() tells it of the latest step,
        set_mode(learn, explore) is how a phase wants it. Its random numbers are those it has in
        `autoscale run` under the same seed; default: the episode's.
        """
        return self._core.make_policy(name, as_json(parameters), seed)

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
            return f"{self.scenario} on {self.phone}: no decision yet\n"
        action, reward, info = self._history[-1]
        executed = self.action_names[info["executed"]]
        late = "" if info["qos_met"] else " (too late)"
        return (f"{len(self._history)}: {executed}, {1e3 * info['energy_j']:.2f} mJ, "
                f"{1e3 * info['latency_s']:.2f} ms{late}, reward {reward:.3f}\n")

    @property
    def history(self) -> list[tuple[Any, float, dict[str, Any]]] | None:
        """(action, reward, info) of every step of the episode; kept with a render_mode only."""
        return self._history
