#!/usr/bin/env bash
# Reproduces the paper's claims and figures from scenarios/paper/ into results/reproduction/; its target
# `today` runs the study of phones of today into results/today/.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/arguments.sh

figures() {
  grep -oh '"fig_[a-z_]*"' python/autoscale_report/figures/*.py | tr -d '"' | LC_ALL=C sort -u
}

scenarios() {
  local file
  for file in scenarios/paper/*_*.yaml; do
    basename "$file" .yaml
  done
}

environments() { scenarios | sed 's/_.*//' | sort -u; }
use_cases() { scenarios | sed 's/^[^_]*_//' | sort -u; }

# The names that it reads, on indented lines.
listed() { paste -sd ' ' | fold -sw 90 | sed 's/^/             /'; }

usage() {
  cat <<END
Usage: scripts/reproduce.sh [--quick] [--sensitivity] [--laboratories] [--jobs N] [TARGET...]

Sets up, builds, runs the paper's scenarios, and writes report.html, tables (CSV) and figures into
results/reproduction/. Run again after an interruption, it goes on where it stopped.

  --quick        fewer replications and inferences: a look, not a result
  --sensitivity  moves the free parameters over their ranges instead: up to half an hour
  --laboratories
                 asks which laboratory would have measured the paper's numbers, of 2,000 simulated
                 ones: some 70 minutes; with --quick 5
  --jobs N       runs at the same time; default: one per processor
  TARGET         default: everything
           a figure: runs what it needs and draws it alone
$(figures | listed)
           laboratory: the claims of the most plausible laboratory, beside the registered one's
           today: not of the paper: where phones of today should ask a language model, into
           results/today/ (results/today.md); alone, some minutes; with --quick one, into
           results/today_quick/
           an environment, a use case, or one of each joined by _ (S1_streaming): tables and
           report of these; claims that need others are then not tested
$(environments | listed)
$(use_cases | listed)
END
}

check_target() {
  # Not grep -q: it would end before its input does, which pipefail takes for a failure.
  { figures; scenarios; environments; use_cases; echo laboratory; echo today; } | grep -xF -e "$1" >/dev/null && return
  fail "unknown target '$1'; legal are:
$({ figures; environments; use_cases; echo laboratory; echo today; } | listed)
             and an environment and a use case joined by _"
}

read_arguments "--quick --sensitivity --laboratories" "$@"

module=autoscale_report.reproduce
out=results/reproduction
if [[ " ${targets[*]} " == *" today "* ]]; then
  [[ ${#targets[@]} == 1 && " ${options[*]} " =~ ^\ (--quick\ )*\ ?$ ]] ||
    fail "today is a study of its own: no other target, and no option but --quick and --jobs"
  module=autoscale_report.today
  out=results/today
  targets=()
  [[ " ${options[*]} " == *" --quick "* ]] && out=${out}_quick
fi

scripts/setup.sh --plots
scripts/build.sh
PYTHONPATH=python exec .venv/bin/python -m "$module" "${options[@]}" --jobs "$jobs" \
  --program build/release/autoscale --out "$out" "${targets[@]}"
