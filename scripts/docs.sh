#!/usr/bin/env bash
# Makes the documentation site, build/docs/html/index.html, of the pages, the Python package and the C++ headers.
# Stops at any warning, and at any link within the site that leads nowhere.
set -euo pipefail
cd "$(dirname "$0")/.."
if (($#)); then
  sed -n '2,3s/^# \{0,1\}//p' "$0"
  [[ $1 == -h || $1 == --help ]] || exit 2
  exit 0
fi

scripts/setup.sh --docs
rm -rf build/docs
mkdir -p build/docs
doxygen docs/site/Doxyfile
.venv/bin/sphinx-build -q -W --keep-going -c docs/site -d build/docs/pages . build/docs/html
.venv/bin/python docs/site/check_links.py build/docs/html
echo "build/docs/html/index.html"
