#!/usr/bin/env bash
# Makes the figures of docs/gallery.md anew: runs the commands that the page shows, in their order.
# Sweeps go to results/, figures to docs/gallery/. Takes a few minutes on two cores.
set -euo pipefail
cd "$(dirname "$0")/.."
if (($#)); then
  sed -n '2,3s/^# \{0,1\}//p' "$0"
  [[ $1 == -h || $1 == --help ]] || exit 2
  exit 0
fi

scripts/build.sh
page=docs/gallery.md
mapfile -t commands < <(sed -e ':join' -e '/\\$/{N;s/\\\n *//;b join' -e '}' "$page" | sed -n 's/^\$ //p')
for command in "${commands[@]}"; do
  echo "\$ $command"
  bash -c "$command"
done
