#!/usr/bin/env bash
# Compares every policy under one training budget into results/leaderboard/.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/arguments.sh

policies() {
  sed -n 's/^const RegisterPolicy<.*> registered[a-z_]*{"\([a-z0-9_]*\)"};$/\1/p' policies/*.cpp |
    grep -v '^scripted' | LC_ALL=C sort
}

usage() {
  cat <<END
Usage: scripts/leaderboard.sh [--quick] [--jobs N] [POLICY...]

Sets up, builds, tunes parameters on training seeds, trains every policy alike and evaluates it in
nine environments on other seeds, the learners also after training in another order; then lets the
learners learn on the job through a change of environment. Writes leaderboard.md, tables (CSV) and
figures into results/leaderboard/. Run again after an interruption, it goes on where it stopped.

  --quick    fewer replications and inferences, parameters as tuned for the record: a look, not
             a result
  --jobs N   runs at the same time; default: one per processor
  POLICY     only these, beside autoscale, edge_cpu_fp32 and opt; default: all
$(policies | paste -sd ' ' | fold -sw 90 | sed 's/^/             /')
END
}

check_target() {
  # Not grep -q: it would end before its input does, which pipefail takes for a failure.
  policies | grep -xF -e "$1" >/dev/null || fail "unknown policy '$1'"
}

read_arguments "--quick" "$@"

scripts/setup.sh --plots
scripts/build.sh
PYTHONPATH=python exec .venv/bin/python -m autoscale_report.leaderboard "${options[@]}" --jobs "$jobs" \
  --program build/release/autoscale --out results/leaderboard "${targets[@]}"
