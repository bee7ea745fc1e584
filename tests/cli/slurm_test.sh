#!/usr/bin/env bash
# A sweep through a real Slurm gives the same bytes as the local one. Starts munged, slurmctld and slurmd on the
# loopback with free ports and everything they write in a temporary folder, and ends them again.
#   slurm_test.sh PROGRAM ROOT
# Needs root or sudo, because slurmd starts jobs as their user, and the packages of scripts/setup.sh --cluster.
set -euo pipefail
if [ "$(id -u)" -ne 0 ]; then exec sudo "$0" "$@"; fi

program=$1
root=$2
work=$(mktemp -d /tmp/autoscale_slurm_XXXXXX)
daemons=()

fail() {
  echo "slurm_test: $*" >&2
  for log in "$work"/*.log "$work"/out/slurm/*.log; do
    if [ -e "$log" ]; then echo "--- $log"; tail -n 20 "$log"; fi >&2
  done
  exit 1
}

end() {
  for daemon in "${daemons[@]}"; do kill "$daemon" 2>/dev/null || true; done
  for daemon in "${daemons[@]}"; do wait "$daemon" 2>/dev/null || true; done
  rm -rf "$work"
}
trap end EXIT

# wait_until SECONDS COMMAND...
wait_until() {
  local left=$(($1 * 5))
  shift
  until "$@" >/dev/null 2>&1; do
    left=$((left - 1))
    [ $left -gt 0 ] || return 1
    sleep 0.2
  done
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

for tool in munged slurmctld slurmd sbatch; do
  command -v $tool >/dev/null || fail "no $tool here; scripts/setup.sh --cluster installs it"
done

host=$(hostname -s)
mkdir "$work/state" "$work/spool"
cat >"$work/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
CredType=cred/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SchedulerType=sched/builtin
SelectType=select/cons_tres
MpiDefault=none
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$work/slurm.conf

head -c 1024 /dev/urandom >"$work/munge.key"
chmod 600 "$work/munge.key"
chmod 755 "$work"
munged --foreground --force --key-file="$work/munge.key" --socket="$work/munge.socket" \
  --pid-file="$work/munged.pid" --log-file="$work/munged.log" --seed-file="$work/munge.seed" \
  >"$work/munged.out.log" 2>&1 &
daemons+=($!)
wait_until 20 test -S "$work/munge.socket" || fail "munged does not start"
slurmctld -D -f "$SLURM_CONF" >"$work/slurmctld.log" 2>&1 &
daemons+=($!)
slurmd -D -f "$SLURM_CONF" -N "$host" >"$work/slurmd.log" 2>&1 &
daemons+=($!)
node_is_idle() { [ "$(sinfo --noheader --format=%T)" = idle ]; }
wait_until 60 node_is_idle || fail "the node does not come up: $(sinfo 2>&1)"

cat >"$work/small.yaml" <<YAML
name: small
scenarios: [$root/scenarios/quickstart.yaml]
set:
  phases: [{name: test, inferences: 20}]
  policies: [edge_best, cloud]
grid:
  - {path: cloud_signal.constant.level, name: signal, range: {from: -90 dBm, to: -50 dBm, steps: 3}}
replications: 3
baseline: {policy: cloud}
YAML

# What sbatch does not take is not started.
if "$program" sweep "$work/small.yaml" --executor slurm --sbatch "--partition=none" --out "$work/refused" \
  2>"$work/refused.log"; then
  fail "a partition that does not exist is accepted"
fi
grep -q "sbatch refused" "$work/refused.log" || fail "no reason given"
[ -z "$(ls -A "$work/refused")" ] || fail "a refused sweep leaves something behind"

"$program" sweep "$work/small.yaml" --out "$work/local"
"$program" sweep "$work/small.yaml" --executor slurm --array-size 4 --sbatch "--time=5" --out "$work/out" ||
  fail "the sweep cannot be submitted"
wait_until 120 test -e "$work/out/runs.csv" || fail "no result: $(squeue 2>&1)"
for file in runs.csv summary.csv failures.csv columns.csv manifest.json; do
  cmp "$work/local/$file" "$work/out/$file" || fail "$file differs"
done

# What still waits is not submitted again; what is gone is.
held() {
  "$program" sweep "$work/small.yaml" --executor slurm --array-size 2 --sbatch "--hold" --out "$work/held" "$@"
}
held >"$work/held.log" || fail "the sweep cannot be submitted to wait"
job=$(sed -n '1s/.*submitted: job \([0-9]*\),.*/\1/p' "$work/held.log")
if held --resume 2>"$work/again.log"; then fail "a waiting sweep is submitted again"; fi
grep -q "job $job and " "$work/again.log" || fail "the waiting job is not named"
scancel --user="$(id -un)"
none_is_queued() { [ -z "$(squeue --noheader)" ]; }
wait_until 60 none_is_queued || fail "the jobs cannot be ended"
held --resume >"$work/again.log" 2>&1 || fail "a sweep whose jobs are gone is not submitted again"
scancel --user="$(id -un)"
echo "slurm_test: ok"
