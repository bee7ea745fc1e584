#!/usr/bin/env bash
# Builds the Python package as a wheel that stands alone, with its libraries, its data and the program, into dist/.
#   scripts/wheel.sh                  for the Python that is found as python3
#   scripts/wheel.sh --python PYTHON  for another; from 3.12 on the wheel serves all later ones too (stable ABI)
#   scripts/wheel.sh --sdist          the source distribution alone
# Installs what is missing; PYTHON needs its headers and venv. The wheel runs where glibc is at least as new as its
# tag says, which is what its libraries ask for, so build it on the oldest distribution that shall run it.
set -euo pipefail
cd "$(dirname "$0")/.."

python=python3
kind=wheel
while [ $# -gt 0 ]; do
  case $1 in
    --python) python=${2:?scripts/wheel.sh: --python needs a program}; shift 2 ;;
    --sdist) kind=sdist; shift ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "scripts/wheel.sh: unknown argument '$1' (--python PYTHON, --sdist)" >&2; exit 2 ;;
  esac
done
work=build/wheel
wanted=scripts/requirements-wheel.txt
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
tools=$work/tools-$version
if ! cmp -s "$wanted" "$tools/${wanted##*/}"; then
  "$python" -m venv --clear "$tools"
  "$tools/bin/python" -m pip install --quiet --disable-pip-version-check -r "$wanted"
  cp "$wanted" "$tools"
fi
export PATH="$PWD/$tools/bin:$PATH"

# The source distribution, from a copy of what git knows: no file that merely lies there, and no links of builds, which
# lead back up here.
known=$work/known
rm -rf "$known" "$work/sdist"
mkdir -p "$known"
git ls-files -z --deduplicate | xargs -0 cp -p --parents -t "$known"
python -m build --no-isolation --sdist --outdir "$work/sdist" "$known" >/dev/null
sdist=("$work"/sdist/*.tar.gz)
mkdir -p dist
if [ $kind = sdist ]; then
  mv "${sdist[0]}" dist/
  ls -sht dist/*.tar.gz | head -n 1
  exit 0
fi

# The wheel is built from it, so that it is known to build.
source=$work/source
rm -rf "$source"
mkdir -p "$source"
tar -xzf "${sdist[0]}" --strip-components=1 -C "$source"

scripts/setup.sh --python
# As scripts/build.sh calls compiler and cache, so that the cache knows its results again.
export CXX="${CXX:-c++}" CCACHE_DEPEND=true
if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
# Their licences ask to come along with the libraries, also with those that are compiled in.
for library in libyaml-cpp-dev libfmt-dev libsvm-dev libeigen3-dev libcli11-dev nlohmann-json3-dev libboost-dev \
  librandom123-dev; do
  printf '\n\nPart of this wheel: %s of the distribution, under\n\n' "$library"
  cat "/usr/share/doc/$library/copyright"
done >>"$source/NOTICE"
printf '\n\nPart of this wheel: nanobind, under\n\n' >>"$source/NOTICE"
cat "$tools"/lib/python*/site-packages/nanobind-*.dist-info/licenses/LICENSE >>"$source/NOTICE"
rm -rf "$work/bare"
python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation \
  --config-settings=build-dir="$PWD/$work/build" --wheel-dir "$work/bare" "$source"
bare=("$work"/bare/autoscale_sim-*.whl)
auditwheel repair --wheel-dir "$work/repaired" "${bare[0]}" >"$work/auditwheel.log" 2>&1 || {
  cat "$work/auditwheel.log" >&2
  exit 1
}
mv "$work"/repaired/*.whl dist/
ls -sht dist/*.whl | head -n 1
