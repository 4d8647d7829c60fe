# shellcheck shell=bash
# What the guest with real DAHDI kernel modules is made of (test/dahdi): built once a machine into the cache. Only for the tests, and
# one suite alone needs it: where it cannot be made, that suite fails and says where the log is.

# shellcheck disable=SC2153 # ROOT comes from lib.sh
readonly DAHDI_HERE="$ROOT/board/setup/dahdi"

step_dahdi_guest() {
  local folder vcard
  # No other machine has been tried; the suite says so too.
  [[ "$(uname -m)" == x86_64 ]] || return 0
  case "$CACHE" in *[[:space:]]*)
    say "the guest with DAHDI cannot be built below a folder with a space in its name ($CACHE)"
    return ;;
  esac
  folder="$(dahdi_guest_folder)"
  mkdir -p "$CACHE"
  exec 9>"$CACHE/dahdi-guest.lock"
  if ! flock -n 9; then
    say "another set-up is building the guest with DAHDI just now; waiting for it"
    flock 9
  fi
  vcard="$(dahdi_vcard_folder)"
  if [[ ! -f "$folder/complete" ]]; then
    run_long dahdi-guest "building the guest with DAHDI's kernel modules, once a machine (about a minute)" \
      "$DAHDI_HERE/build.sh" "$folder" || say "the DAHDI suite will fail; the whole log is $LOGS/dahdi-guest.log"
  fi
  if [[ -f "$folder/complete" && ! -f "$vcard/vcard.ko" ]]; then
    run_long dahdi-vcard "compiling the virtual card's kernel module (seconds)" \
      "$DAHDI_HERE/build-vcard.sh" "$folder" "$vcard" || say "the DAHDI suite will fail; the whole log is $LOGS/dahdi-vcard.log"
  fi
  exec 9>&-
}

# Prints where the guest's parts are: named by all that decides what they are but for Debian's own versions.
dahdi_guest_folder() {
  local key
  key="$({ cat "$DAHDI_HERE/build.sh" "$DAHDI_HERE/kbuild.sh" && cc -dumpfullversion && cc -dumpmachine; } | hash_input)"
  printf '%s/dahdi-guest-%s' "$CACHE" "$key"
}

# Prints where the virtual card's module is. In the cache as well: the kernel's makefiles refuse a clone with a space in its name.
dahdi_vcard_folder() {
  printf '%s/vcard-%s' "$(dahdi_guest_folder)" "$(cat "$ROOT"/test/dahdi/vcard/* | hash_input)"
}
