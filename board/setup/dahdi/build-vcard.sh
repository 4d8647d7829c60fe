#!/usr/bin/env bash
# Compiles the virtual card's kernel module for the guest. Usage: build-vcard.sh GUEST_FOLDER TARGET_FOLDER; the result is
# TARGET_FOLDER/vcard.ko.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
guest=$1 target=$2

rm -rf "$target.building" "$target"
mkdir "$target.building"
cp "$here"/../../../test/dahdi/vcard/* "$target.building/"
"$here/kbuild.sh" "$guest" "$target.building" KBUILD_EXTRA_SYMBOLS="$guest/dahdi/drivers/dahdi/Module.symvers"
strip --strip-debug "$target.building/vcard.ko"
mv "$target.building" "$target"
