#!/usr/bin/env bash
# Runs a command once in a run of the tests, whoever comes first: who comes second waits for it. Either gets its output and its status.
# Usage: once.sh FOLDER NAME COMMAND…   FOLDER is this run's; NAME is the command's there.
set -euo pipefail

folder=$1 name=$2
shift 2
mkdir -p "$folder"
exec 7>"$folder/$name.lock"
flock 7
if [[ ! -f "$folder/$name.status" ]]; then
  status=0
  "$@" >"$folder/$name.output" 2>&1 7>&- || status=$?
  echo "$status" >"$folder/$name.status"
fi
cat "$folder/$name.output"
exit "$(<"$folder/$name.status")"
