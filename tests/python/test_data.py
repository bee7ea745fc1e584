"""Folders of the user's own: the keyword `data` and the environment variable AUTOSCALE_DATA."""

import os

import pytest

from autoscale_sim import AutoScaleEnv, AutoScaleVectorEnv, ConfigError, explain, run, sweep
from conftest import ROOT


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a phone that is a Mi 8 Pro by another name, and a scenario of it."""
    monkeypatch.delenv("AUTOSCALE_DATA", raising=False)
    profiles, scenarios = tmp_path / "device_profiles", tmp_path / "scenarios"
    profiles.mkdir()
    scenarios.mkdir()
    (profiles / "my_phone.yaml").write_text("include: device_profiles/mi8pro.yaml\nname: My Phone\n")
    rows = (ROOT / "workloads" / "latency.csv").read_text().splitlines()
    header = next(row for row in rows if row.startswith("device,"))
    own = [row.replace("mi8pro", "my_phone", 1) for row in rows if row.startswith("mi8pro,")]
    (profiles / "my_phone.latency.csv").write_text("\n".join([header, *own]) + "\n")
    (scenarios / "mine.yaml").write_text(
        "name: mine\ndevices: [{profile: my_phone}]\ndnns: [mobilenet_v1]\npolicies: [edge_best]\n"
        "phases: [{name: test, inferences: 5}]\n")
    (scenarios / "both.yaml").write_text(
        "name: both\nscenarios: [mine.yaml]\ngrid: [{path: constraints.accuracy, name: accuracy, values: [50, 60]}]\n")
    return tmp_path


def test_every_function_takes_data(folder):
    frame = run("mine", data=folder)
    assert "my_phone" in set(frame["device"])
    assert len(sweep("both", data=[folder])) > 0
    assert explain("my_phone", "mobilenet_v1", data=[folder]).equals(
        explain("mi8pro", "mobilenet_v1"))
    assert AutoScaleEnv("mine", data=folder).phone == "my_phone"
    assert AutoScaleEnv(phone="my_phone", data=[folder]).phone == "my_phone"
    assert AutoScaleVectorEnv(2, "mine", data=[str(folder)]).phone == "my_phone"


def test_the_environment_variable_is_searched_too(folder, monkeypatch):
    expected = run("mine", data=folder)
    monkeypatch.setenv("AUTOSCALE_DATA", f":{folder}:")
    assert run("mine").equals(expected)
    assert run("mine", data=folder).equals(expected)  # the same folder twice is one
    monkeypatch.setenv("AUTOSCALE_DATA", os.pathsep.join([str(folder), str(ROOT)]))
    assert run("mine").equals(expected)


def test_mistakes_name_the_folders(folder):
    with pytest.raises(ConfigError, match=f"no scenario 'none'.*'{folder}'"):
        run("none", data=folder)
    with pytest.raises(OSError, match="data folder /nonexistent: no device_profiles/"):
        run("mine", data=["/nonexistent"])
    (folder / "device_profiles" / "mi8pro.yaml").write_text("include: mi8pro.yaml\n")
    with pytest.raises(ConfigError, match=f"two data folders have this name: '{folder}"):
        explain("mi8pro", "mobilenet_v1", data=folder)
