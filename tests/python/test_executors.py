"""A sweep on an executor gives the bytes of the command line, and takes policies in Python."""

from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
import multiprocessing

import pandas
import pytest

from autoscale_sim import Policy, sweep
from conftest import QUICKSTART, ROOT
from frugal import Frugal

FILES = ("runs.csv", "summary.csv", "columns.csv", "failures.csv", "manifest.json")
BEGIN = f"""
name: small
scenarios: [{QUICKSTART}]
set: {{policies: [cloud, edge_best], "phases[0].inferences": 1, "phases[1].inferences": 20}}
replications: 2
seed: 7
"""
TEXT = f"""{BEGIN}
grid:
  - {{path: cloud_signal.constant.level, name: signal, range: {{from: -90 dBm, to: -60 dBm, steps: 2}}}}
  - {{path: co_runner, labels: [none, heavy], values: [none, {{steady: {{cpu: 0.9, memory: 0.1}}}}]}}
  - {{path: overrides.device_profiles/mi8pro.baseline_power.value, name: baseline, values: [0.5 W, 0.60 W]}}
"""
KINDS = {
    "zip": """
zip:
  - {path: cloud_signal.constant.level, name: signal, values: [-85 dBm, -60 dBm, -70 dBm]}
  - {path: co_runner, labels: [none, "höher", "a,b"], values: [none, {steady: {cpu: 0.9, memory: 0.1}}, none]}
""",
    "random": """
random:
  samples: 3
  parameters:
    - {path: cloud_signal.constant.level, name: signal, range: {from: -90 dBm, to: -55 dBm}}
    - {path: overrides.device_profiles/mi8pro.baseline_power.value, name: baseline, values: [0.25 W, 0.5 W, 1 W]}
""",
    "latin_hypercube": """
latin_hypercube:
  samples: 3
  parameters:
    - {path: cloud_signal.constant.level, name: signal, range: {from: -90 dBm, to: -55 dBm}}
    - {path: overrides.device_profiles/mi8pro.baseline_power.value, name: baseline,
       range: {from: 0.2 W, to: 2 W, scale: log}}
""",
}


def of_kind(kind, program, folder):
    """A sweep's file, and the folder of what the command line makes of it."""
    file, out = folder / f"{kind}.yaml", folder / f"{kind}_expected"
    file.write_text(BEGIN + KINDS[kind])
    program("sweep", file, "--out", out)
    return file, out


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    file = tmp_path_factory.mktemp("sweep") / "small.yaml"
    file.write_text(TEXT)
    return file


@pytest.fixture(scope="module")
def expected(program, small, tmp_path_factory):
    out = tmp_path_factory.mktemp("command_line")
    program("sweep", small, "--out", out)
    return out


def same_bytes(folder, expected):
    return [name for name in FILES if (folder / name).read_bytes() != (expected / name).read_bytes()] == []


class Counting:
    """Submits to another executor, and counts; fails from the call `broken` on."""

    def __init__(self, executor, broken=10**6):
        self.executor, self.broken, self.calls = executor, broken, 0

    def submit(self, function, /, *arguments):
        self.calls += 1
        if self.calls <= self.broken:
            return self.executor.submit(function, *arguments)
        future = Future()
        future.set_exception(ConnectionError("a worker is gone"))
        return future


def test_threads(small, expected, tmp_path):
    with ThreadPoolExecutor(2) as executor:
        frame = sweep(small, executor=executor, shards=3, out=tmp_path, progress=False)
    assert same_bytes(tmp_path, expected)
    pandas.testing.assert_frame_equal(frame, sweep(small, progress=False), check_exact=True)


def test_processes_and_a_policy_in_python(small, expected, tmp_path):
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as executor:
        frame = sweep(small, executor=executor, shards=2, policies=Frugal(), out=tmp_path, progress=False)
    assert same_bytes(tmp_path, expected)
    pandas.testing.assert_frame_equal(frame, sweep(small, policies=Frugal(), progress=False), check_exact=True)


def test_a_python_policy_stands_at_every_point_in_the_same_world(small):
    """One that decides as edge_best does, the DSP, has its rows but for the name and the oracle's view."""
    frame = sweep(small, policies=[Frugal()], progress=False)
    assert len(frame) == 8 * 2 * 5 and frame.run_id.is_unique
    on_dsp, own = in_the_same_world(frame, ["signal", "co_runner", "baseline"])
    assert on_dsp >= 8
    assert set(own.co_runner) == {"none", "heavy"} and set(own.seed) == {7, 8}


def in_the_same_world(frame, parameters):
    """In how many runs edge_best is on the DSP, where Frugal's are the same but for their names; and Frugal's."""
    points = [*parameters, "replication", "seed"]
    measured = ["energy_mean_mj", "latency_mean_ms", "energy_idle_mj", "gap_to_opt", "share_phone_dsp_int8"]
    own, theirs = ({policy: rows.sort_values(points).reset_index(drop=True) for policy, rows in
                    frame.groupby("policy")}[name] for name in ("Frugal", "edge_best"))
    assert len(own) == len(theirs)
    on_dsp = theirs.share_phone_dsp_int8 == 1
    pandas.testing.assert_frame_equal(own[on_dsp][points + measured], theirs[on_dsp][points + measured],
                                      check_exact=True)
    return on_dsp.sum(), own


@pytest.mark.parametrize("kind", KINDS)
def test_a_python_policy_in_every_kind_of_sweep(kind, program, tmp_path):
    file, expected = of_kind(kind, program, tmp_path)
    with ThreadPoolExecutor(2) as threads:
        frame = sweep(file, executor=threads, shards=2, policies=Frugal(), out=tmp_path / "out", progress=False)
    assert same_bytes(tmp_path / "out", expected)
    on_dsp, own = in_the_same_world(frame, ["signal", "co_runner" if kind == "zip" else "baseline"])
    assert on_dsp >= 2 and len(own) == 3 * 2


def test_resume_runs_only_what_is_missing(small, expected, tmp_path):
    with ThreadPoolExecutor(1) as threads:
        with pytest.raises(ConnectionError, match="a worker is gone"):
            sweep(small, executor=Counting(threads, broken=2), shards=4, out=tmp_path, progress=False)
        with pytest.raises(ValueError, match="resume=True"):
            sweep(small, executor=threads, shards=4, out=tmp_path, progress=False)
        with pytest.raises(ValueError, match="with more than 1 shards"):
            sweep(small, executor=threads, shards=1, out=tmp_path, resume=True, progress=False)
        counting = Counting(threads)
        sweep(small, executor=counting, shards=4, out=tmp_path, resume=True, progress=False)
    assert counting.calls == 2
    assert same_bytes(tmp_path, expected)


def test_another_sweep_is_not_gone_on_with(small, tmp_path):
    with ThreadPoolExecutor(1) as threads:
        sweep(small, executor=threads, shards=2, out=tmp_path / "out", progress=False)
        other = tmp_path / "other.yaml"
        other.write_text(TEXT.replace("seed: 7", "seed: 8"))
        with pytest.raises(ValueError, match="another sweep is there"):
            sweep(other, executor=threads, shards=2, out=tmp_path / "out", resume=True, progress=False)
    sweep(small, out=tmp_path / "alone", progress=False)
    with ThreadPoolExecutor(1) as threads, pytest.raises(ValueError, match="without an executor"):
        sweep(small, executor=threads, out=tmp_path / "alone", resume=True, progress=False)


def test_mistakes_and_exceptions_reach_the_caller(small, tmp_path):
    class Breaks(Policy):
        def decide(self, observation):
            raise LookupError("lost")

    with pytest.raises(LookupError, match="lost"):
        sweep(small, policies=Breaks(), progress=False)
    with pytest.raises(TypeError, match="stand in the sweep's file"):
        sweep(small, policies=["cloud"])
    with pytest.raises(ValueError, match="shards: expected 1 to 1000"):
        sweep(small, shards=0)
    bad = tmp_path / "bad.yaml"
    bad.write_text("name: x")
    with ThreadPoolExecutor(1) as threads, pytest.raises(ValueError, match="scenarios"):
        sweep(bad, executor=threads, progress=False)


def test_files_named_in_a_sweep_are_relative_to_it(tmp_path):
    (tmp_path / "near.csv").write_text("time_s,rssi_dbm\n0,-60\n5,-70\n")
    file = tmp_path / "traced.yaml"
    file.write_text(f"""
name: traced
scenarios: [{ROOT / 'scenarios' / 'quickstart.yaml'}]
set:
  policies: [edge_best]
  "phases[0].inferences": 1
  "phases[1].inferences": 5
  cloud_signal: {{trace: {{file: near.csv, signal_column: rssi_dbm}}}}
grid: [{{path: constraints.accuracy, values: [50, 70]}}]
""")
    frame = sweep(file, policies=Frugal(), progress=False)
    assert list(frame[frame.policy == "Frugal"].accuracy) == [50, 70]
