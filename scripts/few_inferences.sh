#!/usr/bin/env bash
# Who is right after how many inferences, into results/few_inferences/.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/arguments.sh

usage() {
  cat <<END
Usage: scripts/few_inferences.sh [--quick] [--jobs N]

Sets up, builds, and runs the sweeps few_inferences, one_ignorance, cold_start, recovery, planner_error
and learning_curves: planners with a wrong cost model, learners with none, and residual, which learns
what its model errs by, after 1 to 1,000 inferences. Writes tables (CSV) and a figure into
results/few_inferences/. Run again after an interruption, it goes on where it stopped.

  --quick    2 replications, into results/few_inferences_quick/: a look, not a result
  --jobs N   trials at the same time; default: one per processor
END
}

check_target() { fail "unexpected argument '$1'"; }

read_arguments "--quick" "$@"
out=results/few_inferences
[[ " ${options[*]} " == *" --quick "* ]] && out=${out}_quick

scripts/setup.sh --plots
scripts/build.sh
PYTHONPATH=python exec .venv/bin/python -m autoscale_report.few "${options[@]}" --jobs "$jobs" \
  --program build/release/autoscale --out "$out"
