#!/usr/bin/env bash
# scripts/leaderboard.sh refuses bad arguments with exit 2 and a message, before it does anything, and
# its help names the policies.
set -u
script=$(dirname "$0")/../../../scripts/leaderboard.sh
. "$(dirname "$0")/../reproduce/refuses.sh"

refuses "unknown option '--fast'" --fast
refuses "--jobs needs a number" --jobs
refuses "'0' is not a whole number" --jobs 0
refuses "'two' is not a whole number" --jobs=two
refuses "unknown policy 'sarza'" sarza
refuses "unknown policy 'scripted'" scripted
refuses "unknown policy ''" ""
refuses "unknown policy '*'" --quick '*'
refuses "'0' is not a whole number" --quick --jobs 0 autoscale

helps_with "Usage:" --quick autoscale neurosurgeon sarsa opt
exit $failed
