# shellcheck shell=bash
# TypeScript to dist/.

step_typescript() {
  local stamp="$ROOT/dist/.branchline-stamp" wanted
  wanted="$(hash_tree src native/addon/addon.d.ts tsconfig.json board/setup/bundle.mjs package-lock.json)"
  if [[ -f "$stamp" && "$(<"$stamp")" == "$wanted" ]]; then return; fi
  run_long typescript "compiling TypeScript (seconds)" node "$ROOT/board/setup/bundle.mjs" ||
    die "TypeScript does not compile; the whole log is $LOGS/typescript.log"
  printf '%s\n' "$wanted" >"$stamp"
}
