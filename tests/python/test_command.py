"""The command `autoscale` of an installed package, autoscale_command: it becomes the program beside the data."""

import os
import subprocess
import sys

import pytest
from conftest import ROOT


@pytest.fixture
def installed(tmp_path):
    """Calls the command of a package whose program is a shell script."""
    package = tmp_path / "autoscale_sim"
    program = package / "data/bin/autoscale"
    program.parent.mkdir(parents=True)
    (package / "__init__.py").write_text("raise AssertionError('importing the package takes a second')\n")

    def call(script, *arguments, **options):
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT / 'python'}", **options.pop("env", {})}
        command = [sys.executable, "-c", "import autoscale_command; autoscale_command.main()", *arguments]
        return subprocess.run(command, text=True, capture_output=True, env=environment, **options)

    call.program = program
    return call


def test_arguments_streams_and_exit_code_are_the_programs(installed):
    called = installed('printf "<%s>" "$@"; cat; echo problem >&2; exit 3', "run", "a b", "", "--set=x=*",
                       input="asked")
    assert called.stdout == "<run><a b><><--set=x=*>asked"
    assert called.stderr == "problem\n"
    assert called.returncode == 3


def test_signals_reach_the_program_as_if_started_bare(installed):
    ignored = "sed -n 's/^SigIgn:[[:space:]]*//p' /proc/self/status"
    bare = subprocess.run(["/bin/sh", "-c", ignored], text=True, capture_output=True)
    assert installed(ignored).stdout == bare.stdout
    assert installed("kill -INT $$").returncode == -2


def test_import_finds_the_python_it_is_installed_in(installed):
    ask = 'printf %s "$AUTOSCALE_PYTHON"'
    assert installed(ask, env={"AUTOSCALE_PYTHON": ""}).stdout == sys.executable
    assert installed(ask, env={"AUTOSCALE_PYTHON": "/my/python"}).stdout == "/my/python"


def test_a_program_that_does_not_start_is_a_message(installed):
    installed("exit 0")
    installed.program.chmod(0o644)
    command = "import autoscale_command; autoscale_command.main()"
    called = subprocess.run([sys.executable, "-c", command], text=True, capture_output=True,
                            env={**os.environ, "PYTHONPATH": f"{installed.program.parents[3]}:{ROOT / 'python'}"})
    assert called.returncode == 1
    assert called.stderr == f"autoscale: cannot start {installed.program}: Permission denied\n"
