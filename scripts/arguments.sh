# What scripts/reproduce.sh, leaderboard.sh and few_inferences.sh read from their command line. They source it and
# define usage and check_target TARGET.

fail() {
  echo "error: $*" >&2
  echo "scripts/$(basename "$0") --help says more." >&2
  exit 2
}

# read_arguments "FLAG..." ARGUMENT...: sets options (the flags given), jobs and targets.
read_arguments() {
  local flags=" $1 "
  shift
  options=()
  jobs=$(nproc)
  targets=()
  while (($#)); do
    case $1 in
      --jobs)
        [[ $# -ge 2 ]] || fail "--jobs needs a number"
        jobs=$2
        shift
        ;;
      --jobs=*) jobs=${1#--jobs=} ;;
      -h | --help)
        usage
        exit 0
        ;;
      -*)
        [[ $1 != *' '* && $flags == *" $1 "* ]] || fail "unknown option '$1'"
        options+=("$1")
        ;;
      *)
        check_target "$1"
        targets+=("$1")
        ;;
    esac
    shift
  done
  [[ $jobs =~ ^[1-9][0-9]{0,3}$ && $jobs -le 1024 ]] ||
    fail "--jobs: '$jobs' is not a whole number from 1 to 1024"
}
