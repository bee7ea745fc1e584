#!/usr/bin/env bash
# Compares predictions with measured values: error tables and figures; --help says how.
set -euo pipefail
scripts=$(dirname "$0")
"$scripts/setup.sh" --plots >&2
PYTHONPATH="$scripts/../python" exec "$scripts/../.venv/bin/python" -m autoscale_report.validation "$@"
