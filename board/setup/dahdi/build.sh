#!/usr/bin/env bash
# Makes what a guest with real DAHDI modules is started from: a Debian kernel, DAHDI's modules compiled for it, busybox, dahdi_cfg.
# Usage: build.sh FOLDER; it is emptied first, and whole once FOLDER/complete is there:
#
#   kernel        what qemu starts         release    the kernel's version
#   root/         the beginning of the guest's root file system: bin/busybox and lib/modules
#   tools/        sbin/dahdi_cfg, with its libraries in lib/
#   packages/     the kernel's headers, and what they run on
#   dahdi/        DAHDI's source, compiled: with the headers, what a further module (test/dahdi/vcard) is built against
#
# Debian's packages are downloaded and unpacked, never installed: the machine's own modules and boot are not touched. apt checks what
# it downloads.
set -euo pipefail

readonly DAHDI_MODULES=(dahdi dahdi_dynamic dahdi_dynamic_loc dahdi_echocan_mg2)
# Besides DAHDI's: 9p, by which the guest sees the machine's files, and what DAHDI 3 needs.
readonly KERNEL_MODULES=(virtio_pci 9pnet_virtio 9p hdlc ppp_generic)
folder=$1

# Outside the cache folder: apt downloads as the user _apt, which cannot enter a home directory.
downloads="$(mktemp -d "${TMPDIR:-/tmp}/branchline-dahdi-fetch.XXXXXXXX")"
trap 'rm -rf "$downloads"' EXIT
chmod 755 "$downloads"
apt=()

# Prints the dependencies of package $1 that match the extended regular expression $2.
dependencies() { apt-cache "${apt[@]}" depends "$1" | sed -nE "s/^ *Depends: ($2)\$/\\1/p" | sort -u; }

# Prints all packages that are needed; fails where apt does not know them.
wanted() {
  local image release headers
  image="$(dependencies linux-image-amd64 'linux-image-[0-9].*' | tail -n1)"
  release="${image#linux-image-}"
  [[ -n "$release" ]] || return 1
  headers="$(dependencies "linux-headers-$release" 'linux-(headers|kbuild)-.*')"
  [[ "$headers" == *linux-headers-*linux-kbuild-* ]] || return 1
  printf '%s\n' "$image" "linux-headers-$release" "$headers" dahdi-source dahdi busybox-static
  dependencies dahdi 'libtonezone.*'
  dependencies "$(grep linux-kbuild <<<"$headers")" 'libelf.*'
}

download() {
  local packages
  mapfile -t packages < <(wanted)
  ((${#packages[@]} > 0)) || return 1
  echo "== downloading ${packages[*]}"
  (cd "$downloads" && apt-get "${apt[@]}" -o Acquire::Retries=2 download "${packages[@]}")
}

# The machine's lists may be older than its mirror, or not there at all: then with lists of our own.
download_anyhow() {
  if download; then return; fi
  echo "== once more, with new lists of packages"
  mkdir -p "$downloads/lists/partial" "$downloads/cache/archives/partial"
  apt=(-o "Dir::State::lists=$downloads/lists" -o "Dir::Cache=$downloads/cache" -o Acquire::Languages=none)
  apt-get "${apt[@]}" update
  download
}

# Fills packages/ and release.
unpack() {
  local package headers=(packages/usr/src/linux-headers-*-common)
  for package in "$downloads"/*.deb; do dpkg-deb -x "$package" packages; done
  basename packages/lib/modules/* >release
  headers=(packages/usr/src/linux-headers-*-common)
  # Its makefile is one line, which includes the common one by its installed path.
  echo "include $folder/${headers[0]}/Makefile" >"packages/usr/src/linux-headers-$(<release)/Makefile"
}

build_modules() {
  local options=(HOTPLUG_FIRMWARE=yes CONFIG_DAHDI=m CONFIG_DAHDI_DYNAMIC=m CONFIG_DAHDI_DYNAMIC_LOC=m CONFIG_DAHDI_ECHOCAN_MG2=m)
  packages/bin/busybox tar -xjf packages/usr/src/dahdi.tar.bz2
  mv modules/dahdi dahdi
  rmdir modules
  "$here/kbuild.sh" "$folder" "$folder/dahdi/drivers/dahdi" "${options[@]}"
}

# Copies the modules that the guest needs, with those that they need, and their index.
gather_modules() {
  local release modules module name needed=()
  release="$(<release)"
  modules="packages/lib/modules/$release"
  mkdir -p "$modules/extra" "root/lib/modules/$release"
  for name in "${DAHDI_MODULES[@]}"; do cp "dahdi/drivers/dahdi/$name.ko" "$modules/extra/"; done
  packages/bin/busybox depmod -b packages "$release"
  for name in "${KERNEL_MODULES[@]}" "${DAHDI_MODULES[@]}"; do
    mapfile -t -O "${#needed[@]}" needed < <(grep "/$name\.ko:" "$modules/modules.dep" | tr -d : | tr ' ' '\n')
  done
  for module in "${needed[@]}"; do
    install -D -m 644 "$modules/$module" "root/lib/modules/$release/$module"
    strip --strip-debug "root/lib/modules/$release/$module"
  done
  cp "$modules"/modules.{order,builtin} "root/lib/modules/$release/"
  packages/bin/busybox depmod -b root "$release"
}

gather_tools() {
  mkdir -p root/bin tools/sbin tools/lib
  cp packages/bin/busybox root/bin/
  cp packages/usr/sbin/dahdi_cfg tools/sbin/
  find packages -name 'libtonezone.so*' -exec cp -a {} tools/lib/ \;
}

# An uncompressed kernel starts some seconds sooner where no processor helps. Where it is packed in another way, as it is.
gather_kernel() {
  local packed at
  packed="packages/boot/vmlinuz-$(<release)"
  at="$(LC_ALL=C grep -abo -m1 -P '\xfd7zXZ\x00' "$packed" | head -n1 | cut -d: -f1 || true)"
  # No pipe: xz is done before tail, which then fails.
  if [[ -n "$at" ]] && xz --decompress --single-stream >kernel 2>/dev/null < <(tail -c "+$((at + 1))" "$packed"); then return; fi
  cp "$packed" kernel
}

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"
download_anyhow
unpack
build_modules
gather_modules
gather_tools
gather_kernel
rm -rf packages/lib/modules packages/boot
# On disk before it counts: a power cut leaves a folder that is made anew.
sync -f .
touch complete
