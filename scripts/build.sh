#!/usr/bin/env bash
# Installs what is missing and builds.
#   scripts/build.sh                     the program: build/release/autoscale
#   scripts/build.sh PRESET [TARGET...]  other targets or another preset of CMakePresets.json
set -euo pipefail
cd "$(dirname "$0")/.."
if [[ ${1:-} == -* ]]; then
  sed -n '2,4s/^# \{0,1\}//p' "$0"
  [[ $1 == -h || $1 == --help ]] || exit 2
  exit 0
fi
preset=${1:-release}
targets=("${@:2}")
if [ ${#targets[@]} -eq 0 ]; then targets=(autoscale); fi

scripts/setup.sh
launcher=()
if command -v ccache >/dev/null; then
  export CCACHE_DEPEND=true  # knows a source by what the compiler read, without reading all of it once more
  launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi
cmake --preset "$preset" --log-level=WARNING "${launcher[@]}"
cmake --build --preset "$preset" --target "${targets[@]}"
