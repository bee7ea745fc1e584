"""The command `autoscale` of an installed package: becomes the program that lies in autoscale_sim.

A package of its own, for importing autoscale_sim brings Gymnasium and pandas, which takes a second.
The process is the program's from then on, so output, signals and exit codes are its own.
"""

import os
import signal
import sys
from importlib.util import find_spec
from pathlib import Path


def main() -> None:
    """Does not come back. Python of the same environment answers `autoscale import`, unless AUTOSCALE_PYTHON
    names another. Exits with a message if the program is not there or does not start."""
    package = find_spec("autoscale_sim")
    if package is None or package.origin is None:
        sys.exit("autoscale: the package autoscale_sim is not installed in this Python")
    program = Path(package.origin).parent / "data/bin/autoscale"
    if not os.environ.get("AUTOSCALE_PYTHON"):
        os.environ["AUTOSCALE_PYTHON"] = sys.executable
    # Python ignores these two, and a program that it becomes would go on to.
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored, signal.SIG_DFL)
    try:
        os.execv(program, ["autoscale", *sys.argv[1:]])
    except OSError as problem:
        sys.exit(f"autoscale: cannot start {program}: {problem.strerror}")
