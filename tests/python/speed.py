"""Speed of the environments on one core, as figures and, with --check, against limits that hold on a
busy machine: ratios to a Python loop that does nothing. What a second thread gains is a matter of wall-clock
time, so it is judged only in rounds in which the process had both cores for itself.

    python speed.py [--check]
"""

import argparse
import time
from statistics import median

import gymnasium
import numpy as np

from autoscale_sim import AutoScaleEnv, AutoScaleVectorEnv

STEPS = 20_000

#: A step of 5 us (200 k per second of the vector) over an empty call of 0.065 us.
LIMIT = 75

#: Steps per second with two threads over those with one, of 64 environments: two are not slower.
TWO_THREADS = 1.0
ROUNDS = 60


def seconds_of(work):
    """The best of five, of this process alone: what others do beside it does not count."""
    times = []
    for _ in range(5):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def single_step_us(env):
    """Microseconds of one step()."""
    env.reset(seed=1)

    def work():
        for _ in range(STEPS):
            if env.step(3)[3]:
                env.reset()

    return 1e6 * seconds_of(work) / STEPS


def vector_steps_per_s(count, **kwargs):
    env = AutoScaleVectorEnv(count, "quickstart", "mi8pro", **kwargs)
    env.reset(seed=1)
    actions = np.full(count, 3)
    rounds = max(100_000 // count, 1)

    def work():
        for _ in range(rounds):
            env.step(actions)

    return rounds * count / seconds_of(work)


def paced(env, actions, steps=200):
    """Steps per second of wall-clock time, and how many cores the process had meanwhile."""
    wall, own = time.perf_counter(), time.process_time()
    for _ in range(steps):
        env.step(actions)
    wall, own = time.perf_counter() - wall, time.process_time() - own
    return steps * len(actions) / wall, own / wall


def two_threads(count):
    """Prints what a second thread gains; the median ratio in rounds that nobody disturbed, None if there are none."""
    envs = [AutoScaleVectorEnv(count, "quickstart", "mi8pro", threads=threads, copy=False) for threads in (1, 2)]
    for env in envs:
        env.reset(seed=1)
    actions = np.full(count, 3)
    rounds = [(paced(envs[0], actions), paced(envs[1], actions)) for _ in range(ROUNDS)]
    for threads in (0, 1):
        rates = [each[threads][0] / 1e6 for each in rounds]
        print(f"{count} environments without copies, {threads + 1} threads: {max(rates):.2f} M steps/s of "
              f"wall-clock time at best, {median(rates):.2f} in the median")
    alone = [two / one for (one, cores), (two, both) in rounds if cores > 0.95 and both > 1.9]
    gain = median(alone) if alone else None
    print(f"{len(alone)} of {ROUNDS} rounds had both cores" + (f": two threads are {gain:.2f} times as fast" if alone
                                                                else ", so what two threads gain is not judged"))
    return gain


def loop_us():
    """Microseconds of a call that does nothing but make a small dictionary: the machine's measure."""
    def call(x):
        return {"a": x, "b": x, "c": x, "d": x}

    def work():
        for i in range(STEPS):
            call(i)

    return 1e6 * seconds_of(work) / STEPS


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail where a ratio is missed")
    check = parser.parse_args().check
    loop = loop_us()
    raw = single_step_us(AutoScaleEnv("quickstart", "mi8pro"))
    features = single_step_us(AutoScaleEnv("quickstart", "mi8pro", observation="features"))
    unchecked = single_step_us(gymnasium.make("AutoScale-v0", scenario="quickstart", phone="mi8pro",
                                              disable_env_checker=True))
    checked = single_step_us(gymnasium.make("AutoScale-v0", scenario="quickstart", phone="mi8pro"))
    vector = vector_steps_per_s(64)
    print(f"empty call {loop:.3f} us")
    print(f"step: {raw:.2f} us; features {features:.2f} us; gymnasium.make {unchecked:.2f} us without "
          f"its checker, {checked:.2f} us with it")
    print(f"vector, 64 environments: {vector / 1e3:.0f} k steps/s; without copies "
          f"{vector_steps_per_s(64, copy=False) / 1e3:.0f} k; features "
          f"{vector_steps_per_s(64, observation='features') / 1e3:.0f} k; 1024 environments "
          f"{vector_steps_per_s(1024) / 1e3:.0f} k")
    single_ratio, vector_ratio = raw / loop, 1e6 / vector / loop
    print(f"in empty calls: step {single_ratio:.1f}, step of the vector {vector_ratio:.1f}")
    gain = two_threads(64)
    if check and not (single_ratio < LIMIT and vector_ratio < LIMIT and (gain is None or gain > TWO_THREADS)):
        raise SystemExit("too slow")


if __name__ == "__main__":
    main()
