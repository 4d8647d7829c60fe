#!/usr/bin/env bash
# Runs in the guest, within the machine's root file system: configures the card's spans as the machine's boot would, then runs the job that boot.sh left
# in the results folder. Usage: job.sh CARD TOOLS RESULTS
set -euo pipefail

export DAHDI_CARD=$1 DAHDI_TOOLS=$2 RESULTS=$3
# The clone itself may lie in /tmp, which is therefore as read-only as all else.
export HOME=/dev/shm TMPDIR=/dev/shm PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

cd "$(dirname "${BASH_SOURCE[0]}")"
./configure.sh
# shellcheck source=/dev/null # written by boot.sh
source "$RESULTS/job"
