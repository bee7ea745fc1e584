#!/usr/bin/env bash
# All tables of a fresh reproduction are those of record (results/reference/).
#   record_test.sh PROGRAM OUT
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
"$root/scripts/setup.sh" --plots
export PYTHONPATH="$root/python"
"$root/.venv/bin/python" -m autoscale_report.reproduce --jobs "$(nproc)" --program "$1" --out "$2" \
  non_streaming streaming translation fig_tail
"$root/scripts/compare_reference.sh" "$2"
