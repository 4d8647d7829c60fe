#!/usr/bin/env bash
# Builds PJSIP from a source tarball into the cache. Usage: build.sh TARBALL CACHE_FOLDER KEY
# Prints the build's noise; the result is CACHE_FOLDER/pjproject-<version>-<KEY>. Built beside that place and moved there in one
# step, so that a folder of that name is always whole, whatever was cut off when.
# Environment: BRANCHLINE_PJPROJECT_CFLAGS, further compiler flags (part of the caller's key).
set -euo pipefail

readonly MINIMUM_VERSION=2.15
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
tarball=$1 cache=$2 key=$3

# NDEBUG: without it pj_assert aborts the whole service. fPIC: the libraries go into a shared object. g1: names in backtraces.
# The last two are Debian's own hardening: this code parses what strangers send.
readonly FLAGS="-O2 -g1 -DNDEBUG -fPIC -fstack-protector-strong -D_FORTIFY_SOURCE=2 ${BRANCHLINE_PJPROJECT_CFLAGS:-}"

work="$(mktemp -d "$cache/.building.XXXXXXXX")"
trap 'rm -rf "$work"' EXIT

mkdir "$work/source"
tar -xf "$tarball" -C "$work/source" --strip-components=1
cd "$work/source"

version="$(sed -n 's/^export PJ_VERSION_\(MAJOR\|MINOR\|REV\) *:= *\([0-9]*\).*/\2/p' version.mak | paste -sd. | sed 's/\.*$//')"
if [[ "$(printf '%s\n' "$MINIMUM_VERSION" "$version" | sort -V | head -n1)" != "$MINIMUM_VERSION" ]]; then
  echo "PJSIP $version is too old: $MINIMUM_VERSION or newer is needed"
  exit 1
fi
final="$cache/pjproject-$version-$key"

cp "$here/config_site.h" pjlib/include/pj/config_site.h
# Debian removed the sources of this sound device but not its line in the makefile.
sed -i 's/ bdimad_dev\.o//' pjmedia/build/Makefile

mapfile -t configure_flags <"$here/configure-flags.txt"
export CFLAGS="$FLAGS -ffile-prefix-map=$work/source=pjproject"
export CXXFLAGS="$CFLAGS" LDFLAGS="${BRANCHLINE_PJPROJECT_CFLAGS:-}" EXCLUDE_APP=1
./configure --prefix="$final" "${configure_flags[@]}"
make dep
make -j"$(nproc)"
make install DESTDIR="$work/install"

# On disk before it gets its name: a power cut leaves the whole folder or none.
sync -f "$work/install"
rm -rf "$final"
mv "$work/install$final" "$final"
