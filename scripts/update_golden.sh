#!/bin/sh
# Writes the files of tests/golden anew from what the program says now. Usage:
#   scripts/update_golden.sh [PROGRAM]        default: build/release/autoscale
# A number that changes needs an explanation in the commit that changes it.
set -euf
cd "$(dirname "$0")/.."
program=${1:-build/release/autoscale}
export AUTOSCALE_DATA=.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

grep -v '^#' tests/golden/commands.txt | while read -r file arguments; do
  case $arguments in
    *OUT*)
      # shellcheck disable=SC2086  # the arguments are words
      "$program" ${arguments%OUT} "$scratch" > /dev/null
      head -n 1 "$scratch/runs.csv" > "tests/golden/$file"
      ;;
    *)
      # shellcheck disable=SC2086
      "$program" $arguments > "tests/golden/$file"
      ;;
  esac
done
git diff --stat -- tests/golden
