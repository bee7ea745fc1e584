#!/usr/bin/env bash
# Checks formatting (clang-format) and common mistakes (clang-tidy) of all C++ files.
#   scripts/lint.sh [format|tidy]    default: both
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-all}
if [[ ! $what =~ ^(all|format|tidy)$ ]]; then
  sed -n '2,3s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi

scripts/setup.sh --lint
if [ "$what" != tidy ]; then
  find sim policies tests python -name '*.h' -print0 -o -name '*.cpp' -print0 |
    xargs -0 clang-format --dry-run -Werror
fi
if [ "$what" != format ]; then
  # clang-tidy reads Clang's command lines and the one header that the build writes; the sources are
  # joined to units, as the build joins them, because most of its time goes to the headers of each.
  scripts/build.sh clang autoscale_build_info
  run-clang-tidy -quiet -p build/clang -j "$(nproc)" "^$PWD/build/clang/CMakeFiles/" 2>/dev/null |
    sed -e '/^clang-tidy/d' -e 's/\x1b\[[0-9;]*m//g'
fi
