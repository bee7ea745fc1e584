"""run, explain and load_results, and policies written in Python."""

import io

import pandas
import pytest

import autoscale_sim
from autoscale_sim import ConfigError, Policy, PolicyError, explain, load_results, run, sweep
from autoscale_sim.plots.tables import EXACT
from conftest import QUICKSTART, ROOT


class FirstLegal(Policy):
    def decide(self, observation):
        return self.context.legal[observation.dnn][0]


class Tabular(Policy):
    """Q-learning with one table; a mean of what each action brought."""
    learns = deliberates = True

    def start(self, context):
        super().start(context)
        self.table = {}

    def decide(self, observation):
        state = self.context.state(observation)
        legal = self.context.legal[observation.dnn]
        values = self.table.setdefault(state, dict.fromkeys(legal, 0.0))
        return max(legal, key=lambda a: (values[a], -a))

    def learn(self, observation, next_observation, outcome):
        self.table[self.context.state(observation)][outcome["action"]] = outcome["reward"]


def test_run_is_what_the_program_writes(program, tmp_path):
    program("run", "scenarios/quickstart.yaml", "--seed", 5, "--out", tmp_path)
    expected = pandas.read_csv(tmp_path / "runs.csv", **EXACT)
    pandas.testing.assert_frame_equal(run(QUICKSTART, seed=5), expected, check_exact=True)


def test_files_are_the_same_bytes(program, tmp_path):
    program("run", "scenarios/quickstart.yaml", "--out", tmp_path / "a", "--requests")
    run(QUICKSTART, out=tmp_path / "b", requests=True, jobs=2)
    for name in ("runs.csv", "breakdown.csv", "learning.csv", "requests.csv", "columns.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
    results = load_results(tmp_path / "b")
    assert len(results.requests) == 1000 * len(results.runs)
    assert results.manifest["scenario"]["name"] == "quickstart"


def test_python_policies_stand_beside_the_simulators():
    frame = run(QUICKSTART, policies=["edge_best", FirstLegal(), Tabular, "cloud"], jobs=2, replications=2)
    assert list(frame.policy[:6]) == ["edge_best", "FirstLegal", "Tabular", "cloud", "edge_cpu_fp32", "opt"]
    mean = frame.groupby("policy").energy_mean_mj.mean()
    assert mean["Tabular"] == pytest.approx(mean["edge_best"], rel=0.05)
    explained = explain("mi8pro", "mobilenet_v1")
    assert mean["FirstLegal"] == pytest.approx(explained.energy_mj[0], rel=0.01)


def test_residual_learns_what_its_model_errs_by():
    """After 50 inferences it is nearer to Opt than the planner with the same wrong model."""
    error = {"latency": 0.3, "power": 0.2, "link_rate": 0.3, "rtt": 0.5, "contention": 0.3}
    frame = run("paper/studies/few_inferences", policies=["residual", "greedy_energy"],
                settings={"planner_model": {"error": error}}, replications=2)  # fmt: skip
    gap = frame.groupby("policy").gap_expected.mean()
    assert gap["residual"] < 0.02 < gap["greedy_energy"]


def test_python_policies_are_reproducible():
    frames = [run("paper/D3_non_streaming", policies=[Tabular()], jobs=jobs,
                  settings={"phases[0].inferences": 2, "phases[1].inferences": 5}) for jobs in (1, 2)]
    pandas.testing.assert_frame_equal(*frames, check_exact=True)


def test_an_exception_of_a_policy_reaches_the_caller(tmp_path):
    class Breaks(Policy):
        def decide(self, observation):
            if observation.request == 6403:
                raise LookupError("lost")
            return 0

    for jobs in (1, 2):
        with pytest.raises(LookupError, match="lost"):
            run(QUICKSTART, policies=[Breaks(), "cloud"], jobs=jobs, out=tmp_path, requests=True)
    assert list(tmp_path.iterdir()) == []
    assert len(run(QUICKSTART, policies=["cloud"])) == 3


@pytest.mark.parametrize("answer, error, text", [
    (10**6, PolicyError, "no action 1000000"), (-1, PolicyError, "no action -1"),
    (9999, PolicyError, "illegal action 9999"),
    (None, TypeError, "expected a whole number"), ("0", TypeError, "expected a whole number"),
])
def test_an_illegal_decision_is_told(answer, error, text):
    class Answers(Policy):
        def decide(self, observation):
            return answer

    with pytest.raises(error, match=text):
        run(QUICKSTART, policies=[Answers()])


def test_mistakes_are_told(tmp_path):
    with pytest.raises(ConfigError, match="did you mean 'autoscale'"):
        run(QUICKSTART, policies=["autoscal"])
    with pytest.raises(ValueError, match="is given twice"):
        run(QUICKSTART, policies=[FirstLegal(), FirstLegal()])
    with pytest.raises(TypeError, match="instances of autoscale_sim.Policy"):
        run(QUICKSTART, policies=[3])
    with pytest.raises(ValueError, match="need out"):
        run(QUICKSTART, requests=True)
    with pytest.raises(ConfigError, match="no scenario"):
        run("no_such")
    with pytest.raises(FileNotFoundError, match="no runs.csv"):
        load_results(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError):
        run(QUICKSTART, out=tmp_path / "file")
    many = ROOT / "tests" / "config_errors" / "cases" / "14_many_mistakes.yaml"
    with pytest.raises(ConfigError) as caught:
        run(many)
    expected = many.with_suffix(".expected").read_text().splitlines()
    told = [f"{line}:{column}" for _, line, column, _ in caught.value.mistakes]
    assert told == [":".join(text.split(":")[1:3]) for text in expected]


def test_explain_is_what_the_program_prints(program):
    text = program("explain", "--device", "moto_x_force", "--dnn", "resnet_50_v1", "--link",
                   "wifi=-85dBm", "--co-cpu", 0.9, "--csv")
    expected = pandas.read_csv(io.StringIO(text), **EXACT)
    frame = explain("moto_x_force", "resnet_50_v1", links={"wifi": -85}, co_cpu=0.9)
    pandas.testing.assert_frame_equal(frame, expected, check_exact=True)
    with pytest.raises(ConfigError, match="mobilenet_v1"):
        explain("mi8pro", "mobilenet_v9")
    with pytest.raises(ValueError, match="0 to 1"):
        explain("mi8pro", "mobilenet_v1", co_cpu=2)
    with pytest.raises(ValueError, match="unknown name 'none'"):
        explain("mi8pro", "mobilenet_v1", accounting="none")


def test_a_sweep_is_what_the_program_writes(program, tmp_path):
    file = tmp_path / "sweep.yaml"
    file.write_text(f"""
name: accuracy
scenarios: [{QUICKSTART}]
set: {{policies: [cloud, edge_best], "phases[0].inferences": 1, "phases[1].inferences": 20}}
grid: [{{path: constraints.accuracy, values: [50, 70]}}]
replications: 2
""")
    program("sweep", file, "--out", tmp_path / "a")
    frame = sweep(file, jobs=2, out=tmp_path / "b")
    for name in ("runs.csv", "summary.csv", "columns.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
    assert len(frame) == 2 * 2 * 4
    results = load_results(tmp_path / "b")
    assert len(results.failures) == 0 and results.breakdown is None
    pandas.testing.assert_frame_equal(sweep(file), frame, check_exact=True)
    with pytest.raises(ValueError, match="is not empty|resume"):
        sweep(file, out=tmp_path / "b")
    file.write_text("name: x")
    with pytest.raises(ConfigError):
        sweep(file)


def test_errors_can_be_pickled():
    import pickle
    with pytest.raises(ConfigError) as caught:
        run(ROOT / "tests" / "config_errors" / "cases" / "14_many_mistakes.yaml")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.file, again.line, again.mistakes) == (caught.value.file, caught.value.line, caught.value.mistakes)
    assert isinstance(again, autoscale_sim.ConfigError)


def test_gaps_of_a_trace_are_a_warning(tmp_path):
    trace = tmp_path / "trace.csv"
    trace.write_text("time_s,rssi_dbm\n0,-60\n1,0\n2,-61\n3,-62\n")
    settings = {"cloud_signal": {"trace": {"file": str(trace), "signal_column": "rssi_dbm"}}}
    with pytest.warns(UserWarning, match=r"1 of 4 rows \(25.0 %\) have no value"):
        run(QUICKSTART, policies=["cloud"], settings=settings)
