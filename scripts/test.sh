#!/usr/bin/env bash
# Installs what is missing, builds and tests. Stops at the first stage that fails.
#   scripts/test.sh        the everyday suite, GCC release build
#   scripts/test.sh --all  also lint, Clang with ASan + UBSan, fuzzing, TSan, the long tests, the site and speed checks
#   scripts/test.sh --rl   only tests/rl: learners of other libraries, some minutes; installs PyTorch into build/rl
# Tests with the CTest label `long` or `bench` belong to --all only.
set -euo pipefail
cd "$(dirname "$0")/.."

all=false
rl=false
case "$*" in
  "") ;;
  --all) all=true ;;
  --rl) rl=true ;;
  -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) echo "scripts/test.sh: unknown arguments '$*' (--all, --rl)" >&2; exit 2 ;;
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

# An environment of its own: PyTorch is gigabytes, and nothing else needs it.
install_learners() {
  .venv/bin/python -m venv build/rl
  build/rl/bin/python -m pip install --quiet --disable-pip-version-check -r scripts/requirements.txt \
    -r scripts/requirements-rl.txt
}

learners() {
  PYTHONPATH=build/release/python build/rl/bin/python -m pytest -q -p no:cacheprovider -rs --durations=0 tests/rl
}

stage "set-up" scripts/setup.sh --python
if $rl; then
  stage "configure the Python package" configure_python
  stage "build the Python package" scripts/build.sh release autoscale_python
  stage "set-up of PyTorch and the learners" install_learners
  stage "learners of other libraries" learners
  exit
fi
if $all; then
  stage "set-up of what lint, pages, shells and clusters need" scripts/setup.sh --all
  stage "lint" scripts/lint.sh
  stage "build with Clang, ASan and UBSan" scripts/build.sh asan all
  stage "everyday suite, Clang, ASan and UBSan" suite asan "${everyday[@]}"
  stage "a minute of fuzzing for each kind of input" scripts/fuzz.sh 1
  stage "build with TSan" scripts/build.sh tsan autoscale threads_tests
  stage "tests of several threads, TSan" suite tsan -L '^threads$'
  everyday=()
fi
stage "configure the Python package" configure_python
stage "build with GCC" scripts/build.sh release all

# Not a stage: the last lines are to be CTest's.
echo "== suite, GCC, after $SECONDS s in all"
suite release "${everyday[@]}"
