#!/usr/bin/env bash
# Starts a guest, runs one command in it, and ends with the command's status. Usage: boot.sh RESULTS CARD SECONDS COMMAND...
#   CARD      vcard (test/dahdi/vcard) or loop (DAHDI's own spans, joined in pairs)
#   SECONDS   of the machine's time, after which the guest is ended
# The command runs as root with the machine's files, read-only but for RESULTS and $TMPDIR. RESULTS then has `output` (printed here too),
# `console` and `kernel.log`. The guest's kernel complaining is a failure, whatever the command said.
# Environment: DAHDI_GUEST and DAHDI_VCARD, the folders of the kernel's and of the card's build (board/setup/steps/60-dahdi-guest.sh).
set -euo pipefail

readonly MEMORY_MIB=1024
# Of kernel messages: those that nothing a test does may cause.
readonly COMPLAINTS='WARNING:|BUG:|Oops|Call Trace|general protection fault|Kernel panic|soft lockup|detected stall|blocked for more than|Out of memory'

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
mkdir -p "$1"
results="$(cd "$1" && pwd)" card=$2 seconds=$3
shift 3
# Where a result of an earlier run could be taken for one of this.
rm -f "$results"/{output,status,console,kernel.log}

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

# $1: a folder. Prints it as the archive that the kernel unpacks.
archive() { (cd "$1" && find . | "$DAHDI_GUEST/root/bin/busybox" cpio -o -H newc 2>/dev/null); }

make_initrd() {
  local root="$scratch/root" release
  release="$(<"$DAHDI_GUEST/release")"
  cp -a "$DAHDI_GUEST/root" "$root"
  cp "$DAHDI_VCARD/vcard.ko" "$root/lib/modules/$release/extra/"
  "$root/bin/busybox" depmod -b "$root" "$release"
  mkdir -p "$root"/{etc,dev,proc,sys}
  cp "$here/init" "$root/init"
  ln -s busybox "$root/bin/sh"
  printf '%s=%q\n' card "$card" here "$here" tools "$DAHDI_GUEST/tools" results "$results" >"$root/etc/guest"
  archive "$root" >"$scratch/initrd"
}

# -icount: the guest's clock counts its instructions (1 ns each) and jumps ahead when it has nothing to do. So nothing in it is late because this
# machine is slow or busy, and waiting costs nothing. That is also why only what happens in the guest's time is told here, never how fast.
# cryptomgr.notests: seconds of self-tests at boot. loglevel=5: kernel warnings and worse go to the console.
run_qemu() {
  timeout --foreground --kill-after=5 "$seconds" qemu-system-x86_64 \
    -machine pc,accel=tcg -cpu max -smp 1 -m "$MEMORY_MIB" -icount shift=0,sleep=off -rtc clock=vm \
    -nodefaults -display none -no-reboot -serial "file:$results/console" \
    -kernel "$DAHDI_GUEST/kernel" -initrd "$scratch/initrd" \
    -append "console=ttyS0 loglevel=5 panic=-1 oops=panic mitigations=off cryptomgr.notests" \
    -virtfs local,path=/,mount_tag=machine,security_model=none,readonly=on,multidevs=remap \
    -virtfs "local,path=${results//,/,,},mount_tag=results,security_model=none"
}

make_initrd
printf '%q ' "$@" >"$results/job"
ended=0
run_qemu || ended=$?
if [[ -f "$results/output" ]]; then cat "$results/output"; fi
if grep -aE "$COMPLAINTS" "$results/console" "$results/kernel.log" 2>/dev/null; then
  echo "not ok the guest's kernel has nothing to complain of (${results##*/}; see $results/console)"
  exit 1
fi
if [[ ! -s "$results/status" ]]; then
  tail -n 20 "$results/console" 2>/dev/null || true
  if ((ended == 124)); then why="it took longer than $seconds s"; else why="qemu ended with $ended"; fi
  echo "not ok the guest runs to its end (${results##*/}: $why)"
  exit 1
fi
exit "$(<"$results/status")"
