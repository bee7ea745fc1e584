#!/usr/bin/env bash
# Reproduces the paper's claims and figures from scenarios/paper/ into results/reproduction/.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'END'
Usage: scripts/reproduce.sh [--quick] [--jobs N] [TARGET...]

Sets up, builds, runs the paper's scenarios, and writes claims.csv, averages.csv, report.md and figures
into results/reproduction/. Run again after an interruption, it goes on where it stopped.

  --quick    fewer replications and inferences: a look, not a result
  --jobs N   runs at the same time; default: one per processor
  TARGET     a scenario (S1_streaming), an environment (S1) or a use case (streaming); default: all.
             Claims that need scenarios left out are then not tested.
END
}

fail() {
  echo "error: $*" >&2
  echo "scripts/reproduce.sh --help says more." >&2
  exit 2
}

# Names of the scenarios that a target stands for.
scenarios_of() {
  local file name
  for file in scenarios/paper/*_*.yaml; do
    name=$(basename "$file" .yaml)
    if [[ $1 == all || $name == "$1" || ${name%%_*} == "$1" || ${name#*_} == "$1" ]]; then
      echo "$name"
    fi
  done
}

quick=()
jobs=$(nproc)
targets=()
while (($#)); do
  case $1 in
    --quick) quick=(--quick) ;;
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
    *) targets+=("$1") ;;
  esac
  shift
done
[[ $jobs =~ ^[1-9][0-9]{0,3}$ && $jobs -le 1024 ]] ||
  fail "--jobs: '$jobs' is not a whole number from 1 to 1024"

((${#targets[@]})) || targets=(all)
scenarios=()
for target in "${targets[@]}"; do
  mapfile -t found < <(scenarios_of "$target")
  ((${#found[@]})) || fail "unknown target '$target': neither a scenario, an environment nor a use case"
  scenarios+=("${found[@]}")
done
mapfile -t scenarios < <(printf '%s\n' "${scenarios[@]}" | LC_ALL=C sort -u)

scripts/setup.sh --plots
scripts/build.sh
exec .venv/bin/python scripts/reproduce.py "${quick[@]}" --jobs "$jobs" \
  --program build/release/autoscale --out results/reproduction "${scenarios[@]}"
