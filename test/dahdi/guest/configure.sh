#!/usr/bin/env bash
# Runs in the guest: gives the card's spans and channels their configuration, at the start and once the card is back after it was pulled.
set -euo pipefail

LD_LIBRARY_PATH="$DAHDI_TOOLS/lib" "$DAHDI_TOOLS/sbin/dahdi_cfg" -c "$(dirname "${BASH_SOURCE[0]}")/$DAHDI_CARD.conf"
