#!/usr/bin/env bash
# Compares the tables of a fresh reproduction, or of a fresh leaderboard, with those of record; --help says how.
set -euo pipefail
PYTHONPATH="$(dirname "$0")/../python" exec python3 -m autoscale_report.compare "$@"
