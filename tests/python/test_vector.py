"""The vector environment: the same as single ones, to the byte."""

import copy as copies

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

import autoscale_sim
from autoscale_sim import AutoScaleEnv, AutoScaleVectorEnv

ARGUMENTS = dict(scenario="paper/D3_non_streaming", phone="mi8pro", observation="features",
                 oracle=True, episode_length=7)


def legal_actions(masks, step):
    """For each row a legal action that changes with the step."""
    choice = [np.flatnonzero(mask) for mask in masks]
    return np.array([legal[(13 * step + i) % len(legal)] for i, legal in enumerate(choice)])


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("observation", ["state", "features"])
@pytest.mark.parametrize("mode", AutoresetMode)
def test_equals_single_environments(mode, observation, threads):
    arguments = {**ARGUMENTS, "observation": observation}
    ours = AutoScaleVectorEnv(5, **arguments, autoreset_mode=mode, threads=threads)
    theirs = SyncVectorEnv([lambda: AutoScaleEnv(**arguments)] * 5, autoreset_mode=mode)
    seen, info = ours.reset(seed=11)
    expected, _ = theirs.reset(seed=11)
    assert seen.tobytes() == expected.tobytes()
    finals = 0
    for step in range(25):
        actions = legal_actions(info["action_mask"], step)
        seen, reward, terminated, truncated, info = ours.step(actions)
        expected, their_reward, their_end, their_truncated, their_info = theirs.step(actions)
        assert seen.dtype == expected.dtype and seen.tobytes() == expected.tobytes()
        assert reward.tobytes() == np.asarray(their_reward, float).tobytes()
        assert (terminated == their_end).all() and (truncated == their_truncated).all()
        assert (info["request"] == their_info["request"]).all()
        assert (info["action_mask"] == np.stack(their_info["action_mask"])).all()
        if mode is AutoresetMode.SAME_STEP and truncated.any():
            finals += 1
            last = np.stack(list(their_info["final_obs"])) if observation == "features" else their_info["final_obs"]
            assert (info["final_obs"][truncated] == np.asarray(last)[truncated]).all()
            assert (info["_final_obs"] == their_info["_final_obs"]).all()
            assert (info["energy_j"][truncated] == their_info["final_info"]["energy_j"][truncated]).all()
        done = info["stepped"] & ~truncated
        if mode is AutoresetMode.DISABLED and truncated.any():
            seen, info = ours.reset(options={"reset_mask": truncated})
            expected, _ = theirs.reset(options={"reset_mask": truncated})
            assert seen.tobytes() == expected.tobytes()
        if not done.any():
            continue
        for key in ("energy_j", "latency_s", "accuracy", "temperature_c", "executed", "opt_action"):
            assert (info[key][done] == their_info[key][done]).all(), key
        for key in ("energy_by_cause_j", "time_by_stage_s"):
            for part, values in info[key].items():
                assert (values[done] == their_info[key][part][done]).all(), part
    assert finals == (3 if mode is AutoresetMode.SAME_STEP else 0)


def test_reset_without_a_seed_goes_on_as_single_environments_do():
    ours = AutoScaleVectorEnv(3, **ARGUMENTS)
    singles = [AutoScaleEnv(**ARGUMENTS) for _ in range(3)]
    ours.reset(seed=[5, 50, 500])
    for single, seed in zip(singles, [5, 50, 500]):
        single.reset(seed=seed)
    seen, info = ours.reset()
    for i, single in enumerate(singles):
        observation, single_info = single.reset()
        assert (seen[i] == observation).all() and info["seed"][i] == single_info["seed"]


def test_make_vec_uses_the_entry_point():
    env = gymnasium.make_vec("AutoScale-v0", num_envs=4, vectorization_mode="vector_entry_point",
                             scenario="quickstart", phone="mi8pro")
    assert isinstance(env.unwrapped, AutoScaleVectorEnv)
    assert env.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP
    observation, info = env.reset(seed=1)
    assert env.observation_space.contains(observation)
    assert env.action_space.contains(env.action_space.sample())
    observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
    assert env.observation_space.contains(observation)
    assert [a.dtype for a in (reward, terminated, truncated)] == [np.float64, bool, bool]
    assert all(a.shape == (4,) for a in (reward, terminated, truncated))
    env.close()


def test_wrappers_of_gymnasium_work_on_it():
    env = gymnasium.wrappers.vector.RecordEpisodeStatistics(
        AutoScaleVectorEnv(2, **ARGUMENTS, autoreset_mode=AutoresetMode.SAME_STEP))
    _, info = env.reset(seed=0)
    total = np.zeros(2)
    for step in range(7):
        *_, info = result = env.step(legal_actions(info["action_mask"], step))
        total += result[1]
    assert info["episode"]["r"] == pytest.approx(total)
    assert (info["episode"]["l"] == 7).all()


def test_results_are_kept_or_overwritten_as_asked():
    for copy in (True, False):
        env = AutoScaleVectorEnv(2, **ARGUMENTS, copy=copy)
        first, info = env.reset(seed=0)
        before = first.copy()
        env.step(legal_actions(info["action_mask"], 0))
        env.step(legal_actions(info["action_mask"], 1))
        assert (first == before).all() == copy


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_without_copies_the_same_is_told(mode):
    envs = [AutoScaleVectorEnv(3, **ARGUMENTS, autoreset_mode=mode, copy=copy) for copy in (True, False)]
    envs.append(copies.deepcopy(envs[1]))
    infos = [env.reset(seed=4)[1] for env in envs]
    for step in range(20):
        actions = legal_actions(infos[0]["action_mask"], step)
        told = [env.step(actions) for env in envs]
        for seen, *_, info in told[1:]:
            assert seen.tobytes() == told[0][0].tobytes()
            np.testing.assert_equal(info, told[0][-1])
        infos = [each[-1] for each in told]
        for info in infos:  # wrappers add their own
            info["episode"] = step
            info.get("final_info", {})["episode"] = step


def test_bad_actions_change_nothing_anywhere():
    env = AutoScaleVectorEnv(3, scenario="paper/S1_translation", phone="mi8pro")
    with pytest.raises(autoscale_sim.ResetNeeded):
        env.step(np.zeros(3, int))
    _, info = env.reset(seed=0)
    legal = int(np.flatnonzero(info["action_mask"][0])[0])
    illegal = int(np.flatnonzero(info["action_mask"][0] == 0)[0])
    with pytest.raises(ValueError, match="illegal for mobilebert"):
        env.step(np.array([legal, legal, illegal]))
    for actions, error in [(np.zeros(3), TypeError), (np.zeros(2, int), ValueError),
                           (np.zeros((3, 1), int), ValueError), (["a", "b", "c"], TypeError),
                           (None, TypeError), (np.array([legal, legal, 10**9]), ValueError)]:
        with pytest.raises(error):
            env.step(actions)
    assert (env.step(np.full(3, legal, np.int32))[-1]["request"] == info["request"] + 1).all()


@pytest.mark.parametrize("mistake", [{"num_envs": 0}, {"autoreset_mode": "Sometimes"}, {"render_mode": "ansi"},
                                     {"num_envs": -1}])
def test_mistakes_are_told(mistake):
    with pytest.raises((ValueError, TypeError)):
        AutoScaleVectorEnv(**{"num_envs": 2, **ARGUMENTS, **mistake})


def test_seeds_of_the_wrong_number():
    with pytest.raises(ValueError, match="2 seeds for 3 environments"):
        AutoScaleVectorEnv(3, **ARGUMENTS).reset(seed=[1, 2])


def test_seeds_that_are_none_go_on_as_single_environments_do():
    ours = AutoScaleVectorEnv(3, **ARGUMENTS)
    theirs = SyncVectorEnv([lambda: AutoScaleEnv(**ARGUMENTS)] * 3)
    assert len(set(ours.reset(seed=[None, 4, None])[1]["seed"])) == 3
    for seeds in ([5, 50, 500], [None, 9, None], [np.int64(2), None, 3], [None] * 3):
        seen, info = ours.reset(seed=seeds)
        expected, their_info = theirs.reset(seed=seeds)
        assert seen.tobytes() == expected.tobytes()
        assert info["seed"].tolist() == their_info["seed"].tolist()


@pytest.mark.parametrize("seed, error", [(2**63 - 1, ValueError), (-1, ValueError), (1.5, TypeError), ("ab", TypeError),
                                         ([1.5, 2], TypeError), ([1, 2**63], ValueError), ([1, None, 2], ValueError)])
def test_seeds_that_are_none_of_the_kind(seed, error):
    with pytest.raises(error):
        AutoScaleVectorEnv(2, **ARGUMENTS).reset(seed=seed)


def test_max_episode_steps_cuts_as_in_single_environments():
    def length(**arguments):
        return gymnasium.make_vec("AutoScale-v0", num_envs=2, scenario="quickstart", phone="mi8pro",
                                  **arguments).unwrapped.episode_length

    assert length(max_episode_steps=5) == 5
    assert length(max_episode_steps=5, episode_length=3) == 3
    assert length(max_episode_steps=10**9) == 1000
    with pytest.raises(ValueError, match="max_episode_steps: expected 1 to"):
        length(max_episode_steps=0)


@pytest.mark.parametrize("mode", AutoresetMode)
def test_the_mode_is_said_where_it_is_looked_for(mode):
    env = AutoScaleVectorEnv(2, "quickstart", "mi8pro", autoreset_mode=mode.value)
    assert env.autoreset_mode is env.metadata["autoreset_mode"] is mode
    assert AutoScaleVectorEnv.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP


@pytest.mark.parametrize("mode", AutoresetMode)
def test_resets_of_some_are_those_of_gymnasium(mode):
    """In the middle of episodes, which end at different steps from then on."""
    ours = gymnasium.wrappers.vector.DictInfoToList(AutoScaleVectorEnv(3, **ARGUMENTS, autoreset_mode=mode))
    theirs = gymnasium.wrappers.vector.DictInfoToList(
        SyncVectorEnv([lambda: AutoScaleEnv(**ARGUMENTS)] * 3, autoreset_mode=mode))
    infos = ours.reset(seed=5)[1]
    theirs.reset(seed=5)
    masks = np.array([info["action_mask"] for info in infos])
    for step in range(24):
        which = np.array([step % 5 == 3, step % 4 == 1, False])
        if mode is AutoresetMode.DISABLED and step:
            which |= truncated
        if which.any():
            seeds = [None, 40 + step, None]
            seen, infos = ours.reset(seed=seeds, options={"reset_mask": which.copy()})
            expected, their_infos = theirs.reset(seed=seeds, options={"reset_mask": which.copy()})
            assert seen.tobytes() == expected.tobytes()
            assert [set(info) for info in infos] == [set(info) for info in their_infos]
            for i in np.flatnonzero(which):
                assert infos[i]["seed"] == their_infos[i]["seed"]
            masks = ours.unwrapped.action_mask()
        seen, rewards, _, truncated, infos = ours.step(actions := legal_actions(masks, step))
        expected, their_rewards, _, their_truncated, their_infos = theirs.step(actions)
        assert seen.tobytes() == expected.tobytes() and (rewards == their_rewards).all()
        assert (truncated == their_truncated).all()
        assert [info["seed"] for info in infos] == [info["seed"] for info in their_infos]
        masks = np.array([info["action_mask"] for info in infos])


def test_a_reset_mask_that_is_none():
    env = AutoScaleVectorEnv(3, **ARGUMENTS)
    some = {"reset_mask": np.array([True, False, True])}
    with pytest.raises(autoscale_sim.ResetNeeded, match="reset all environments first"):
        env.reset(seed=5, options=some)
    expected = env.reset(seed=5)[0].tobytes()
    for wrong in (np.ones(2, bool), np.ones(3, int), [1, 2, 3], True, None):
        with pytest.raises(ValueError, match="reset_mask: expected 3 truth values"):
            env.reset(options={"reset_mask": wrong})
    with pytest.raises(ValueError, match="nothing to reset"):
        env.reset(options={"reset_mask": np.zeros(3, bool)})
    assert env.reset(seed=5, options={"reset_mask": np.ones(3, bool), "other": 1})[0].tobytes() == expected
    env.reset(options=some)
    assert "reset_mask" in some  # wrappers read it afterwards


def test_without_autoreset_an_ended_episode_waits_for_a_reset():
    env = gymnasium.wrappers.vector.RecordEpisodeStatistics(
        AutoScaleVectorEnv(2, **ARGUMENTS, autoreset_mode=AutoresetMode.DISABLED))
    _, info = env.reset(seed=0)
    for step in range(7):
        *_, truncated, info = env.step(legal_actions(info["action_mask"], step))
    assert truncated.all() and (info["episode"]["l"] == 7).all()
    before = env.unwrapped.action_masks()
    with pytest.raises(autoscale_sim.ResetNeeded, match="environment 0 has ended; .*reset_mask"):
        env.step(legal_actions(info["action_mask"], 0))
    assert (env.unwrapped.action_masks() == before).all()
    _, info = env.reset(options={"reset_mask": np.array([True, False])})
    with pytest.raises(autoscale_sim.ResetNeeded, match="environment 1 has ended"):
        env.step(legal_actions(info["action_mask"], 0))
    _, info = env.reset(options={"reset_mask": np.array([False, True])})
    assert not env.step(legal_actions(info["action_mask"], 0))[3].any()


def test_masks_of_all_environments():
    env = AutoScaleVectorEnv(2, "paper/S1_translation", "mi8pro")
    _, info = env.reset(seed=0)
    masks = env.action_masks()
    assert masks.dtype == bool and (masks == info["action_mask"].astype(bool)).all() and not masks.all()


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_infos_come_apart_as_those_of_gymnasium(mode):
    def lists(env):
        env = gymnasium.wrappers.vector.DictInfoToList(env)
        _, infos = env.reset(seed=3)
        result = [infos]
        for step in range(9):
            result.append(env.step(legal_actions([info["action_mask"] for info in infos], step))[-1])
            infos = result[-1]
        return result

    ours = lists(AutoScaleVectorEnv(2, **ARGUMENTS, autoreset_mode=mode))
    theirs = lists(SyncVectorEnv([lambda: AutoScaleEnv(**ARGUMENTS)] * 2, autoreset_mode=mode))
    for row, their_row in zip(ours, theirs):
        for info, their_info in zip(row, their_row):
            assert set(their_info) <= set(info)
            if mode is AutoresetMode.NEXT_STEP:
                assert set(info) - {"stepped"} == set(their_info)
            assert ("final_info" in info) == ("final_info" in their_info)
            if "final_info" in info:
                assert info["final_info"]["energy_j"] == their_info["final_info"]["energy_j"]
