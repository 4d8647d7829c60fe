#!/usr/bin/env bash
# Tests of the set-up's own logic, without network and without root: programs it would call are stood in for by scripts in a
# folder in front of PATH. Prints `ok` or `not ok` and the sentence of each test.
# shellcheck disable=SC2317,SC2030,SC2031,SC2016 # tests are called by name, in subshells that are meant to lose their variables
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source-path=SCRIPTDIR source=test.sh
source "$here/test.sh"

# Runs function $2 in a subshell with an empty ROOT, CACHE and stub folder. $1: what must hold.
check() {
  local scratch status=0
  scratch="$(mktemp -d)"
  set +e
  (
    set -e
    ROOT="$scratch/root" CACHE="$scratch/cache" LOGS="$scratch/logs" PATH="$scratch/stubs:$PATH"
    mkdir "$ROOT" "$CACHE" "$LOGS" "$scratch/stubs"
    mkdir -p "$ROOT/board" && ln -s "$here" "$ROOT/board/setup"
    cd "$ROOT"
    "$2" "$scratch"
  ) >"$scratch/output" 2>&1
  status=$?
  set -e
  if ((status == 0)); then
    echo "ok $1"
  else
    echo "not ok $1"
    sed 's/^/    /' "$scratch/output"
    any_failed=1
  fi
  rm -rf "$scratch"
}
any_failed=0

# Puts a program in front of PATH. $1: scratch folder. $2: its name. $3: its body.
stub() {
  printf '#!/bin/bash\n%s\n' "$3" >"$1/stubs/$2"
  chmod +x "$1/stubs/$2"
}

# Ends the test unless the text $1 contains $2.
contains() { [[ "$1" == *"$2"* ]] || { echo "'$2' is not in: $1" && exit 1; }; }
equals() { [[ "$1" == "$2" ]] || { echo "expected '$2', got '$1'" && exit 1; }; }

# Runs "$@" in a subshell that may exit; prints its output, then its status.
outcome() { ("$@") 2>&1 && echo "status 0" || echo "status $?"; }

failing_long_step() {
  local told
  told="$(outcome run_long some-step "doing something" bash -c 'echo the reason; exit 3')"
  contains "$told" "doing something"
  contains "$told" "    | the reason"
  contains "$told" "status 3"
}
check "a long step that fails shows the end of its log and keeps its status" failing_long_step

interrupted_long_step() {
  local shell status=0
  (run_long sleeper "sleeping" bash -c 'sleep 30 & echo $! >child; wait') >/dev/null 2>&1 &
  shell=$!
  for _ in {1..100}; do [[ -s child ]] || sleep 0.05; done
  kill -TERM "$shell"
  for _ in {1..50}; do if runs "$(<child)"; then sleep 0.1; fi; done
  if runs "$(<child)"; then echo "it runs on" && return 1; fi
  wait "$shell" || status=$?
  equals "$status" 143
}
# True while process $1 is at work. One that has ended, but that nobody has waited for yet, is still listed, as Z.
runs() { [[ "$(awk '{ print $3 }' "/proc/$1/stat" 2>/dev/null || echo Z)" != Z ]]; }
check "an interrupted long step takes everything it started with it" interrupted_long_step

missing_packages_are_named() {
  stub "$1" dpkg-query 'echo "g++ installed"; echo "cmake config-files"; exit 1'
  local missing
  missing="$(missing_packages run)"
  contains " ${missing//$'\n'/ } " " cmake "
  contains " ${missing//$'\n'/ } " " ninja-build "
  [[ " ${missing//$'\n'/ } " != *" g++ "* ]]
  [[ " ${missing//$'\n'/ } " != *" sip-tester "* ]]
  contains "$(missing_packages test)" "sip-tester"
}
check "packages that are not, or only half, installed are missing; those of the tests only for the tests" missing_packages_are_named

no_root() {
  stub "$1" id 'echo 1000'
  stub "$1" sudo 'exit 1'
  stub "$1" apt-get 'echo apt-get was called; exit 1'
  stub "$1" dpkg-query 'awk "/^run/ && \$2 != \"cmake\" { print \$2, \"installed\" }" board/setup/packages.txt'
  local told
  told="$(outcome step_system_packages run)"
  contains "$told" "    sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends cmake'"
  contains "$told" "status 1"
  [[ "$told" != *"was called"* ]]
}
check "without root and with a package missing, the one command to run is printed and nothing is tried" no_root

old_node() {
  stub "$1" node 'echo "18.19.0 x64-abi108 /usr"'
  local told
  told="$(outcome step_node)"
  contains "$told" "Node.js 18.19.0 is too old"
  contains "$told" "nodejs"
  contains "$told" "status 1"
}
check "a Node that is too old is refused with the command that brings a new one" old_node

hash_follows_files() {
  mkdir src
  echo one >src/a
  local before
  before="$(hash_tree src absent)"
  equals "$(hash_tree src absent)" "$before"
  echo two >src/b
  [[ "$(hash_tree src absent)" != "$before" ]]
}
check "the hash of a tree changes with its files and with nothing else" hash_follows_files

newest_cached() {
  mkdir "$CACHE/pjproject-2.9-key" "$CACHE/pjproject-2.17-key" "$CACHE/pjproject-2.18-other" "$CACHE/.building.1"
  equals "$(cached_pjsip key)" "$CACHE/pjproject-2.17-key"
  equals "$(cached_pjsip none)" ""
}
check "of several builds of PJSIP with the same settings the newest version is used" newest_cached

cmake_file_kept() {
  write_pjproject_cmake /some/prefix
  touch -d 2020-01-01 build/pjproject.cmake
  write_pjproject_cmake /some/prefix
  equals "$(date -r build/pjproject.cmake +%Y)" 2020
  write_pjproject_cmake /another/prefix
  contains "$(<build/pjproject.cmake)" 'set(PJPROJECT_ROOT "/another/prefix")'
}
check "the file that tells CMake where PJSIP is changes only when the place does" cmake_file_kept

mirrors_of_machine() {
  stub "$1" apt-get 'printf "%s\n" http://mirror.example/debian http://mirror.example/debian http://security.example/debian-security/'
  equals "$(debian_mirrors | xargs)" "http://mirror.example/debian http://deb.debian.org/debian/"
  stub "$1" apt-get 'exit 100'
  equals "$(debian_mirrors | xargs)" "http://deb.debian.org/debian/"
}
check "the machine's own mirror is asked before Debian's, the security archive never" mirrors_of_machine

npm_is_left_alone() {
  stub "$1" npm 'exit 1'
  NODE_ABI=x64-abi115
  mkdir node_modules
  echo '{}' >package-lock.json
  { cat package-lock.json && echo "$NODE_ABI"; } | hash_input >node_modules/.branchline-stamp
  step_npm
  echo '{"changed":1}' >package-lock.json
  contains "$(outcome step_npm)" "npm packages could not be installed"
}
check "npm runs only when the lock file or Node's binary interface changed" npm_is_left_alone

counts() {
  printf '%s\n' '<testcase name="a" classname="a" time="1" status="run">' '<testcase name="b" classname="b" time="1" status="fail">' >junit
  equals "$(node "$here/count-tests.mjs" junit junit | xargs)" "1 1 0"
  printf '%s\n' 'ok a' 'not ok b' 'skip c: no sound card' >lines
  equals "$(node "$here/count-tests.mjs" lines lines | xargs)" "1 1 1 c: no sound card"
}
check "tests are counted from ctest's results and from lines" counts

# Prints the totals after one suite. The arguments: those of suite.
totals_of() {
  RESULTS="$ROOT/results"
  mkdir -p "$RESULTS"
  suite "$@" >/dev/null 2>&1
  echo "$total_passed $total_failed $total_skipped"
}

bad_suites() {
  equals "$(totals_of a exit true)" "1 0 0"
  equals "$(totals_of b exit false)" "0 1 0"
  equals "$(totals_of c lines bash -c 'echo ok one; exit 139')" "1 1 0"
  equals "$(totals_of d lines true)" "0 1 0"
  equals "$(totals_of e junit true)" "0 1 0"
  equals "$(totals_of f exit bash -c 'echo no sound card; exit 77')" "0 0 1"
}
check "a suite that crashes, or runs nothing, counts as failed; one that ends with 77 as skipped" bad_suites

exit "$any_failed"
