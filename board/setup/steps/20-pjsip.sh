# shellcheck shell=bash
# PJSIP, the SIP and RTP library. In this order: one that the system has (pkg-config), one built earlier (the cache), the tarball
# that BRANCHLINE_PJPROJECT_TARBALL names, Debian's source. Writes build/pjproject.cmake, which native/cmake/Pjproject.cmake reads.

readonly PJSIP_MINIMUM=2.15
# shellcheck disable=SC2153 # ROOT comes from lib.sh
readonly PJSIP_HERE="$ROOT/board/setup/pjsip"

step_pjsip() {
  local root key
  if pkg-config --atleast-version="$PJSIP_MINIMUM" libpjproject 2>/dev/null; then
    write_pjproject_cmake ""
    return
  fi
  key="$(pjsip_key)"
  root="$(cached_pjsip "$key")"
  if [[ -z "$root" ]]; then
    build_pjsip "$key"
    root="$(cached_pjsip "$key")"
    [[ -n "$root" ]] || die "PJSIP was built but is not in $CACHE; please report this"
  fi
  write_pjproject_cmake "$root"
}

# Prints the hash of all that decides what comes out of a build, but for PJSIP's own version, which is in the folder's name.
pjsip_key() {
  {
    cat "$PJSIP_HERE/config_site.h" "$PJSIP_HERE/configure-flags.txt" "$PJSIP_HERE/build.sh"
    # The compiler also stands for the distribution's release, and so for its OpenSSL, Opus and SRTP.
    cc -dumpfullversion
    cc -dumpmachine
    echo "${BRANCHLINE_PJPROJECT_CFLAGS:-}"
    if [[ -n "${BRANCHLINE_PJPROJECT_TARBALL:-}" ]]; then sha256sum <"$BRANCHLINE_PJPROJECT_TARBALL"; fi
  } | hash_input
}

# Prints the newest build of key $1 in the cache, or nothing.
cached_pjsip() {
  if [[ -d "$CACHE" ]]; then
    find "$CACHE" -mindepth 1 -maxdepth 1 -type d -name "pjproject-*-$1" | sort -V | tail -n1
  fi
}

# $1: key. Two set-ups at once on one machine build it once: the second waits for the first.
build_pjsip() {
  local key=$1
  case "$CACHE" in *[[:space:]]*)
    die_with_command "PJSIP cannot be built below a folder with a space in its name ($CACHE)" \
      "XDG_CACHE_HOME=/var/tmp/branchline-cache npm start" ;;
  esac
  mkdir -p "$CACHE"
  exec 9>"$CACHE/pjproject.lock"
  if ! flock -n 9; then
    say "another set-up is building PJSIP just now; waiting for it"
    flock 9
  fi
  if [[ -z "$(cached_pjsip "$key")" ]]; then
    # What an earlier build left when it was cut off; nobody else is building, we hold the lock.
    rm -rf "$CACHE"/.building.*
    build_pjsip_locked "$key"
  fi
  exec 9>&-
}

build_pjsip_locked() {
  local key=$1 tarball="${BRANCHLINE_PJPROJECT_TARBALL:-}"
  if [[ -z "$tarball" ]]; then
    tarball="$CACHE/pjproject-source.tar.xz"
    fetch_pjsip "$tarball"
  fi
  run_long pjsip-build "building PJSIP into $CACHE, once a machine (about a minute)" \
    "$PJSIP_HERE/build.sh" "$tarball" "$CACHE" "$key" ||
    die "PJSIP could not be built; the whole log is $LOGS/pjsip-build.log"
}

# $1: where the tarball goes. One that is there already is used (a build that was cut off does not fetch again).
fetch_pjsip() {
  local mirrors
  if [[ -s "$1" ]] && tar -tf "$1" >/dev/null 2>&1; then return; fi
  mapfile -t mirrors < <(debian_mirrors)
  run_long pjsip-fetch "fetching PJSIP's source from Debian, 26 MB (seconds)" "$PJSIP_HERE/fetch.sh" "$1" "${mirrors[@]}" ||
    die_with_command "PJSIP's source could not be fetched: is a Debian mirror reachable from here? Without one, take the file
  asterisk_*.orig-Xpjproject.tar.xz of Debian's source package asterisk (sid) from another machine" \
      "BRANCHLINE_PJPROJECT_TARBALL=/path/to/asterisk_….orig-Xpjproject.tar.xz npm start"
}

# Prints the mirrors to try: those of the machine's own apt set-up (apt reads both its formats itself), then Debian's.
debian_mirrors() {
  {
    # shellcheck disable=SC2016 # apt's own placeholders
    apt-get indextargets --no-release-info --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
      grep -E '/debian/?([0-9TZ]+/?)?$' || true
    echo http://deb.debian.org/debian/
  } | awk '!seen[$0]++'
}

# $1: the prefix PJSIP is installed in, or nothing for one that pkg-config finds by itself. Left alone when it says so already:
# CMake would configure again.
write_pjproject_cmake() {
  local file="$ROOT/build/pjproject.cmake" text
  text="# Written by board/setup. Empty: the system's own libpjproject.
set(PJPROJECT_ROOT \"$1\")"
  if [[ ! -f "$file" || "$(<"$file")" != "$text" ]]; then
    mkdir -p "$ROOT/build"
    printf '%s\n' "$text" >"$file.partial"
    mv "$file.partial" "$file"
  fi
}
