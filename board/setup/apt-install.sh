#!/usr/bin/env bash
# Installs Debian packages without asking anything. Usage: apt-install.sh PACKAGE... (as root)
# Another apt is waited for up to two minutes; a mirror that fails once is tried once more.
set -uo pipefail

export DEBIAN_FRONTEND=noninteractive
readonly OPTIONS=(-o DPkg::Lock::Timeout=120 -o Acquire::Retries=2)
readonly PAUSE_BEFORE_RETRY_SECONDS=5

install_once() {
  # One broken source among several makes the update fail, but the packages may be found all the same: installing decides.
  apt-get update "${OPTIONS[@]}" || echo "== apt-get update failed; going on with the lists that are there"
  apt-get install -y --no-install-recommends "${OPTIONS[@]}" "$@"
}

install_once "$@" && exit 0
echo "== once more in $PAUSE_BEFORE_RETRY_SECONDS s"
sleep "$PAUSE_BEFORE_RETRY_SECONDS"
# An installation that was cut off (Ctrl-C, power) leaves packages half configured, and apt refuses to go on before this.
dpkg --configure -a
install_once "$@"
