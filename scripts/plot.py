#!/usr/bin/env python3
"""Draws results folders. Called by scripts/plot.sh, which sets up the Python packages first."""

import sys

from autoscale_plots.command import main

if __name__ == "__main__":
    sys.exit(main())
