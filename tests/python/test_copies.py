"""Copies of environments and vectors: independent, and to the byte where the original would have gone."""

import copy
import os
import pickle
import shutil
import subprocess
import sys

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

import autoscale_sim
from autoscale_sim import AutoScaleEnv, AutoScaleVectorEnv
from conftest import QUICKSTART

DUPLICATES = {"copy": copy.copy, "deepcopy": copy.deepcopy, "pickle": lambda thing: pickle.loads(pickle.dumps(thing))}
every_duplicate = pytest.mark.parametrize("duplicate", DUPLICATES.values(), ids=DUPLICATES)

#: Signals and co-runners change, and so do the legal actions.
CHANGING = dict(scenario="paper/D3_non_streaming", phone="mi8pro", observation="features", oracle=True,
                episode_length=9)


def legal(mask, step):
    """A legal action of a mask that changes with the step."""
    choice = np.flatnonzero(mask)
    return int(choice[7 * step % len(choice)])


def flat(thing):
    """All that a step returns as plain bytes and numbers, with the types of arrays."""
    if isinstance(thing, dict):
        return [(key, flat(value)) for key, value in thing.items()]
    if isinstance(thing, tuple):
        return [flat(value) for value in thing]
    return (thing.dtype.str, thing.shape, thing.tobytes()) if isinstance(thing, np.ndarray) else thing


def walk(env, steps, first=0):
    """What a single environment gives over `steps` decisions; begins the next episode where one ends."""
    seen = []
    for step in range(first, first + steps):
        result = env.step(legal(env.unwrapped.action_mask(), step))
        seen.append(flat(result))
        if result[3]:
            seen.append(flat(env.reset()))
    return seen


@pytest.fixture(scope="module")
def changing():
    """Copies cost no reading of files, so one environment serves all tests."""
    return AutoScaleEnv(**CHANGING)


@every_duplicate
@pytest.mark.parametrize("before", [0, 1, 5, 8, 13])
def test_goes_on_as_the_original_would_have(changing, duplicate, before):
    changing.reset(seed=3)
    walk(changing, before)
    expected = walk(changing, 12, before)
    changing.reset(seed=3)
    walk(changing, before)
    twin = duplicate(changing)
    assert walk(twin, 12, before) == expected, "the copy"
    assert walk(changing, 12, before) == expected, "the original, after the copy went on"


@every_duplicate
def test_an_ended_episode_is_copied_as_ended(changing, duplicate):
    changing.reset(seed=3)
    for step in range(9):
        changing.step(legal(changing.action_mask(), step))
    twin = duplicate(changing)
    with pytest.raises(autoscale_sim.ResetNeeded):
        twin.step(0)
    assert flat(twin.reset()) == flat(changing.reset())


@every_duplicate
def test_before_the_first_reset(duplicate):
    twin = duplicate(AutoScaleEnv("quickstart", "mi8pro"))
    with pytest.raises(autoscale_sim.ResetNeeded):
        twin.step(0)
    twin.reset(seed=1)
    twin.step(0)


@every_duplicate
def test_random_numbers_spaces_and_histories_are_apart(duplicate):
    env = AutoScaleEnv(QUICKSTART, "mi8pro", render_mode="ansi")
    env.reset(seed=2)
    env.action_space.seed(5)
    env.step(0)
    twin = duplicate(env)
    assert [twin.action_space.sample() for _ in range(9)] == [env.action_space.sample() for _ in range(9)]
    assert twin.np_random.integers(2**60) == env.np_random.integers(2**60)
    twin.step(1)
    assert (len(env.history), len(twin.history)) == (1, 2)
    assert env.action_names[0] in env.render() and env.action_names[1] in twin.render()
    assert twin.metadata is not env.metadata


@every_duplicate
def test_what_refused_actions_and_changed_arrays_leave(duplicate):
    env = AutoScaleEnv("paper/S1_translation", "mi8pro")
    _, info = env.reset(seed=0)
    action = np.array(legal(info["action_mask"], 0))
    env.step(action)
    action[...] = -1
    with pytest.raises(ValueError):
        env.step(int(np.flatnonzero(info["action_mask"] == 0)[0]))
    assert walk(duplicate(env), 3) == walk(env, 3)


def test_an_illegal_action_with_a_penalty_is_repeated_too():
    env = AutoScaleEnv("paper/S1_translation", "mi8pro", illegal="penalty", penalty=-7)
    _, info = env.reset(seed=0)
    env.step(int(np.flatnonzero(info["action_mask"] == 0)[0]))
    env.step(10**6)
    assert walk(copy.deepcopy(env), 3) == walk(env, 3)


def test_learners_beside_it_are_copied_with_what_they_know():
    env = AutoScaleEnv("quickstart", phone=1, others="autoscale", phase="all", episode_length=60,
                       settings={"devices": [{"profile": "mi8pro", "count": 3}]})
    env.reset(seed=4)
    walk(env, 40)
    twin = copy.deepcopy(env)
    for step in range(15):
        assert flat(twin.step(step % 5)) == flat(env.step(step % 5))
        assert twin.finished() == env.finished()


def test_plans_in_segments_are_copied_and_not_pickled():
    env = AutoScaleEnv("quickstart", "mi8pro")
    env.reset(seed=0)
    plan = env.make_policy("mosaic").decide()
    assert isinstance(plan, autoscale_sim.Plan)
    env.step(plan)
    assert walk(copy.copy(env), 3) == walk(copy.deepcopy(env), 3)
    with pytest.raises(TypeError, match="AutoScaleEnv: an episode with plans"):
        pickle.dumps(env)


def test_subclasses_and_wrappers_keep_their_own():
    class Counting(AutoScaleEnv):
        calls = 0

        def step(self, action):
            self.calls += 1
            return super().step(action)

    env = gymnasium.wrappers.TimeLimit(Counting("quickstart", "mi8pro"), 3)
    env.reset(seed=0)
    env.step(0)
    twin = copy.deepcopy(env)
    assert [twin.step(0)[3] for _ in range(2)] == [False, True]
    assert (env.unwrapped.calls, twin.unwrapped.calls) == (1, 3)
    assert [env.step(0)[3] for _ in range(2)] == [False, True]


LOAD = "import pickle, sys; sys.stdout.buffer.write(pickle.dumps(pickle.load(sys.stdin.buffer).step(0)))"


def test_another_process_elsewhere_goes_on(tmp_path, monkeypatch):
    (tmp_path / "scenarios").mkdir()
    shutil.copy(QUICKSTART, tmp_path / "scenarios" / "mine.yaml")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUTOSCALE_DATA", ".")
    env = AutoScaleEnv("mine", "mi8pro")
    env.reset(seed=6)
    env.step(2)
    path = os.pathsep.join(os.path.abspath(folder) for folder in sys.path if folder)
    there = subprocess.run([sys.executable, "-c", LOAD], input=pickle.dumps(env), capture_output=True, check=True,
                           cwd="/", env={"PYTHONPATH": path}).stdout
    assert flat(pickle.loads(there)) == flat(env.step(0))


@pytest.mark.parametrize("make", [lambda file: AutoScaleEnv(file, "mi8pro"),
                                  lambda file: AutoScaleVectorEnv(2, file, "mi8pro")], ids=["single", "vector"])
@pytest.mark.parametrize("old, new", [("environment: S1", "environment: S2"), ("inferences: 1000", "inferences: 3"),
                                      ("mobilenet_v1", "mobilebert")])
def test_a_scenario_that_has_changed_meanwhile_is_noticed(make, old, new, tmp_path):
    """Other results; an episode that ends before the decisions do; decisions that are illegal."""
    file = shutil.copy(QUICKSTART, tmp_path / "mine.yaml")
    env = make(file)
    _, info = env.reset(seed=6)
    dsp = env.action_names.index("phone_dsp_int8@0")
    for action in (0, dsp, 0, dsp, 0):
        env.step(np.full_like(info["dnn"], action))
    stored = pickle.dumps(env)
    text = QUICKSTART.read_text()
    assert old in text
    (tmp_path / "mine.yaml").write_text(text.replace(old, new))
    with pytest.raises(RuntimeError, match="no longer those that it was pickled with"):
        pickle.loads(stored)


def legal_rows(masks, step):
    return np.array([legal(mask, step + i) for i, mask in enumerate(masks)])


def walk_vector(env, steps, first=0):
    seen = []
    for step in range(first, first + steps):
        seen.append(flat(env.step(legal_rows(env.action_mask(), step))))
    return seen


@pytest.fixture(scope="module", params=[(AutoresetMode.NEXT_STEP, "features"), (AutoresetMode.SAME_STEP, "state")],
                ids=["next step", "same step"])
def vector(request):
    mode, observation = request.param
    return AutoScaleVectorEnv(3, **{**CHANGING, "observation": observation}, autoreset_mode=mode)


@every_duplicate
@pytest.mark.parametrize("before", [0, 4, 9, 10, 31])
def test_vectors_go_on_as_the_original_would_have(vector, duplicate, before):
    vector.reset(seed=3)
    walk_vector(vector, before)
    expected = walk_vector(vector, 12, before)
    vector.reset(seed=3)
    walk_vector(vector, before)
    twin = duplicate(vector)
    assert walk_vector(twin, 12, before) == expected, "the copy"
    assert walk_vector(vector, 12, before) == expected, "the original, after the copy went on"
    assert flat(twin.reset()) == flat(vector.reset())


def test_a_vector_remembers_no_more_than_the_episodes_under_way(vector):
    vector.reset(seed=3)
    for step in range(100):
        vector.step(legal_rows(vector.action_mask(), step))
        assert len(vector._history) <= 9


def test_vectors_before_the_first_reset(vector):
    twin = copy.deepcopy(AutoScaleVectorEnv(2, "quickstart", "mi8pro"))
    with pytest.raises(autoscale_sim.ResetNeeded):
        twin.step(np.zeros(2, int))


@pytest.fixture(scope="module")
def streaming():
    """Episodes of different lengths: camera frames are dropped."""
    return AutoScaleVectorEnv(3, "paper/D2_streaming", "mi8pro", autoreset_mode=AutoresetMode.SAME_STEP)


def walk_apart(env, steps, first=0):
    """Fast decisions in one environment, slow ones in the others: the episodes get out of step."""
    seen = []
    for step in range(first, first + steps):
        choice = [np.flatnonzero(mask)[[0, -1, step % 2][i]] for i, mask in enumerate(env.action_mask())]
        seen.append(flat(env.step(np.array(choice))))
    return seen


def test_episodes_out_of_step_are_copied(streaming):
    streaming.reset(seed=1)
    walk_apart(streaming, 900)
    assert len(set(streaming._integers[1])) > 1
    twin = copy.deepcopy(streaming)
    assert walk_apart(twin, 50) == walk_apart(streaming, 50)


def test_a_vector_out_of_step_remembers_its_longest_episode(streaming):
    streaming.reset(seed=1)
    for step in range(60):
        walk_apart(streaming, 20, 20 * step)
        assert len(streaming._history) <= streaming.episode_length


@every_duplicate
@pytest.mark.parametrize("mode", AutoresetMode)
def test_a_copy_after_resets_of_some(duplicate, mode):
    env = AutoScaleVectorEnv(3, **CHANGING, autoreset_mode=mode, threads=2)
    env.reset(seed=1)
    walk_vector(env, 4)
    env.reset(options={"reset_mask": np.array([False, True, False])})
    walk_vector(env, 3)
    env.reset(seed=[None, None, 8], options={"reset_mask": np.array([True, False, True])})
    twin = duplicate(env)
    assert walk_vector(twin, 6) == walk_vector(env, 6)
    assert flat(twin.reset()) == flat(env.reset())


def test_a_copy_of_an_ended_episode_without_autoreset():
    env = AutoScaleVectorEnv(2, **CHANGING, autoreset_mode=AutoresetMode.DISABLED)
    env.reset(seed=1)
    walk_vector(env, 4)
    env.reset(options={"reset_mask": np.array([True, False])})
    walk_vector(env, 5)
    twin = copy.deepcopy(env)
    with pytest.raises(autoscale_sim.ResetNeeded, match="environment 1 has ended"):
        twin.step(legal_rows(twin.action_mask(), 0))
    ended = {"reset_mask": np.array([False, True])}
    assert flat(twin.reset(options=ended)) == flat(env.reset(options=ended))
    assert walk_vector(twin, 4) == walk_vector(env, 4)


