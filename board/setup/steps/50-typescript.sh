# shellcheck shell=bash
# TypeScript to dist/.

step_typescript() {
  local stamp="$ROOT/dist/.branchline-stamp" wanted
  wanted="$(hash_tree src native/addon/addon.d.ts tsconfig.json tsconfig.build.json package-lock.json)"
  if [[ -f "$stamp" && "$(<"$stamp")" == "$wanted" ]]; then return; fi
  # Begun anew, so that a source file that is gone leaves nothing behind that could still be imported.
  rm -rf "$ROOT/dist"
  run_long typescript "compiling TypeScript (seconds)" \
    node "$ROOT/node_modules/typescript/bin/tsc" -p "$ROOT/tsconfig.build.json" ||
    die "TypeScript does not compile; the whole log is $LOGS/typescript.log"
  printf '%s\n' "$wanted" >"$stamp"
}
