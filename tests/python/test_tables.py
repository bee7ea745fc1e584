"""How results print: units, digits, and the same frame below."""

import pickle

import pandas
import pytest

import autoscale_sim
from autoscale_sim import load_results, run
from autoscale_sim.tables import Table, digits
from conftest import QUICKSTART

SHORT = {"phases[0].inferences": 1, "phases[1].inferences": 20}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("tables")
    run(QUICKSTART, ["edge_best", "cloud"], settings=SHORT, out=out, progress=False)
    return out


@pytest.mark.parametrize("value, text", [
    (0.0, "0"), (0.5, "0.5"), (16.2009, "16.20"), (16.0, "16"), (10000.0, "10000"), (1234567.8, "1234568"),
    (2 / 3, "0.6667"), (-1.00031, "-1.000"), (2.5e-7, "2.5e-07"), (1.23456e10, "1.235e+10"),
    (float("inf"), "inf"),
])
def test_four_digits(value, text):
    assert digits(value) == text


def test_units_stand_below_the_names(folder):
    runs = load_results(folder).runs
    lines = repr(runs[["policy", "energy_mean_mj", "qos_violation_ratio"]]).splitlines()
    assert lines[0].split() == ["policy", "energy_mean_mj", "qos_violation_ratio"]
    assert lines[1].split() == ["(mJ)"]
    html = runs[["policy", "energy_mean_mj"]]._repr_html_()
    assert "<th>energy_mean_mj</th>" in html and "<th>(mJ)</th>" in html
    assert f">{digits(runs.energy_mean_mj[0])}<" in html
    assert "(mJ)" in repr(runs.groupby("policy")[["energy_mean_mj"]].mean())


def test_of_many_columns_the_main_ones_are_shown(folder):
    runs = load_results(folder).runs
    assert len(runs.columns) > 100
    text = repr(runs)
    assert "energy_mean_mj" in text and "share_phone_cpu_fp32" not in text
    assert f"4 rows x {len(runs.columns)} columns" in text
    with pandas.option_context("display.max_columns", 1000):
        assert "share_phone_cpu_fp32" in repr(runs)


def test_long_tables_are_cut(folder):
    runs = load_results(folder).runs[["policy", "energy_mean_mj"]]
    long = pandas.concat([runs] * 50, ignore_index=True)
    assert len(repr(long).splitlines()) < 20 and "200 rows" in repr(long)
    assert long._repr_html_().count("<tr") < 20


def test_data_and_columns_are_those_of_the_file(folder):
    runs = load_results(folder).runs
    plain = pandas.DataFrame(runs)
    assert type(runs) is Table and type(plain) is pandas.DataFrame
    assert runs.to_csv() == plain.to_csv()
    assert list(runs.columns) == (folder / "runs.csv").read_text().splitlines()[0].split(",")
    repr(runs), runs._repr_html_()
    pandas.testing.assert_frame_equal(pandas.DataFrame(runs), plain, check_exact=True)
    again = pickle.loads(pickle.dumps(runs))
    assert repr(again) == repr(runs)


def test_what_is_no_table_of_results_prints_as_pandas_does(folder):
    runs = load_results(folder).runs
    wide = runs.pivot(index="policy", columns="seed", values=["energy_mean_mj"])
    assert repr(wide) == repr(pandas.DataFrame(wide))
    empty = runs[runs.policy == "none"]
    assert repr(empty).startswith("Empty Table")
    own = Table({"a": [0.123456789, None]})
    assert repr(own).splitlines()[1].split() == ["0", "0.1235"]


def test_results_say_what_is_there(folder):
    text = repr(load_results(folder))
    assert text.startswith("results of quickstart") and ".runs" in text and ".failures" not in text


def test_explain_is_a_table():
    assert "energy_mj" in repr(autoscale_sim.explain("mi8pro", "mobilenet_v1"))
