"""plot(): folders, frames and Results give the same figure; mistakes are told; a notebook stays as it is."""

import subprocess
import sys
import warnings

import numpy as np
import pandas
import pytest
from matplotlib import pyplot as plt
from matplotlib import rcParams

import autoscale_sim
from autoscale_sim import load_results, plot, run, sweep
from autoscale_sim.plots.kinds import KINDS
from conftest import QUICKSTART

SHORT = {"phases[0].inferences": 2, "phases[1].inferences": 20}
POLICIES = ["autoscale", "cloud", "edge_best"]
SWEEP = f"""
name: bounds
scenarios: [{QUICKSTART}]
set: {{policies: [edge_best, cloud], phases: [{{name: test, inferences: 20}}]}}
grid:
  - {{path: constraints.latency, name: bound, range: {{from: 20 ms, to: 80 ms, steps: 3, scale: log}}}}
  - {{path: tails, values: [false, true]}}
replications: 2
"""


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    run(QUICKSTART, POLICIES, settings=SHORT, replications=2, out=folder, requests=True)
    return folder


@pytest.fixture(scope="module")
def sweep_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep")
    (folder / "sweep.yaml").write_text(SWEEP)
    sweep(folder / "sweep.yaml", out=folder / "out")
    return folder / "out"


def quietly(*arguments, **named):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return plot(*arguments, **named)


def shown(figure):
    """Labels, scales, lines and bars of all panels; numbers to what reading a file may change."""
    return [(a.get_title(loc="left"), a.get_xlabel(), a.get_ylabel(), a.get_xscale(),
             [[f"{n:.9g}" for n in np.ravel(line.get_data())] for line in a.lines],
             [f"{patch.get_height():.9g}" for patch in a.patches if hasattr(patch, "get_height")])
            for a in figure.axes]  # fmt: skip


def test_points_are_means_of_the_rows(sweep_folder):
    runs = load_results(sweep_folder).runs
    figure = plot(runs, x="bound", y="latency_mean_ms", facet="tails", where={"policy": "cloud"})
    expected = runs[runs.policy == "cloud"].groupby(["tails", "bound"]).latency_mean_ms.mean()
    for axes, tails in zip(figure.axes, (False, True), strict=True):
        (line,) = axes.lines
        assert line.get_xdata().tolist() == [20, 40, 80]
        assert line.get_ydata() == pytest.approx(expected[tails].to_numpy())
    assert axes.get_xlabel() == "bound (ms)" and figure.axes[0].get_ylabel() == "mean latency (ms)"


@pytest.mark.parametrize("kind", [None, *KINDS])
def test_folder_frame_and_results_give_the_same_figure(kind, run_folder, sweep_folder):
    of_requests = kind in ("cdf", "timeline")
    folder, where = (run_folder, {"policy": POLICIES}) if of_requests else (sweep_folder, ())
    results = load_results(folder)
    rows = results.requests if of_requests else results.runs
    first = shown(quietly(folder, kind, where=where))
    assert first == shown(quietly(results, kind, where=where)) == shown(quietly(rows, kind, where=where))
    assert any(lines or bars for *_, lines, bars in first) or kind in ("heatmap", "best")


def test_frames_of_run_and_sweep_know_their_units(run_folder, sweep_folder):
    frame = run(QUICKSTART, POLICIES, settings=SHORT, replications=2)
    assert shown(plot(frame)) == shown(plot(run_folder))
    assert plot(frame).axes[0].get_ylabel() == "energy per inference (mJ)"
    frame = sweep(sweep_folder.parent / "sweep.yaml")
    kept = quietly(frame[frame.policy == "cloud"])
    assert shown(kept) == shown(quietly(sweep_folder, where="policy=cloud"))
    assert kept.axes[0].get_xscale() == "log"


def test_joined_frames_differ_by_the_column_that_was_added():
    frames = [run(QUICKSTART, ["cloud"], settings={**SHORT, "cloud_signal": {"constant": {"level": f"{dbm} dBm"}}})
              .assign(signal=dbm) for dbm in (-60, -90)]
    joined = pandas.concat(frames)
    figure = quietly(joined, where="policy=cloud")
    assert figure.axes[0].get_xlabel() == "signal"
    drawn = dict(zip(*figure.axes[0].lines[0].get_data()))
    for dbm, rows in joined[joined.policy == "cloud"].groupby("signal"):
        assert drawn[dbm] == pytest.approx(rows.energy_mean_mj.mean())


def test_a_frame_of_files_read_elsewhere_can_be_drawn(run_folder):
    figure = plot(pandas.read_csv(run_folder / "runs.csv"))
    assert figure.axes[0].get_ylabel() == "energy per inference"


def test_what_the_reader_has_to_know_is_a_warning(sweep_folder):
    with pytest.warns(UserWarning, match=r"averaged over tails \(2 values\); where tails=... picks one"):
        plot(sweep_folder, x="bound", facet="none")


@pytest.mark.parametrize("mistake, text", [
    ({"kind": "lines"}, "did you mean 'line'"), ({"x": "bond"}, "did you mean 'bound'(.|\n)*energy_mean_mj"),
    ({"hue": "polcy"}, "did you mean 'policy'"), ({"where": "policy=clout"}, "did you mean 'cloud'"),
    ({"where": {"bond": 20}}, "did you mean 'bound'"), ({"where": "policy"}, "where 'policy' is not of the form"),
    ({"table": "run"}, "did you mean 'runs.csv'"), ({"theme": "drak"}, "did you mean 'dark'"),
    ({"x_scale": "cubic"}, "linear, log"), ({"kind": "timeline"}, "autoscale run --out DIR --requests"),
    ({"facet": "run_id"}, "more than 12; choose some with where"),
])
def test_wrong_names_get_the_right_ones(mistake, text, sweep_folder):
    for results in (sweep_folder, load_results(sweep_folder), load_results(sweep_folder).runs):
        with pytest.raises(ValueError, match=text):
            quietly(results, **mistake)


def test_wrong_things(tmp_path):
    with pytest.raises(ValueError, match="no folder"):
        plot(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="holds no runs.csv"):
        plot(tmp_path)
    with pytest.raises(ValueError, match="the frame of runs.csv has no column 'run_id'"):
        plot(pandas.DataFrame({"policy": ["cloud"]}))
    with pytest.raises(TypeError, match="got int"):
        plot(3)


def test_a_notebook_stays_as_it_is(run_folder):
    before = dict(rcParams)
    figure = plot(run_folder, theme="dark")
    assert plt.get_fignums() == [] and dict(rcParams) == before
    figure.canvas.draw()


def test_without_matplotlib_only_figures_are_missing():
    program = f"""
import sys
sys.modules["matplotlib"] = None
import autoscale_sim
runs = autoscale_sim.run({str(QUICKSTART)!r}, ["cloud"], settings={SHORT!r})
env = autoscale_sim.AutoScaleEnv({str(QUICKSTART)!r}, render_mode="rgb_array")
env.reset(seed=0)
for draw in (lambda: autoscale_sim.plot(runs), env.render):
    try:
        draw()
    except ImportError as error:
        print(error)
"""
    text = subprocess.run([sys.executable, "-c", program], check=True, text=True, capture_output=True,
                          env={"PYTHONPATH": ":".join(sys.path)}).stdout
    assert text.count("pip install 'autoscale_sim[plots]'") == 2


def test_importing_the_package_loads_no_matplotlib():
    program = "import sys, autoscale_sim; assert not [m for m in sys.modules if m.startswith('matplotlib')]"
    subprocess.run([sys.executable, "-c", program], check=True, env={"PYTHONPATH": ":".join(sys.path)})


def test_an_episode_has_a_mark_per_step():
    from matplotlib.figure import Figure
    env = autoscale_sim.AutoScaleEnv(QUICKSTART, render_mode="rgb_array")
    with pytest.raises(ValueError, match="render_mode"):
        autoscale_sim.plot_episode(autoscale_sim.AutoScaleEnv(QUICKSTART), Figure())
    _, info = env.reset(seed=1)
    assert env.render().shape == (600, 800, 3)  # nothing yet
    infos = [env.step(action)[-1] for action in (0, 3, 0, 3, 5)]
    figure = Figure()
    autoscale_sim.plot_episode(env, figure)
    energy, latency, choice = figure.axes
    marks = sorted(xy for line in energy.lines for xy in zip(*line.get_data()))
    assert [x for x, _ in marks] == [1, 2, 3, 4, 5]
    assert [y for _, y in marks] == pytest.approx([1e3 * info["energy_j"] for info in infos])
    assert latency.lines[-1].get_ydata() == pytest.approx([1e3 * env.qos_s] * 5)
    assert sum(len(line.get_xdata()) for line in choice.lines) == 5
