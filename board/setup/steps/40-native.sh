# shellcheck shell=bash
# The C++ add-on, build/release/addon/branchline.node.

step_native() {
  local stamp="$ROOT/build/release/.branchline-stamp" addon="$ROOT/build/release/addon/branchline.node" wanted
  # cmake would find out by itself, but takes a second or two for it. OpenSSL is linked in: an update of it has to reach us.
  wanted="$(hash_tree native build/pjproject.cmake node_modules/node-addon-api/package.json \
    node_modules/node-api-headers/package.json "$(pkg-config --variable=libdir libssl)/libssl.a")"
  if [[ -f "$stamp" && -f "$addon" && "$(<"$stamp")" == "$wanted" ]]; then return; fi
  run_long native-release "building the C++ add-on (a minute or two the first time)" "$ROOT/board/setup/native-build.sh" release ||
    die "the add-on could not be built; the whole log is $LOGS/native-release.log"
  [[ -f "$addon" ]] || die "the build ended well but made no add-on ($addon); the log is $LOGS/native-release.log"
  printf '%s\n' "$wanted" >"$stamp"
}
