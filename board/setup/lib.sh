# shellcheck shell=bash
# What every step of the set-up uses: talking, long steps with a progress line, hashing, and giving up with one command to run.
# Sourced by setup.sh and test.sh; nothing here has an effect until it is called.

# Where things are. ROOT is the clone; CACHE outlives it (what takes long to build is built once a machine).
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
# shellcheck disable=SC2034 # used by the steps that are sourced after this file
CACHE="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/branchline"
LOGS="$ROOT/build/setup-logs"

# How many long steps this run has taken.
LONG_STEPS=0

# A log's last lines are enough to see what failed; the path to the whole is printed with them.
LOG_TAIL_LINES=25
# How often a long step says that it is still alive where there is no terminal to rewrite a line on.
readonly QUIET_PROGRESS_SECONDS=15

say() { printf 'branchline: %s\n' "$*"; }

# Ends the set-up. $1: what is wrong. $2: the one command that mends it (printed alone on its line, ready to paste).
die_with_command() {
  printf 'branchline: %s\n' "$1" >&2
  printf 'branchline: run this, then start again:\n\n    %s\n\n' "$2" >&2
  exit 1
}

# Ends the set-up where no single command helps. Arguments: lines to print.
die() {
  printf 'branchline: %s\n' "$@" >&2
  exit 1
}

# Prints a short hash (16 hex digits) of standard input.
hash_input() { sha256sum | cut -c1-16; }

# Prints a hash of the names, sizes and modification times of files, so that "has anything changed?" costs milliseconds.
# Arguments: files and folders below ROOT; what does not exist counts as absent.
hash_tree() {
  (cd "$ROOT" && { find "$@" -type f -printf '%p %s %T@\n' 2>/dev/null || true; } | LC_ALL=C sort | hash_input)
}

# Runs a command that takes long, as a job of its own: its output goes to a log, a progress line shows the seconds, and the
# log's tail is shown if it fails. Interrupting the set-up ends the whole job, so that nothing builds on unseen.
# $1: name of the log. $2: what is being done, with about how long it takes. The rest: the command (a program: a function
# would run without errexit). Returns the command's status.
run_long() {
  local log="$LOGS/$1.log" what="$2" started=$SECONDS
  shift 2
  mkdir -p "$LOGS"
  say "$what"
  LONG_STEPS=$((LONG_STEPS + 1))
  set -m # the job gets a process group, which can be ended as a whole
  "$@" </dev/null >"$log" 2>&1 &
  local job=$! status=0
  set +m
  trap 'end_job '"$job"'; exit 130' INT
  trap 'end_job '"$job"'; exit 143' TERM HUP
  show_progress "$job" "$started"
  wait "$job" || status=$?
  trap - INT TERM HUP
  kill -TERM -- "-$job" 2>/dev/null || true # what the job started and left behind
  if ((status != 0)); then
    printf 'branchline: failed after %d s; the last lines of %s:\n' "$((SECONDS - started))" "$log" >&2
    tail -n "$LOG_TAIL_LINES" "$log" | sed 's/^/    | /' >&2
    return "$status"
  fi
  say "  done in $((SECONDS - started)) s"
}

# Shows elapsed seconds until job $1 ends. $2: SECONDS at its start.
show_progress() {
  local job=$1 started=$2 elapsed shown=0
  while kill -0 "$job" 2>/dev/null; do
    sleep 0.2
    elapsed=$((SECONDS - started))
    if [[ -t 1 ]]; then
      printf '\r  ... %d s ' "$elapsed"
    elif ((elapsed - shown >= QUIET_PROGRESS_SECONDS)); then
      shown=$elapsed
      printf '  ... %d s\n' "$elapsed"
    fi
  done
  if [[ -t 1 ]]; then printf '\r\033[K'; fi
}

# Ends a job started by run_long: its whole process group, and waits for it to be gone.
end_job() {
  kill -TERM -- "-$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
  say "interrupted; run the same command again and it goes on from the last finished step" >&2
}
