#!/usr/bin/env bash
# A fresh leaderboard of a few policies, tuning and all, has the rows of record (results/reference/leaderboard*.csv).
#   record_test.sh PROGRAM OUT
# All policies take ten minutes of processor time: scripts/leaderboard.sh, then scripts/compare_reference.sh results/leaderboard --leaderboard.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
policies=(sarsa ucb linucb)
"$root/scripts/setup.sh" --plots
"$root/.venv/bin/python" "$root/tests/report/leaderboard/curves_test.py"
PYTHONPATH="$root/python" "$root/.venv/bin/python" -m autoscale_report.leaderboard --jobs "$(nproc)" --program "$1" --out "$2" "${policies[@]}"
"$root/scripts/compare_reference.sh" "$2" --leaderboard \
  $(printf -- '--policy %s ' autoscale edge_cpu_fp32 opt "${policies[@]}")
