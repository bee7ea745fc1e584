#!/usr/bin/env bash
# A fresh leaderboard, tuning and all, is the one of record (results/reference/leaderboard*.csv).
#   record_test.sh PROGRAM OUT
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
"$root/scripts/setup.sh" --plots
"$root/.venv/bin/python" "$root/tests/leaderboard/curves_test.py"
"$root/.venv/bin/python" "$root/scripts/leaderboard.py" --jobs "$(nproc)" --program "$1" --out "$2"
"$root/scripts/compare_reference.py" "$2" --leaderboard
