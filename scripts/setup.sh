#!/usr/bin/env bash
# Installs what the build, the tests and the plots need on Debian 12 or Ubuntu 22.04 and later.
#   scripts/setup.sh            compiler, CMake and libraries
#   scripts/setup.sh --plots    also .venv with the Python packages of scripts/requirements.txt
#   scripts/setup.sh --python   the same, and what compiles the Python package
#   scripts/setup.sh --docs     the same as --plots, Doxygen, and in .venv what makes the documentation site
#   scripts/setup.sh --notebooks  the same as --plots, and in .venv what executes docs/notebooks
#   scripts/setup.sh --lint     also Clang with its sanitizers, clang-tidy and clang-format
#   scripts/setup.sh --cluster  the same as --plots, a Slurm of one node, and in .venv Dask, Ray and submitit, for the
#                            tests of sweeps on a cluster
#   scripts/setup.sh --browser  the same as --plots, Chromium, and in .venv what drives it, for the test of pages
#   scripts/setup.sh --shells   also zsh and fish, for the test of their completions
#   scripts/setup.sh --all      everything
# Does nothing, quickly and silently, when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  echo "scripts/setup.sh: $*" >&2
  exit 1
}

plots=false
python=false
docs=false
notebooks=false
lint=false
cluster=false
browser=false
shells=false
for argument in "$@"; do
  case $argument in
    --plots) plots=true ;;
    --python) plots=true python=true ;;
    --docs) plots=true docs=true ;;
    --notebooks) plots=true notebooks=true ;;
    --lint) lint=true ;;
    --cluster) plots=true cluster=true ;;
    --browser) plots=true browser=true ;;
    --shells) shells=true ;;
    --all) plots=true python=true docs=true notebooks=true lint=true cluster=true browser=true shells=true ;;
    -h | --help) sed -n '2,14s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *)
      echo "scripts/setup.sh: unknown argument '$argument' (--plots, --python, --docs, --notebooks, --lint, --cluster," \
        "--browser, --shells, --all)" >&2
      exit 2
      ;;
  esac
done

# Programs may come from anywhere: "command package". Libraries and Python modules are looked up as packages.
tools=("cmake cmake" "ninja ninja-build" "git git")
packages=(libeigen3-dev libsvm-dev libyaml-cpp-dev nlohmann-json3-dev libcli11-dev libboost-dev
  librandom123-dev libfmt-dev libgtest-dev libgmock-dev libbenchmark-dev python3 python3-yaml)
if $plots; then packages+=(python3-venv); fi
# The wheel of the tests takes what the build has compiled from the compiler's cache.
if $python; then packages+=(python3-dev) tools+=("ccache ccache"); fi
if $docs; then tools+=("doxygen doxygen"); fi
if $shells; then tools+=("zsh zsh" "fish fish"); fi
if $cluster; then packages+=(slurmctld slurmd slurm-client munge); fi
# Ubuntu calls them otherwise, and has them as snaps.
if $browser; then
  if grep -q '^ID=ubuntu' /etc/os-release; then tools+=("chromedriver chromium-chromedriver")
  else tools+=("chromium chromium" "chromedriver chromium-driver"); fi
fi
if $lint; then
  tools+=("clang++ clang" "clang-tidy clang-tidy" "run-clang-tidy clang-tidy" "clang-format clang-format")
  # Clang's sanitizer runtime; Ubuntu 22.04 has it in a package that clang needs anyway.
  grep -q jammy /etc/os-release || packages+=(libclang-rt-dev)
fi

# Prints the packages to install, one per line.
missing() {
  command -v c++ >/dev/null || echo g++
  local tool
  for tool in "${tools[@]}"; do
    command -v "${tool% *}" >/dev/null || echo "${tool#* }"
  done
  comm -23 <(printf '%s\n' "${packages[@]}" | sort) <(dpkg-query -W \
    -f='${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null | sed -n 's/^installed //p' | sort)
}

install_packages() {
  command -v apt-get >/dev/null ||
    fail "cannot install here (no apt-get); install by hand: ${tools[*]#* } ${packages[*]}"
  local wanted
  mapfile -t wanted < <(missing | sort -u)
  if [ ${#wanted[@]} -eq 0 ]; then return; fi
  local as_root=(env DEBIAN_FRONTEND=noninteractive)
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "needs root or sudo to install: ${wanted[*]}"
    as_root=(sudo "${as_root[@]}")
  fi
  echo "installing: ${wanted[*]}"
  "${as_root[@]}" apt-get update -qq || fail "apt-get update failed"
  "${as_root[@]}" apt-get install -y -qq --no-install-recommends \
    -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 "${wanted[@]}" >/dev/null ||
    fail "apt-get could not install: ${wanted[*]}"
}

# add_to_venv FILE: installs the Python packages that a file names; a copy of it in .venv says that they are there.
add_to_venv() {
  local wanted=$1 there=.venv/${1##*/}
  if cmp -s "$wanted" "$there"; then return; fi
  echo "installing into .venv: $(grep -vE '^(#|$)' "$wanted" | tr '\n' ' ')"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$wanted" ||
    fail "pip could not install $wanted"
  cp "$wanted" "$there"
}

install_python_packages() {
  local wanted=scripts/requirements.txt
  if [ ! -x .venv/bin/python ] || ! cmp -s "$wanted" .venv/requirements.txt; then
    /usr/bin/python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
      fail "Python 3.10 or later is needed"
    rm -rf .venv
    /usr/bin/python3 -m venv .venv || fail "could not create .venv"
  fi
  add_to_venv "$wanted"
}

install_packages
if $plots; then install_python_packages; fi
if $docs; then add_to_venv scripts/requirements-docs.txt; fi
if $browser; then add_to_venv scripts/requirements-browser.txt; fi
if $cluster; then add_to_venv scripts/requirements-cluster.txt; fi
if $notebooks; then add_to_venv scripts/requirements-notebooks.txt; fi
