"""What the tests share: the repository, the compared program, environments for short."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
QUICKSTART = ROOT / "scenarios" / "quickstart.yaml"


@pytest.fixture(scope="session")
def program():
    """The command-line program; AUTOSCALE_PROGRAM names it."""
    path = os.environ.get("AUTOSCALE_PROGRAM", str(ROOT / "build" / "release" / "autoscale"))
    assert shutil.which(path), f"no program at {path}; set AUTOSCALE_PROGRAM"

    def call(*arguments):
        return subprocess.run([path, *map(str, arguments)], check=True, cwd=ROOT, text=True,
                              capture_output=True).stdout

    return call
