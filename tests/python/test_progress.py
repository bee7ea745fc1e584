"""A bar where tqdm is installed and wanted, nothing otherwise."""

import importlib.util
import sys
import types

import pytest

from autoscale_sim import _core, progress, run, sweep
from conftest import QUICKSTART

SHORT = {"phases[0].inferences": 1, "phases[1].inferences": 20}


class Bar:
    """Stands in for tqdm.auto.tqdm."""

    made = []

    def __init__(self, desc, bar_format, total):
        self.desc, self.total, self.n, self.seen = desc, total, 0, []
        Bar.made.append(self)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.closed = True

    def reset(self, total):
        self.n, self.total = 0, total

    def update(self, more):
        self.n += more
        self.seen.append(self.n / self.total)


@pytest.fixture
def bars(monkeypatch):
    auto = types.ModuleType("tqdm.auto")
    auto.tqdm = Bar
    monkeypatch.setitem(sys.modules, "tqdm.auto", auto)
    monkeypatch.setitem(sys.modules, "tqdm", types.ModuleType("tqdm"))
    monkeypatch.setattr(progress, "find_spec", lambda name: object())
    Bar.made = []
    return Bar.made


def test_a_run_ends_at_all_of_it(bars):
    run(QUICKSTART, ["edge_best", "cloud"], settings=SHORT, replications=3, jobs=2)
    (bar,) = bars
    assert bar.desc == "quickstart" and bar.closed
    assert bar.seen == sorted(bar.seen) and bar.seen[-1] == pytest.approx(1)


def test_a_sweep_ends_at_all_of_it(bars, tmp_path):
    file = tmp_path / "two.yaml"
    file.write_text(f"name: two\nscenarios: [{QUICKSTART}]\n"
                    'set: {policies: [cloud], "phases[0].inferences": 1, "phases[1].inferences": 20}\n'
                    "grid: [{path: constraints.accuracy, values: [50, 70]}]\n")
    sweep(file)
    (bar,) = bars
    assert bar.desc == "two" and bar.closed and bar.seen[-1] == pytest.approx(1)


def test_no_bar_unless_wanted_and_installed(bars, monkeypatch):
    run(QUICKSTART, ["cloud"], settings=SHORT, progress=False)
    monkeypatch.setattr(progress, "find_spec", lambda name: None)
    run(QUICKSTART, ["cloud"], settings=SHORT)
    assert bars == []


def test_a_bar_is_closed_by_an_error(bars):
    with pytest.raises(ValueError):
        run(QUICKSTART, ["cloud"], settings={"phases[0].inferences": -1})
    assert bars[0].closed


def test_what_the_function_raises_ends_the_run(tmp_path):
    def tell(done, of):
        raise LookupError("enough")

    search = _core.SearchPath([], "", str(QUICKSTART.parents[1]))
    with pytest.raises(LookupError, match="enough"):
        _core.run(search, str(QUICKSTART), str(tmp_path), [], ["cloud"], 1, 1, 1, False, False, tell)


@pytest.mark.skipif(importlib.util.find_spec("tqdm") is None, reason="tqdm is not installed")
def test_with_tqdm_itself(capsys):
    run(QUICKSTART, ["cloud"], settings=SHORT)
    assert "quickstart: 100%" in capsys.readouterr().err
