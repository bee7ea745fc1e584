"""Draws a folder of results, without a package that is installed: scripts/plot.sh starts this."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))

from autoscale_sim.plots.command import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
