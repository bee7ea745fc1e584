#!/usr/bin/env bash
# Predicts how a phone slows down over ten minutes from the first one of recorded runs; --help says how.
set -euo pipefail
scripts=$(dirname "$0")
"$scripts/setup.sh" --plots >&2
PYTHONPATH="$scripts/../python" exec "$scripts/../.venv/bin/python" -m autoscale_report.sustained "$@"
