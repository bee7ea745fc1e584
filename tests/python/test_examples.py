"""The examples run and say what they should."""

import os
import subprocess
import sys

import pytest

from conftest import ROOT

EXAMPLES = ROOT / "python" / "examples"


def output_of(name, *arguments):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1",
                   "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run([sys.executable, "-W", "error::DeprecationWarning", EXAMPLES / name, *map(str, arguments)],
                          check=True, text=True, capture_output=True, env=environment).stdout


def test_quickstart():
    text = output_of("quickstart.py")
    assert "decided by Opt: 16.2 mJ" in text and "Frugal" in text


def test_tabular_q_learns_past_edge_best():
    lines = output_of("tabular_q.py").splitlines()
    learned = float(lines[0].split(": ")[1].split()[0])
    energy = {line.split()[0]: float(line.split()[1]) for line in lines[2:]}
    assert energy["opt"] < learned < energy["edge_best"] / 2


def test_tabular_q_has_forty_lines():
    lines = (EXAMPLES / "tabular_q.py").read_text().split('"""')[2].splitlines()
    assert sum(bool(line.strip()) for line in lines) <= 40


def test_dqn_learns_past_edge_best(tmp_path):
    # It ends with an error if it does not.
    assert "edge_best" in output_of("dqn_numpy.py", "--steps", 600, "--figure", tmp_path / "dqn.png")
    assert (tmp_path / "dqn.png").stat().st_size > 10_000


def test_dqn_of_stable_baselines():
    pytest.importorskip("stable_baselines3")
    assert "Edge (Best)" in output_of("dqn_sb3.py", "--steps", 2000)
