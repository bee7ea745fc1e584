#!/usr/bin/env bash
# Draws a folder of `autoscale run --out` or `autoscale sweep --out`; --help says how.
set -euo pipefail
scripts=$(dirname "$0")
"$scripts/setup.sh" --plots >&2
exec "$scripts/../.venv/bin/python" "$scripts/plot.py" "$@"
