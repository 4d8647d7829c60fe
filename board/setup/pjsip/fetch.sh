#!/usr/bin/env bash
# Fetches PJSIP's source: Debian has no pjproject package, but its `asterisk` source package carries upstream's release as a
# component tarball. Usage: fetch.sh TARGET_FILE MIRROR...
#
# The machine's own apt set-up is only read (proxy, credentials), never changed: lists, cache and sources are in a scratch
# folder. What is trusted: `signed-by` makes apt accept sid's index only with a signature by the Debian archive keyring; the index
# carries the SHA-256 of each source file, and apt checks it. A mirror or a proxy cannot change what is built.
set -euo pipefail

readonly KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
target=$1
shift

# Outside the cache folder: apt downloads as the user _apt, which cannot enter a home directory.
scratch="$(mktemp -d "${TMPDIR:-/tmp}/branchline-pjsip-fetch.XXXXXXXX")"
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"

# $1: mirror. Leaves the component tarball in $scratch/source.
fetch_from() {
  local apt=(-c "$scratch/apt.conf")
  rm -rf "$scratch/lists" "$scratch/cache" "$scratch/source"
  mkdir -p "$scratch/lists/partial" "$scratch/cache/archives/partial" "$scratch/source"
  if [[ $(id -u) == 0 ]]; then chown _apt "$scratch/source" 2>/dev/null || true; fi
  printf 'deb-src [signed-by=%s] %s sid main\n' "$KEYRING" "$1" >"$scratch/sources.list"
  # Check-Valid-Until: a mirror's copy of sid's index may be days old; its signature is checked all the same. #clear: hooks of
  # the machine's apt (desktop catalogues and the like) are not to run for us.
  cat >"$scratch/apt.conf" <<CONF
Dir::Etc::sourcelist "$scratch/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "$scratch/lists";
Dir::Cache "$scratch/cache";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
APT::Update::Error-Mode "any";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
CONF
  apt-get update "${apt[@]}" && (cd "$scratch/source" && apt-get source --download-only "${apt[@]}" asterisk)
}

for mirror in "$@"; do
  echo "== Debian's source package asterisk (sid) from $mirror"
  fetch_from "$mirror" || continue
  # The name carries Asterisk's version, which moves on.
  found=("$scratch"/source/asterisk_*.orig-Xpjproject.tar.*)
  if [[ -f "${found[0]}" ]]; then
    cp "${found[0]}" "$target.partial"
    mv "$target.partial" "$target"
    exit 0
  fi
  echo "== the source package there has no pjproject component"
done
echo "== no mirror gave PJSIP's source"
exit 1
