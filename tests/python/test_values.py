"""What Python hands to a scenario arrives there as it is: settings, policies, paths, and labels on their way back."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from autoscale_sim import AutoScaleEnv, AutoScaleVectorEnv, ConfigError, Policy, explain, load_results, run, sweep
from conftest import QUICKSTART, ROOT

SHORT = {"phases": [{"name": "test", "inferences": 3}], "relative_metrics": False, "compare_with_opt": False}
TEXTS = ["a, b: c # d", "x*{ $`y", "line\nbreak", "tab\there", "None", "NA", "nan", "true", "70", "007", "null", "~",
         "- x", "&a *b", "!tag", "%x", "@", "|", "> <", "[1, 2]", "{a: 1}", "'single' \"double\" \\ \\n", "é 中文 שלום 🙂",
         "\x01\x7f\u2028", " blank ", "$HOME ${HOME} `id`", "a=b"]


class Cheapest(Policy):
    def decide(self, observation):
        return self.context.legal[observation.dnn][0]


def scenario_of(tmp_path, *policies, **settings):
    """The resolved scenario of a run, and what runs.csv calls it."""
    frame = run(QUICKSTART, *policies, settings={**SHORT, **settings}, out=tmp_path)
    return load_results(tmp_path).manifest["scenario"], frame


@pytest.mark.parametrize("text", TEXTS)
def test_text_arrives_as_it_is_and_comes_back(text, tmp_path):
    scenario, frame = scenario_of(tmp_path, "cloud", name=text)
    assert scenario["name"] == text
    assert list(frame.scenario) == list(load_results(tmp_path).runs.scenario) == [text]


def test_numbers_truths_and_lists_of_numpy(tmp_path):
    settings = {"constraints.accuracy": np.float64(50.5), "replications": np.int64(2), "tails": np.bool_(False),
                "noise": True, "dnns": np.array(["resnet_50_v1", "mobilenet_v1"]), "seed": np.uint32(7),
                "devices": ({"profile": np.str_("mi8pro"), "count": np.array(2)},)}
    scenario, frame = scenario_of(tmp_path, "cloud", **settings)
    assert scenario["constraints"]["accuracy"] == 50.5
    assert (scenario["tails"], scenario["seed"], scenario["replications"]) == (False, 7, 2)
    assert scenario["dnns"] == ["resnet_50_v1", "mobilenet_v1"] and scenario["devices"][0]["count"] == 2
    assert list(frame.seed) == [7, 8]


def test_none_is_nothing():
    frames = [run(QUICKSTART, "cloud", settings={**SHORT, **more}) for more in ({}, {"cloud_signal": None})]
    assert frames[0].equals(frames[1])
    with pytest.raises(ConfigError, match="got nothing"):
        run(QUICKSTART, "cloud", settings={**SHORT, "devices": None})


@pytest.mark.parametrize("value, error, text", [
    ("70", ConfigError, "expected a number, got '70' in quotes"), (float("nan"), ConfigError, "expected a number"),
    ({1, 2}, TypeError, "got set"), (b"x", TypeError, "got bytes"), (object(), TypeError, "got object"),
    ({None: 1}, TypeError, "key of a dictionary"), ([{"a": 1j}], TypeError, "got complex"),
])
def test_what_no_scenario_holds_is_told(value, error, text):
    with pytest.raises(error, match=text):
        run(QUICKSTART, "cloud", settings={**SHORT, "constraints.accuracy": value})


def test_a_path_of_settings_is_text_without_an_equals_sign():
    with pytest.raises(ValueError, match="a path has no '='"):
        run(QUICKSTART, settings={"a=b": 1})
    with pytest.raises(TypeError, match="expected a path"):
        run(QUICKSTART, settings={1: 1})


def test_policies_with_parameters(tmp_path):
    policies = [{"autoscale": {"epsilon": np.float64(0.25)}, "label": "bold"}, Cheapest(), "autoscale", {"cloud": {}}]
    scenario, frame = scenario_of(tmp_path, policies)
    assert list(frame.policy) == ["bold", "Cheapest", "autoscale", "cloud"]
    given = {item.get("label", next(iter(item))): item for item in scenario["policies"]}
    assert given["bold"]["autoscale"]["epsilon"] == 0.25
    assert given["autoscale"]["autoscale"]["epsilon"] != 0.25
    file = tmp_path / "same.yaml"
    file.write_text(json.dumps({"include": str(QUICKSTART), **SHORT, "policies": [policies[0]]}))
    assert run(file).equals(run(QUICKSTART, policies[0], settings=SHORT))


def test_a_name_alone_keeps_the_parameters_of_the_scenario(tmp_path):
    listed = {"policies": [{"autoscale": {"epsilon": 0.75}}, "cloud"]}
    scenario, _ = scenario_of(tmp_path, ["autoscale"], **listed)
    assert scenario["policies"][0]["autoscale"]["epsilon"] == 0.75


@pytest.mark.parametrize("policies, error, text", [
    ({"autoscale": {"epsilonn": 1}}, ConfigError, "did you mean 'epsilon'"),
    ({"autoscal": {}}, ConfigError, "did you mean 'autoscale'"),
    ({"autoscale": {}, "cloud": {}}, ValueError, "{name: {parameter: value}}"),
    ({}, ValueError, "perhaps with a label"),
    ({"autoscale": {}, "label": 3}, ValueError, "label that is text"), ([3], TypeError, "parameter: value"),
    (["cloud", {"cloud": {}}], ValueError, "is given twice"),
    ({"autoscale": {}, "label": "a b"}, ConfigError, "label: expected letters"),
])
def test_mistakes_in_policies(policies, error, text):
    with pytest.raises(error, match=text):
        run(QUICKSTART, policies, settings=SHORT)


def test_labels_that_look_missing_stay_text(tmp_path):
    labels = ["None", "NA", "nan", "007", "7"]
    policies = [{"autoscale": {}, "label": label} for label in labels]
    assert list(run(QUICKSTART, policies, settings=SHORT).policy) == labels
    file = tmp_path / "sweep.yaml"
    file.write_text(json.dumps({
        "name": "labels", "scenarios": [str(QUICKSTART)], "set": {**SHORT, "policies": ["cloud"]},
        "grid": [{"path": "environment", "name": "beside", "values": ["S1", "S2", "D2"],
                  "labels": ["None", "nan", "NA"]}]}))
    frame = sweep(file, out=tmp_path / "out")
    assert set(frame.groupby("beside").groups) == {"None", "nan", "NA"}
    results = load_results(str(tmp_path / "out"))
    for name in ("runs", "summary"):
        assert set(getattr(results, name)["beside"]) == {"None", "nan", "NA"}


@pytest.fixture
def phone(tmp_path, monkeypatch):
    """A profile in the working directory, which is not that of the scenario."""
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "phone.yaml").write_text(
        f"include: {ROOT / 'device_profiles/mi8pro.yaml'}\n"
        "latency_from: {device: mi8pro, factor: {value: 1, derived: the same}}\n")
    monkeypatch.chdir(tmp_path / "here")
    return Path("phone.yaml")


def test_paths_are_relative_to_the_working_directory(phone):
    for device in (phone, str(phone), "./phone.yaml", "../here/phone.yaml", phone.resolve(), os.path.abspath(phone)):
        assert AutoScaleEnv(QUICKSTART, device).phone == "phone", device
        assert len(explain(device, "mobilenet_v1")) > 0
    assert AutoScaleVectorEnv(2, QUICKSTART, phone).phone == "phone"
    assert AutoScaleEnv(QUICKSTART, settings={"devices": [{"profile": phone}]}).phone == "phone"
    assert list(run("quickstart", "cloud", settings={**SHORT, "devices": [{"profile": phone}]}).device) == ["phone"]


def test_a_file_that_is_not_there_is_named_where_it_was_looked_for(phone):
    with pytest.raises(ConfigError, match="no file"):
        AutoScaleEnv(QUICKSTART, "quickstart.yaml")  # beside the scenario there is one


def test_every_argument_that_is_a_place_takes_a_path(phone, tmp_path):
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(json.dumps({"include": str(QUICKSTART), **SHORT}))
    os.chdir(tmp_path)
    out = Path("out")
    frame = run(Path("scenario.yaml"), "cloud", out=out, data=Path(ROOT))
    assert load_results(out).runs.equals(frame)
    link = ROOT / "device_profiles/links/wifi.yaml"
    use_case = ROOT / "workloads/use_cases/non_streaming.yaml"
    expected = explain("mi8pro", "mobilenet_v1", use_case="non_streaming")
    assert explain("mi8pro", "mobilenet_v1", use_case=use_case, cloud_link=link).equals(expected)
    walk = tmp_path / "walk.csv"
    walk.write_text("time_s,rssi_dbm\n" + "".join(f"{t},{-50 - t % 40}\n" for t in range(0, 200, 5)))
    signal = {"cloud_signal": {"trace": {"file": Path("walk.csv"), "signal_column": "rssi_dbm"}}}
    assert len(run("quickstart", "cloud", settings={**SHORT, **signal})) == 1


def test_parameters_of_a_policy_in_an_environment():
    env = AutoScaleEnv(QUICKSTART)
    env.reset(seed=1)
    assert env.make_policy("autoscale", epsilon=np.float32(0.5)).name == "autoscale"
    with pytest.raises(ValueError, match="epsilon"):
        env.make_policy("autoscale", epsilon="0.5")
