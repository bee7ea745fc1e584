#!/usr/bin/env bash
# scripts/few_inferences.sh refuses bad arguments with exit 2 and a message, before it does anything.
set -u
script=$(dirname "$0")/../../../scripts/few_inferences.sh
. "$(dirname "$0")/../reproduce/refuses.sh"

refuses "unknown option '--fast'" --fast
refuses "'0' is not a whole number" --jobs 0
refuses "unexpected argument 'residual'" residual

helps_with "Usage:" --quick learning_curves results/few_inferences_quick
exit $failed
