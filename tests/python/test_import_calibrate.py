"""autoscale calibrate: known parameters come back from made-up requests, within their intervals at about their rate;
what requests cannot tell is said; what is odd is refused with its place."""

import math
import shutil

import numpy as np
import pytest
import yaml

from autoscale_sim.importers import calibrate, command, design, parameters, profile, simulator
from autoscale_sim.importers.text import InputError

GRID = [("phone_cpu_fp32", mhz, cpu, mem) for mhz, cpu, mem in (
    (2803.2, 0, 0), (2803.2, 0.4, 0), (2803.2, 0.8, 0), (2803.2, 0, 0.5), (2803.2, 0, 0.9), (1459.2, 0, 0),
    (902.4, 0, 0.6), (1459.2, 0.7, 0))]
TRUTH = {"contention.cpu": 0.35, "contention.memory": 1.7, "cpu.latency_factor": 1.2, "cpu.ridge_factor": 1.6,
         "cpu.power_factor": 0.8, "baseline_power": 0.7}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    simulator.program()  # says how to get it
    return profile.open_profile(tmp_path_factory.mktemp("base") / "mine.yaml", base="mi8pro")


@pytest.fixture(scope="module")
def model(base):
    return simulator.Simulator(base)


def requests_of(grid, latency, energy, dnn="mobilenet_v1"):
    return [calibrate.Request(simulator.Conditions(dnn, cpu, mem), *target.split("_"), mhz, float(ms), float(mj))
            for (target, mhz, cpu, mem), ms, mj in zip(grid, latency, energy)]


def of_names(base, names):
    found = {p.name: p for p in parameters.parameters_of(base, ["cpu", "gpu"], {"cloud": "wifi"})}
    return [found[name] for name in names]


def true_figures(base, model, grid, truth=TRUTH):
    """What the model says of a grid with true parameters: latency in ms, energy in mJ."""
    wanted = of_names(base, truth)
    exact = calibrate.Model(model, requests_of(grid, np.ones(len(grid)), np.ones(len(grid))))
    return np.exp(exact.log_figures(wanted, [[p.scaled(v) for p, v in zip(wanted, truth.values())]])[0])


def test_exact_requests_give_the_truth(base, model):
    latency, energy = true_figures(base, model, GRID)
    found = calibrate.calibrate(model, requests_of(GRID, latency, energy), of_names(base, TRUTH))
    assert not found.held
    for estimate in found.estimates:
        assert estimate.value == pytest.approx(TRUTH[estimate.parameter.name], rel=1e-4)
    assert all(abs(math.log(r.measured / r.fitted)) < 1e-4 for r in found.residuals)
    assert max(abs(math.log(r.measured / r.before)) for r in found.residuals) > 0.1


def test_true_values_lie_in_their_intervals_at_the_nominal_rate(base, model, monkeypatch):
    """With the simulator's Jacobian at the truth in place of the simulator, which makes a hundred fits quick."""
    names = list(TRUTH)
    wanted = of_names(base, names)
    latency, energy = true_figures(base, model, GRID)
    true = np.array([p.scaled(v) for p, v in zip(wanted, TRUTH.values())])
    slopes = calibrate.Model(model, requests_of(GRID, latency, energy)).jacobian(wanted, true)
    exact = np.log([latency, energy]).ravel()

    class Linear:
        def __init__(self, *_):
            pass

        def log_figures(self, free, points):
            columns = [names.index(p.name) for p in free]
            moved = [exact + slopes[:, columns] @ (x - true[columns]) for x in np.array(points)]
            return np.reshape(moved, (len(moved), 2, -1))

        def jacobian(self, free, _):
            return slopes[:, [names.index(p.name) for p in free]]

    monkeypatch.setattr(calibrate, "Model", Linear)
    generator, hits, noise = np.random.default_rng(3), [], []
    for _ in range(100):
        noisy = [figure * generator.lognormal(0, sd, len(GRID)) for figure, sd in ((latency, 0.01), (energy, 0.03))]
        found = calibrate.calibrate(model, requests_of(GRID, *noisy), wanted)
        assert not found.held
        hits += [e.low <= TRUTH[e.parameter.name] <= e.high for e in found.estimates]
        noise.append([found.noise["phone latency"], found.noise["phone energy"]])
    # 600 intervals of 100 independent fits: 95 % with a deviation of at most 2.2 %, that of 100 independent intervals.
    assert len(hits) == 600 and 0.90 <= np.mean(hits) <= 0.99
    # Each of 5 degrees of freedom: the mean of 100 variances has a deviation of 6 %.
    assert np.mean(np.square(noise), axis=0) == pytest.approx([0.01**2, 0.03**2], rel=0.2)


def test_noisy_requests_give_the_truth_through_the_simulator(base, model):
    latency, energy = true_figures(base, model, GRID)
    generator = np.random.default_rng(4)
    noisy = [figure * generator.lognormal(0, 0.01, len(GRID)) for figure in (latency, energy)]
    found = calibrate.calibrate(model, requests_of(GRID, *noisy), of_names(base, TRUTH))
    for e in found.estimates:
        scaled, half = e.parameter.scaled, (e.parameter.scaled(e.high) - e.parameter.scaled(e.low)) / 2
        assert abs(scaled(e.value) - scaled(TRUTH[e.parameter.name])) < 2 * half  # 4 deviations
        assert half < e.parameter.plausible


def test_an_outlier_moves_a_robust_fit_less(base, model):
    truth = {name: TRUTH[name] for name in ("contention.cpu", "contention.memory", "cpu.latency_factor")}
    latency, energy = true_figures(base, model, GRID, truth)
    generator = np.random.default_rng(5)
    latency, energy = (figure * generator.lognormal(0, 0.01, len(GRID)) for figure in (latency, energy))
    latency[1] *= 1.5
    wanted = of_names(base, truth)
    wrong = [abs(calibrate.calibrate(model, requests_of(GRID, latency, energy), wanted, robust).values()[0] - 0.35)
             for robust in (False, True)]
    assert wrong[1] < 0.5 * wrong[0]


def test_what_requests_cannot_tell_keeps_the_base(base, model):
    """At one clock, alone: latency is one number, so of latency, ridge and overhead one is left, and contention is not
    seen; nor is power told from the baseline."""
    grid = [("phone_cpu_fp32", 2803.2, 0, 0)] * 5
    latency, energy = true_figures(base, model, grid)
    ways = np.array([0.99, 1.0, 1.01, 1.005, 0.995])
    found = calibrate.calibrate(model, requests_of(grid, latency * ways, energy * ways),
                                parameters.parameters_of(base, ["cpu"], {}))
    held = {h.parameter.name: h.why for h in found.held}
    assert held["contention.cpu"] == held["contention.memory"] == "no request depends on it"
    assert held.keys() >= {"cpu.ridge_factor", "contention.stall_power"}
    assert len(held.keys() & {"baseline_power", "cpu.power_factor"}) == 1
    assert any("cannot tell it from" in why for why in held.values())
    kept = {e.parameter.name: e.value for e in found.estimates}
    assert kept["cpu.latency_factor"] == pytest.approx(1.2, rel=0.02)
    wanted = parameters.parameters_of(base, ["cpu"], {})
    best = design.suggestions(model, requests_of(grid, latency * ways, energy * ways), wanted, found)[0]
    assert best.keeps < 0.7 and best.gain > 0
    if best.parameter.name.startswith("contention.c"):
        assert best.request.conditions.co_cpu > 0


def test_remote_requests_tell_rate_and_round_trip(base, model):
    truth = {"link.wifi.rate_factor": 0.5, "link.wifi.rtt_factor": 2.0}
    wanted = of_names(base, truth)
    shape = [calibrate.Request(simulator.Conditions("mobilenet_v1", cloud_dbm=dbm, warm=True), "cloud", "gpu", "fp32",
                               None, 1.0, math.nan) for dbm in (-55.0, -65.0, -75.0, -85.0)]
    figures = np.exp(calibrate.Model(model, shape).log_figures(wanted, [np.log(list(truth.values()))])[0])
    measured = [calibrate.Request(r.conditions, r.site, r.processor, r.precision, None, float(ms), math.nan)
                for r, ms in zip(shape, figures[0])]
    found = calibrate.calibrate(model, measured, wanted)
    assert [e.value for e in found.estimates] == pytest.approx([0.5, 2.0], rel=1e-3)


HEADER = "dnn,site,processor,precision,frequency_mhz,co_cpu,co_mem,signal_dbm,latency_ms,energy_mj\n"
GOOD = "".join(f"mobilenet_v1,phone,cpu,fp32,{mhz},{cpu},0,,{ms},{mj}\n" for mhz, cpu, ms, mj in (
    (2803.2, 0, 30, 150), (2803.2, 0.8, 46, 160), (902.4, 0, 44, 75), (1459.2, 0, 35, 90)))


@pytest.mark.parametrize("text, words", [
    ("", "is empty"), (HEADER, "no rows"), ("dnn,site\na,phone\n", "no column processor, precision"),
    (HEADER + GOOD.replace("phone", "moon", 1), ":2: error: site: unknown 'moon'"),
    (HEADER + GOOD.replace("fp32", "fp64", 1), ":2: error: the phone has no target phone_cpu_fp64"),
    (HEADER + GOOD.replace("902.4", "950"), ":4: error: the phone has no target phone_cpu_fp32 at 950 MHz"),
    (HEADER + GOOD.replace("mobilenet_v1", "no_net", 1), "unknown DNN 'no_net'"),
    (HEADER + GOOD.replace(",46,160", ",,"), ":3: error: neither latency_ms nor energy_mj"),
    (HEADER + GOOD.replace(",0.8,", ",1.8,"), ":3: error: co_cpu: expected 0 to 1, got 1.8"),
    (HEADER + GOOD.replace(",30,", ",nan,"), ":2: error: latency_ms: expected a finite number"),
    (HEADER + GOOD.replace(",30,", ",-1,"), ":2: error: latency_ms: expected 1e-06"),
    (HEADER.replace("co_cpu", "load") + GOOD, ":1: error: unknown column load"),
    (HEADER + GOOD.split("\n")[0] + "\n", "measure more")])
def test_odd_requests_are_refused(tmp_path, capsys, text, words):
    file = tmp_path / "requests.csv"
    file.write_text(text)
    assert command.main(["calibrate", str(file), "--base", "mi8pro", "--into", str(tmp_path / "mine.yaml")]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "mine.yaml").exists()


def test_the_command_writes_a_profile_that_runs(tmp_path, capsys, base, model, program):
    latency, energy = true_figures(base, model, GRID)
    rows = [f"mobilenet_v1,{t.replace('_', ',')},{mhz},{cpu},{mem},,{ms},{mj}"
            for (t, mhz, cpu, mem), ms, mj in zip(GRID, latency, energy)]
    file, into = tmp_path / "requests.csv", tmp_path / "mine.yaml"
    file.write_text(HEADER + "\n".join(rows) + "\n")
    words = ["calibrate", str(file), "--base", "mi8pro", "--into", str(into), "--fit", "contention.*", "--fit", "cpu.*",
             "--fit", "baseline_power", "--hold", "cpu.overhead", "--residuals", str(tmp_path / "residuals.csv")]
    assert command.main(words) == 0
    said = capsys.readouterr().out
    assert "contention.cpu" in said and "Measure next" in said
    written = yaml.safe_load(into.read_text())
    assert written["include"] == "device_profiles/mi8pro.yaml" and written["latency_from"]["device"] == "mi8pro"
    assert written["contention"]["cpu"]["value"] == pytest.approx(0.35, rel=1e-3)
    assert "8 requests of requests.csv" in written["contention"]["cpu"]["measured"]
    assert len((tmp_path / "residuals.csv").read_text().splitlines()) == 1 + 16
    says = program("explain", "--device", into, "--dnn", "mobilenet_v1", "--co-cpu", "0.8", "--csv")
    top = next(line for line in says.splitlines() if ",phone_cpu_fp32@22," in line).split(",")
    assert float(top[8]) == pytest.approx(latency[2], rel=1e-3)
    assert command.main(words[:2] + ["--into", str(into), "--fit", "gpu.*"]) == 2
    assert "'gpu.*' is no parameter here" in capsys.readouterr().err


def test_latencies_of_its_own_come_along(tmp_path, model):
    """A profile outside any data folder, with a table beside it."""
    into = tmp_path / "mine.yaml"
    profile.save(profile.with_own_latencies(profile.open_profile(into, base="mi8pro")))
    (tmp_path / "mine.latency.csv").write_text("device,dnn,processor,precision,latency_ms\n"
                                               "mine,mobilenet_v1,cpu,fp32,50\n")
    own = simulator.Simulator(profile.open_profile(into))
    says = own.predict([parameters.variant([], [])], [simulator.Conditions("mobilenet_v1")])
    assert says.latency_ms[0, 0, says.action("phone_cpu_fp32", None)] == pytest.approx(50)
    with pytest.raises(InputError, match="not built"):
        simulator_without_program()


def simulator_without_program():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOSCALE_PROGRAM", "/no/such/program")
        patch.setattr(shutil, "which", lambda name: None)
        simulator.program()
