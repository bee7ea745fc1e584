#!/usr/bin/env bash
# Installs a wheel into a fresh environment of a Python and uses all that it brings; standalone_wheel_test.sh
# starts it, with nothing on the PATH that the wheel could lean on.
#   standalone_wheel_use.sh PYTHON FOLDER WHEEL
set -euo pipefail
python=$1 wheel=$3
cd "$2"
fail() {
  echo "$wheel: $*" >&2
  exit 1
}

for compiler in cc c++ gcc g++ clang cmake ninja; do
  if command -v $compiler >/dev/null; then fail "there is $compiler, so this proves nothing"; fi
done
"$python" -m venv fresh
PATH=$PWD/fresh/bin:$PATH
SECONDS=0
pip install --quiet "./$wheel[plots,importers]"
echo "installed with all that it needs in $SECONDS s"
SECONDS=0
pip install --quiet --force-reinstall --no-deps "./$wheel"
echo "installed by itself in $SECONDS s"

# The program, as the bare one: output, exit codes, standard input, signals.
devices=$(autoscale list devices)
[[ $devices == *mi8pro* ]] || fail "no phone mi8pro in: $devices"
autoscale run quickstart --out runs >summary.txt
[ -s runs/runs.csv ] || fail "no runs/runs.csv"
status=0
autoscale run no_such_scenario 2>message.txt || status=$?
[ $status -eq 2 ] || fail "exit code $status of a mistake: $(<message.txt)"
autoscale list devices | while read -r _; do break; done
[ "${PIPESTATUS[0]}" -eq 0 ] || [ "${PIPESTATUS[0]}" -eq 141 ] || fail "a closed pipe is an error"
autoscale import --help >help.txt || fail "autoscale import starts no Python"

python - <<'PYTHON'
import signal
import subprocess
import sys
import time
from pathlib import Path

import gymnasium

import autoscale_sim

assert "fresh" in autoscale_sim.__file__, autoscale_sim.__file__
package = Path(autoscale_sim.__file__).parent
for folder in ("tests", "docs", "results"):
    assert not list(package.rglob(folder)), f"the wheel carries {folder}"
ours = [line.split()[-1] for line in open("/proc/self/maps") if "yaml-cpp" in line]
assert ours and all("fresh" in path for path in ours), f"yaml-cpp is taken from {ours}"

env = gymnasium.make("AutoScale-v0", scenario="quickstart", phone="mi8pro")
env.reset(seed=1)
env.step(0)
runs = autoscale_sim.run("quickstart", ["cloud"], settings={"phases[0].inferences": 1})
assert "cloud" in list(runs.policy), runs
autoscale_sim.plot(runs).savefig("runs.png")
for kind in ("device_profiles", "workloads", "scenarios"):
    assert list((package / "data" / kind).rglob("*.yaml")), f"no {kind} in the wheel"

# Ctrl-C ends the program by the signal, or with its own exit code, not with Python's traceback.
sweep = subprocess.Popen(["autoscale", "run", "quickstart", "--replications", "100000", "--out", "long"],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                         preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
time.sleep(2)
assert sweep.poll() is None, "ended before Ctrl-C"
sweep.send_signal(signal.SIGINT)
_, err = sweep.communicate(timeout=60)
assert sweep.returncode in (-signal.SIGINT, 130), (sweep.returncode, err)
assert "Traceback" not in err, err
print("used with Python", sys.version.split()[0])
PYTHON
