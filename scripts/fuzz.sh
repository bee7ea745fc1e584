#!/usr/bin/env bash
# Fuzzes what the program reads, and worlds made by chance, with libFuzzer (Clang, ASan and UBSan).
#   scripts/fuzz.sh [MINUTES] [TARGET...]   default: one minute each of all targets, two at a time
#   scripts/fuzz.sh --hour [TARGET...]      an hour in all
# MINUTES may have a fraction. The inputs that reached something new stay in build/fuzz/corpus, for the next time.
# A finding is exit code 1 and its input in a file; build/asan/tests/fuzz/autoscale_fuzz --target=NAME FILE shows it.
set -euo pipefail
cd "$(dirname "$0")/.."

hour=false
minutes=1
case ${1:-} in
  -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
  --hour) hour=true; shift ;;
  [0-9]* | .[0-9]*) minutes=$1; shift ;;
esac
if ! [[ $minutes =~ ^[0-9]*\.?[0-9]+$ ]]; then
  echo "scripts/fuzz.sh: '$minutes' is no number of minutes" >&2
  exit 2
fi
if [[ ${1:-} == -* ]]; then
  echo "scripts/fuzz.sh: unknown argument '$1' (--hour, MINUTES, TARGET)" >&2
  exit 2
fi

scripts/setup.sh --lint
scripts/build.sh asan autoscale_fuzz
program=$PWD/build/asan/tests/fuzz/autoscale_fuzz
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then mapfile -t targets < <("$program" --list); fi
jobs=$(nproc)
seconds=$(awk -v minutes="$minutes" 'BEGIN { printf "%d", minutes * 60 + 0.5 }')
if $hour; then seconds=$((3600 * jobs / ${#targets[@]})); fi
corpus=$PWD/build/fuzz/corpus logs=$PWD/build/fuzz/logs
mkdir -p "$logs"

# fuzz TARGET: its log ends with libFuzzer's figures; files that a crash leaves go with the folder. Leaks are looked for
# at the end only: what the catalog keeps would have all memory searched after each input. Time is the clock's, and the
# first input takes seconds, so what hangs is what takes half a minute.
fuzz() {
  local target=$1 found=$corpus/$1
  local made code=0
  made=$(TMPDIR=$memory mktemp -d)
  mkdir -p "$found" "$made/seeds"
  TMPDIR=$made "$program" --target="$target" --seeds="$made/seeds"
  TMPDIR=$made "$program" --target="$target" -max_total_time="$seconds" -timeout=30 -report_slow_units=30 \
    -rss_limit_mb=2048 -detect_leaks=0 -max_len=16384 -use_value_profile=1 -print_final_stats=1 \
    -artifact_prefix="$found." "$found" "$made/seeds" >"$logs/$target" 2>&1 </dev/null || code=$?
  echo "exit code $code" >>"$logs/$target"
  rm -rf "$made"
}
export -f fuzz
memory=$(if [ -w /dev/shm ]; then echo /dev/shm; else echo "${TMPDIR:-/tmp}"; fi)
export program corpus logs seconds memory
printf '%s\n' "${targets[@]}" | xargs -P "$jobs" -I{} bash -euo pipefail -c 'fuzz {}'

code=0
printf '%-14s %12s %10s  %s\n' target executions per_second finding
for target in "${targets[@]}"; do
  log=$logs/$target
  value() { sed -n "s/^stat::$1: *//p" "$log"; }
  finding=$(sed -n 's/^.*Test unit written to //p' "$log" | tail -1)
  # A target that ends without figures did not even begin; leaks at the end leave no input, only an exit code.
  if [ -z "$finding" ] && { [ -z "$(value number_of_executed_units)" ] || ! grep -qx 'exit code 0' "$log"; }; then
    finding="$(tail -n 1 "$log"): see $log"
  fi
  if [ -n "$finding" ]; then code=1; fi
  printf '%-14s %12s %10s  %s\n' "$target" "$(value number_of_executed_units)" "$(value average_exec_per_sec)" \
    "${finding:-none}"
done
exit $code
