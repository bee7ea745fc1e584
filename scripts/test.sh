#!/usr/bin/env bash
# Installs what is missing, builds and tests. Stops at the first stage that fails.
#   scripts/test.sh        the everyday suite, GCC release build
#   scripts/test.sh --all  also lint, Clang with ASan + UBSan, TSan, the long tests, the site and speed checks
# Tests with the CTest label `long` or `bench` belong to --all only.
set -euo pipefail
cd "$(dirname "$0")/.."

all=false
case "$*" in
  "") ;;
  --all) all=true ;;
  -h | --help) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) echo "scripts/test.sh: unknown arguments '$*' (--all)" >&2; exit 2 ;;
esac

# stage NAME COMMAND...: runs the command; says how long it took, or stops.
stage() {
  local name=$1 start=$SECONDS
  shift
  echo "== $name"
  if ! "$@"; then
    echo "== $name: FAILED after $((SECONDS - start)) s: $*" >&2
    exit 1
  fi
  echo "== $name: ok, $((SECONDS - start)) s"
}

# suite PRESET CTEST_ARGUMENT...
suite() {
  ctest --test-dir "build/$1" -j "$(nproc)" --output-on-failure --no-tests=error "${@:2}"
}

everyday=(-LE '^(long|bench)$')

# The release build has the Python package too; its tests are among CTest's.
configure_python() {
  cmake --preset release --log-level=WARNING -DAUTOSCALE_BUILD_PYTHON=ON -DPython_EXECUTABLE="$PWD/.venv/bin/python"
}

stage "set-up" scripts/setup.sh --python
if $all; then
  stage "set-up of Slurm and the site" scripts/setup.sh --cluster --docs
  stage "lint" scripts/lint.sh
  stage "build with Clang, ASan and UBSan" scripts/build.sh asan all
  stage "everyday suite, Clang, ASan and UBSan" suite asan "${everyday[@]}"
  stage "build with TSan" scripts/build.sh tsan autoscale threads_tests
  stage "tests of several threads, TSan" suite tsan -L '^threads$'
  everyday=()
fi
stage "configure the Python package" configure_python
stage "build with GCC" scripts/build.sh release all

# Not a stage: the last lines are to be CTest's.
echo "== suite, GCC, after $SECONDS s in all"
suite release "${everyday[@]}"
