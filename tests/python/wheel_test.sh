#!/usr/bin/env bash
# Builds the wheel, installs it into a fresh environment and uses it from a folder of its own, away from
# the repository.
#   wheel_test.sh PYTHON WORK_FOLDER
set -euo pipefail
python=$1 work=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
unset PYTHONPATH
rm -rf "$work"
mkdir -p "$work/away"
# As the build called compiler and cache (scripts/build.sh), so that the cache knows its results again.
export CXX="${CXX:-c++}" CCACHE_DEPEND=true
if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
"$python" -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation \
  --config-settings=build-dir="$work/build" --wheel-dir "$work" "$root"
# The packages it needs come from the environment that runs this test.
"$python" -m venv --without-pip "$work/fresh"
"$python" -m zipfile -e "$work"/autoscale_sim-*.whl "$work/fresh/lib/wheel"
needed=$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
cd "$work/away"
chmod +x "$work/fresh/lib/wheel/autoscale_sim/data/bin/autoscale"  # as pip does
command='import autoscale_command; autoscale_command.main()'
PYTHONPATH="$work/fresh/lib/wheel" "$work/fresh/bin/python" -c "$command" validate quickstart
PYTHONPATH="$work/fresh/lib/wheel:$needed" "$work/fresh/bin/python" - <<'EOF'
import autoscale_sim, gymnasium
assert "fresh" in autoscale_sim.__file__, autoscale_sim.__file__
env = gymnasium.make("AutoScale-v0", scenario="scenarios/quickstart.yaml", phone="mi8pro")
env.reset(seed=1)
env.step(0)
runs = autoscale_sim.run("paper/D3_translation", ["cloud"], settings={"phases[0].inferences": 1})
assert list(runs.policy) == ["cloud", "edge_cpu_fp32", "opt"], runs
assert autoscale_sim.plot(runs).axes
EOF
