#!/usr/bin/env bash
# Compiles kernel modules for the guest. Usage: kbuild.sh FOLDER SOURCE OPTION...; FOLDER is build.sh's.
set -euo pipefail

folder=$1 source=$2
shift 2

# objtool, of the kernel's headers, is linked with libelf.
libraries="$(dirname "$(find "$folder/packages" -name 'libelf.so.1' -print -quit)")"
LD_LIBRARY_PATH="$libraries" make -j"$(nproc)" -C "$folder/packages/usr/src/linux-headers-$(<"$folder/release")" M="$source" \
  DAHDI_INCLUDE="$folder/dahdi/include" "$@" modules
