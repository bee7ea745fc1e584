#!/usr/bin/env bash
# Installs a wheel of scripts/wheel.sh where nothing of this project and no compiler is, and uses it there. By hand:
#   standalone_wheel_test.sh WHEEL FOLDER [PYTHON]        a fresh environment of this machine, empty PATH but for it
#   standalone_wheel_test.sh WHEEL FOLDER --suite SUITE   a fresh Debian or Ubuntu, such as trixie, with Python alone;
#       needs root and debootstrap. MIRROR: where its packages are, default: where those of this machine are.
#       DEBOOTSTRAP_OPTIONS: further options, such as --keyring=FILE. FOLDER/SUITE is taken as it is if it is there.
# The packages that the wheel needs come from where pip takes them. CONTRIBUTING.md says when to run it.
set -euo pipefail
if [ $# -lt 2 ]; then
  sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
wheel=$(realpath "$1")
work=$(realpath -m "$2")
here=$(cd "$(dirname "$0")" && pwd)
certificates=/etc/ssl/certs/ca-certificates.crt
mkdir -p "$work"

# make_root SUITE FOLDER: a distribution in a folder.
make_root() {
  local script=/usr/share/debootstrap/scripts/$1 mirror=${MIRROR:-}
  [ -e "$script" ] || script=/usr/share/debootstrap/scripts/gutsy  # that of all Ubuntus
  if [ -z "$mirror" ]; then
    mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -n 1)
  fi
  # shellcheck disable=SC2086  # several options
  debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates --components=main,universe \
    ${DEBOOTSTRAP_OPTIONS:-} "$1" "$2.part" "$mirror" "$script" >"$2.log" || {
    tail -n 5 "$2.log" >&2
    exit 1
  }
  mv "$2.part" "$2"
}

if [ "${3:-}" = --suite ]; then
  root=$work/$4
  [ -d "$root" ] || make_root "$4" "$root"
  away=/tmp/away
  rm -rf "${root:?}$away"
  mkdir -p "$root$away"
  cp "$wheel" "$here/standalone_wheel_use.sh" "$root$away"
  # So that pip reaches what it reaches here.
  cp /etc/resolv.conf /etc/hosts "$root/etc"
  cp "$certificates" "$root$away/certificates"
  # With /proc, where the linker and the program look up where they are.
  # shellcheck disable=SC2016  # for the inner shell
  start=(unshare --mount /bin/sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$root"
    /usr/bin/env -i PATH=/usr/bin:/bin)
  python=/usr/bin/python3
else
  away=$work/away
  rm -rf "$away"
  mkdir -p "$away"
  cp "$wheel" "$here/standalone_wheel_use.sh" "$away"
  cp "$certificates" "$away/certificates"
  start=(/usr/bin/env -i PATH=/nowhere)
  python=$("${3:-python3}" -c 'import sys; print(sys.executable)')
fi
"${start[@]}" HOME="$away" PIP_CERT="$away/certificates" PIP_DISABLE_PIP_VERSION_CHECK=1 \
  /bin/bash "$away/standalone_wheel_use.sh" "$python" "$away" "${wheel##*/}"
