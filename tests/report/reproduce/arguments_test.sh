#!/usr/bin/env bash
# scripts/reproduce.sh refuses bad arguments with exit 2 and a message, before it does anything, and
# its help names what there is.
set -u
script=$(dirname "$0")/../../../scripts/reproduce.sh
. "$(dirname "$0")/refuses.sh"

refuses "unknown option '--fast'" --fast
refuses "--jobs needs a number" --jobs
refuses "'0' is not a whole number" --jobs 0
refuses "'two' is not a whole number" --jobs=two
refuses "'99999' is not a whole number" --jobs 99999
refuses "unknown target 'S9'" S9
refuses "unknown target ''" ""
refuses "unknown target '*'" --quick '*'
refuses "unknown target 'fig_'" fig_
refuses "fig_efficiency" fig_eficiency  # the legal ones are listed
refuses "'0' is not a whole number" --sensitivity --jobs 0 fig_tornado S1 streaming D3_translation
refuses "today is a study of its own" today S1
refuses "today is a study of its own" today --sensitivity
refuses "'0' is not a whole number" --quick today --jobs 0

helps_with "Usage:" results/today_quick fig_efficiency fig_decisions fig_tornado S1 D4 non_streaming --sensitivity
exit $failed
