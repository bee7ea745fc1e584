"""The phone of docs/measuring_a_phone.md: its logs are what its program writes, and importers find the truth."""

import importlib.util

import pytest

from autoscale_sim.importers import latency, power, power_logs, power_profile, profile
from conftest import ROOT

FOLDER = ROOT / "docs/examples/phone"


@pytest.fixture(scope="module")
def make_logs():
    spec = importlib.util.spec_from_file_location("make_logs", FOLDER / "make_logs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_logs_are_those_of_the_program(make_logs, tmp_path, capsys, program):
    make_logs.main(tmp_path)
    names = sorted(f.name for f in FOLDER.iterdir() if f.suffix in (".txt", ".csv", ".xml"))
    assert names == sorted(f.name for f in tmp_path.iterdir()) and len(names) == 7
    for name in names:
        assert (tmp_path / name).read_text() == (FOLDER / name).read_text(), name
    assert "fabula_5.yaml: baseline_power" in capsys.readouterr().out


def test_the_importers_find_the_truth(make_logs, tmp_path):
    energy = power_logs.read(FOLDER / "monsoon.csv")
    powers = {p.label: p for p in power.measure(energy, power.read_activities(FOLDER / "activities.csv"))}
    assert powers["idle"].total.value == pytest.approx(make_logs.IDLE_W, abs=powers["idle"].total.half_width)
    true = {f"cpu@{f:g}": make_logs.cpu_w(f) for f in (940.8, 1632.0, 2457.6)}
    true |= {f"gpu@{f:g}": make_logs.gpu_w(f) for f in (355.0, 650.0)}
    for label, watts in true.items():
        found = powers[label].above_idle
        assert found.value == pytest.approx(watts, abs=1.5 * found.half_width) and found.half_width < 0.1 * watts
    runs = [r for kind in ("cpu", "gpu") for r in latency.read(FOLDER / f"benchmark_{kind}.txt")]
    for row in latency.summed_up(latency.completed(runs, known=latency.known_dnns())):
        ms = make_logs.LATENCY_MS[row.dnn, row.processor]
        assert row.mean.value == pytest.approx(ms, abs=1.5 * row.mean.half_width) and len(row.runs) == 3
    vendor = power_profile.cpu(power_profile.read(FOLDER / "power_profile.xml"), 3.85)
    assert vendor["power"]["values"] == pytest.approx([1.25 * make_logs.cpu_w(f) for f in make_logs.CPU_MHZ], rel=0.01)
    assert make_logs.imported(FOLDER, tmp_path).file.is_file()
    clocks = profile.open_profile(tmp_path / "fabula_5.yaml").processor("gpu")["frequency"]["values"]
    assert clocks == list(make_logs.GPU_MHZ)
