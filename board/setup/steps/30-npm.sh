# shellcheck shell=bash
# npm packages from the lock file. better-sqlite3 is compiled here (its ready-made binaries crash on Node 20), which takes
# longer than all else together, so the result is kept in the cache for the next clone.
# Uses NODE_ABI and NODE_PREFIX of step_node.

step_npm() {
  local stamp="$ROOT/node_modules/.branchline-stamp" wanted
  wanted="$({ cat "$ROOT/package-lock.json" && echo "$NODE_ABI"; } | hash_input)"
  if [[ -f "$stamp" && "$(<"$stamp")" == "$wanted" ]]; then return; fi

  # Scripts of packages do not run: the one build that is needed comes next, and is ours to see.
  run_long npm-ci "installing npm packages (about 20 s)" npm --prefix "$ROOT" ci --ignore-scripts --no-audit --no-fund ||
    die "npm packages could not be installed; the whole log is $LOGS/npm-ci.log"
  step_sqlite
  printf '%s\n' "$wanted" >"$stamp"
}

step_sqlite() {
  local package="$ROOT/node_modules/better-sqlite3" built kept
  built="$package/build/Release/better_sqlite3.node"
  kept="$CACHE/$(sqlite_cache_name "$package").node"
  if [[ -f "$kept" ]]; then
    mkdir -p "$(dirname "$built")"
    cp "$kept" "$built"
    if sqlite_works "$package"; then return; fi
    say "the kept build of better-sqlite3 does not load here; building it again"
  fi
  # Node's own headers, where they lie beside it; else node-gyp downloads them.
  # Our header before Node's: better-sqlite3/node_object_wrap.h says why.
  local environment=("CXX=${CXX:-g++} -I$ROOT/board/setup/better-sqlite3")
  if [[ -f "$NODE_PREFIX/include/node/node_api.h" ]]; then environment+=("npm_config_nodedir=$NODE_PREFIX"); fi
  run_long sqlite-build "compiling better-sqlite3, once a machine and Node version (about 90 s)" \
    env "${environment[@]}" npm --prefix "$package" run build-release ||
    die "better-sqlite3 could not be built; the whole log is $LOGS/sqlite-build.log"
  sqlite_works "$package" || die "better-sqlite3 was built but does not load; the log is $LOGS/sqlite-build.log"
  mkdir -p "$CACHE"
  cp "$built" "$kept.partial.$$"
  mv "$kept.partial.$$" "$kept"
}

# Prints the name that a build of package $1 is kept under: all that decides whether the binary fits.
sqlite_cache_name() {
  printf 'better-sqlite3-%s-%s-%s-%s' "$(node -p 'require(process.argv[1]).version' "$1/package.json")" "$NODE_ABI" \
    "$(getconf GNU_LIBC_VERSION | tr ' ' '-')" "$(hash_input <"$ROOT/board/setup/better-sqlite3/node_object_wrap.h")"
}

# True if the binary of package $1 loads in this Node and opens a database.
sqlite_works() {
  node -e 'const Database = require(process.argv[1]); new Database(":memory:").prepare("select 1").get()' "$1" 2>/dev/null
}
