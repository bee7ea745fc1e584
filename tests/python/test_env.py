"""AutoScale-v0 as Gymnasium wants it."""

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import autoscale_sim
from conftest import QUICKSTART, ROOT

SCENARIOS = ["quickstart", "paper/D3_translation", "paper/D2_streaming", "lte", "traces"]


def make(**kwargs):
    return gymnasium.make("AutoScale-v0", disable_env_checker=True, **kwargs).unwrapped


@pytest.mark.parametrize("observation", ["state", "features"])
def test_passes_the_checks_of_gymnasium(observation, recwarn):
    env = gymnasium.make("AutoScale-v0", scenario=QUICKSTART, phone="mi8pro",
                         observation=observation, render_mode="ansi")
    check_env(env.unwrapped)
    assert [str(w.message) for w in recwarn if "gymnasium" in str(w.filename)] == []


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_passes_them_in_other_scenarios(scenario):
    env = gymnasium.make("AutoScale-v0", scenario=scenario, phone="mi8pro", illegal="penalty",
                         observation="features", episode_length=50)
    check_env(env.unwrapped, skip_render_check=True)


def test_an_episode_is_the_recorded_phase_and_ends_by_truncation():
    env = make(scenario="quickstart")
    env.reset(seed=1)
    steps, truncated = 0, False
    while not truncated:
        _, _, terminated, truncated, info = env.step(3)
        assert not terminated
        steps += 1
    assert steps == env.episode_length == 1000
    with pytest.raises(autoscale_sim.ResetNeeded):
        env.step(3)


def test_phases_and_lengths():
    assert make(scenario="quickstart", phase="train").episode_length == 6400
    assert make(scenario="quickstart", phase="all").episode_length == 7400
    env = make(scenario="quickstart", episode_length=3)
    env.reset(seed=0)
    assert [env.step(0)[3] for _ in range(3)] == [False, False, True]


def test_a_seed_fixes_all_episodes_that_follow():
    def trace():
        env = make(scenario="paper/D3_non_streaming", phone="mi8pro", episode_length=20,
                   observation="features")
        seen = []
        for episode in range(3):
            observation, info = env.reset(seed=7 if episode == 0 else None)
            seen.append((observation.tobytes(), info["seed"]))
            for _ in range(20):
                observation, reward, *_, info = env.step(int(np.flatnonzero(info["action_mask"])[-1]))
                seen.append((observation.tobytes(), reward))
        return seen

    first = trace()
    assert first == trace()
    assert len({seed for _, seed in first[::21]}) == 3


def test_ledger_sums_up():
    env = make(scenario="paper/D3_translation", phone="galaxy_s10e", episode_length=100)
    _, info = env.reset(seed=3)
    for _ in range(100):
        legal = np.flatnonzero(info["action_mask"])
        *_, info = env.step(legal[info["request"] % len(legal)])
        assert sum(info["energy_by_cause_j"].values()) == pytest.approx(info["energy_j"], rel=1e-12)
        assert sum(info["time_by_stage_s"].values()) == pytest.approx(info["latency_s"], rel=1e-12)


def test_mask_names_the_illegal_actions():
    env = make(scenario="paper/S1_translation", phone="mi8pro")
    _, info = env.reset(seed=0)
    illegal = np.flatnonzero(info["action_mask"] == 0)
    assert len(illegal) > 0
    before = env._core.steps
    with pytest.raises(ValueError, match="illegal for mobilebert: choose one where info"):
        env.step(illegal[0])
    assert env._core.steps == before
    env.step(int(np.flatnonzero(info["action_mask"])[0]))


def test_an_illegal_action_may_cost_a_penalty_instead():
    env = make(scenario="paper/S1_translation", phone="mi8pro", illegal="penalty", penalty=-7)
    _, info = env.reset(seed=0)
    _, reward, *_, info = env.step(int(np.flatnonzero(info["action_mask"] == 0)[0]))
    assert reward == -7 and info["illegal"]
    assert env.action_names[info["executed"]].startswith("phone_cpu_fp32")


@pytest.mark.parametrize("action", [1.0, "3", None, [1], np.float32(2)])
def test_an_action_is_a_whole_number(action):
    env = make()
    env.reset(seed=0)
    with pytest.raises(TypeError, match="expected a whole number"):
        env.step(action)


@pytest.mark.parametrize("action", [-1, 10**6, 2**70, -(2**70)])
def test_an_action_is_in_the_space(action):
    env = make()
    env.reset(seed=0)
    with pytest.raises(ValueError, match="not in the action space"):
        env.step(action)


def test_step_before_reset():
    with pytest.raises(autoscale_sim.ResetNeeded, match="reset the environment first"):
        make().step(0)


def test_reward_forms():
    rewards = {}
    for form in ("sound", "literal"):
        env = make(reward=form)
        env.reset(seed=0)
        _, rewards[form], *_, info = env.step(0)
    assert rewards["sound"] == pytest.approx(-info["energy_j"] / 153.6e-3, rel=0.05)
    assert rewards["literal"] == pytest.approx(
        -1e3 * info["energy_j"] + 0.1 * 1e3 * info["latency_s"] + 0.1 * info["accuracy"])


def test_oracle_is_told_on_request():
    env = make(scenario="quickstart", oracle=True, episode_length=2)
    _, info = env.reset(seed=0)
    assert env.action_names[info["opt_action"]] == "phone_dsp_int8@0"
    env.step(0)
    *_, info = env.step(0)
    assert info["opt_action"] == -1


def test_features_are_in_their_order():
    env = make(scenario="paper/D3_non_streaming", phone="mi8pro", observation="features")
    observation, info = env.reset(seed=0)
    assert autoscale_sim.FEATURES == ("conv", "fc", "rc", "mac", "cpu", "memory", "cloud_signal",
                                      "tablet_signal")
    assert env.observation_space.contains(observation)
    assert observation[4] == observation[5] == -1  # no co-runner
    assert observation[7] == pytest.approx((-55 + 70) / 20)


def test_renders_text_and_a_figure():
    env = make(render_mode="ansi")
    env.reset(seed=0)
    env.step(0)
    assert "phone_cpu_fp32@0" in env.render()
    env = make(render_mode="rgb_array")
    env.reset(seed=0)
    env.step(0)
    picture = env.render()
    assert picture.dtype == np.uint8 and picture.shape == (600, 800, 3) and picture.std() > 0


def test_other_phones_follow_their_policy():
    env = make(scenario="fleet_1000", phone=5, others="cloud", episode_length=5,
               settings={"devices": [{"profile": "mi8pro", "count": 20}]})
    env.reset(seed=0)
    env.step(0)
    done = env.finished()
    assert {r["device"] for r in done} > {5}
    assert all("cloud" in env.action_names[r["action"]] for r in done if r["device"] != 5)


@pytest.mark.parametrize("mistake, error, text", [
    ({"scenario": "no_such"}, autoscale_sim.ConfigError, "no scenario 'no_such'"),
    ({"phone": "mi9pro"}, autoscale_sim.ConfigError, "mi8pro"),
    ({"phone": 3}, ValueError, "no phone 3"),
    ({"phone": -1}, ValueError, "expected 0 to"),
    ({"phone": 0.5}, TypeError, "integer"),
    ({"episode_length": 0}, ValueError, "expected 1 to"),
    ({"phase": "tset"}, ValueError, "legal: recorded, all, train, test"),
    ({"episode_length": 5000}, ValueError, "have 1000 requests"),
    ({"reward": "best"}, ValueError, "'sound' or 'literal'"),
    ({"observation": "pixels"}, ValueError, "'state' or 'features'"),
    ({"illegal": "ignore"}, ValueError, "'error' or 'penalty'"),
    ({"others": "no_such"}, autoscale_sim.ConfigError, "unknown policy"),
    ({"settings": {"no.such": 1}}, autoscale_sim.ConfigError, "unknown key"),
])
def test_mistakes_are_told(mistake, error, text):
    with pytest.raises(error, match=text):
        make(**mistake)


def test_a_mistake_in_a_file_has_its_place():
    file = ROOT / "tests" / "config_errors" / "cases" / "01_misspelt_key.yaml"
    with pytest.raises(autoscale_sim.ConfigError) as caught:
        make(scenario=file)
    assert (caught.value.file, caught.value.line, caught.value.column) == (str(file), *expected(file))


def expected(file):
    first = file.with_suffix(".expected").read_text().splitlines()[0]
    return tuple(int(part) for part in first.split(":")[1:3])


def test_action_masks_are_found_through_the_wrappers():
    env = gymnasium.make("AutoScale-v0", scenario="paper/S1_translation", phone="mi8pro")
    _, info = env.reset(seed=0)
    masks = env.get_wrapper_attr("action_masks")()
    assert masks.dtype == bool and masks.shape == (env.action_space.n,)
    assert masks.tolist() == info["action_mask"].astype(bool).tolist() and not masks.all()
    masks[:] = False
    assert env.get_wrapper_attr("action_masks")().any()


def test_device_is_the_old_name_of_phone():
    with pytest.warns(DeprecationWarning, match="called phone now"):
        env = make(device="galaxy_s10e")
    assert env.phone == "galaxy_s10e"
    with pytest.warns(DeprecationWarning, match="called phone now"):
        assert env.device == "galaxy_s10e"
    with pytest.raises(TypeError, match="device is the old name of phone"):
        make(phone="mi8pro", device="mi8pro")


def test_seeds_are_whole_numbers_that_fit_the_arrays_of_vectors():
    env = make(episode_length=2)
    assert env.reset(seed=np.int64(3))[1]["seed"] == 3
    assert env.reset(seed=2**63 - 1)[1]["seed"] == 2**63 - 1
    for seed, error in ((2**63, ValueError), (-1, ValueError), (1.5, TypeError), ("1", TypeError)):
        with pytest.raises(error):
            env.reset(seed=seed)
    vector = gymnasium.vector.SyncVectorEnv([lambda: env])
    assert vector.reset(seed=2**63 - 1)[1]["seed"].tolist() == [2**63 - 1]


def test_vectors_of_gymnasium_do_not_change_what_others_say():
    first = gymnasium.vector.SyncVectorEnv([lambda: make()], autoreset_mode="SameStep")
    gymnasium.vector.SyncVectorEnv([lambda: make()], autoreset_mode="Disabled")
    assert first.metadata["autoreset_mode"] is gymnasium.vector.AutoresetMode.SAME_STEP
    assert "autoreset_mode" not in autoscale_sim.AutoScaleEnv.metadata
