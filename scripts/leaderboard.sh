#!/usr/bin/env bash
# Compares every policy under one training budget into results/leaderboard/.
set -euo pipefail
cd "$(dirname "$0")/.."

policies() {
  sed -n 's/^const RegisterPolicy<.*> registered[a-z_]*{"\([a-z0-9_]*\)"};$/\1/p' policies/*.cpp |
    grep -v '^scripted' | LC_ALL=C sort
}

usage() {
  cat <<END
Usage: scripts/leaderboard.sh [--quick] [--jobs N] [POLICY...]

Sets up, builds, tunes parameters on training seeds, trains every policy alike and evaluates it in
nine environments on other seeds; then lets the learners learn on the job through a change of
environment. Writes leaderboard.md, tables (CSV) and figures into results/leaderboard/. Run again
after an interruption, it goes on where it stopped.

  --quick    fewer replications and inferences, parameters as tuned for the record: a look, not
             a result
  --jobs N   runs at the same time; default: one per processor
  POLICY     only these, beside autoscale, edge_cpu_fp32 and opt; default: all
$(policies | paste -sd ' ' | fold -sw 90 | sed 's/^/             /')
END
}

fail() {
  echo "error: $*" >&2
  echo "scripts/leaderboard.sh --help says more." >&2
  exit 2
}

options=()
jobs=$(nproc)
chosen=()
while (($#)); do
  case $1 in
    --quick) options+=("$1") ;;
    --jobs)
      [[ $# -ge 2 ]] || fail "--jobs needs a number"
      jobs=$2
      shift
      ;;
    --jobs=*) jobs=${1#--jobs=} ;;
    -h | --help)
      usage
      exit 0
      ;;
    -*) fail "unknown option '$1'" ;;
    *)
      # Not grep -q: it would end before its input does, which pipefail takes for a failure.
      policies | grep -xF -e "$1" >/dev/null || fail "unknown policy '$1'"
      chosen+=("$1")
      ;;
  esac
  shift
done
[[ $jobs =~ ^[1-9][0-9]{0,3}$ && $jobs -le 1024 ]] ||
  fail "--jobs: '$jobs' is not a whole number from 1 to 1024"

scripts/setup.sh --plots
scripts/build.sh
exec .venv/bin/python scripts/leaderboard.py "${options[@]}" --jobs "$jobs" \
  --program build/release/autoscale --out results/leaderboard "${chosen[@]}"
