#!/usr/bin/env bash
# Runs in the guest: the card's spans are there and configured, go when the card is pulled, and are back with the same numbers when a new one is put in.
# Prints a line `ok …` or `not ok …` a check.
# shellcheck disable=SC2317 # checks are called by name
set -euo pipefail

failed=0
# $1: what must hold. The rest: a command that says whether it does.
check() {
  local what=$1
  shift
  if "$@"; then echo "ok $what"; else echo "not ok $what" && failed=1; fi
}

# True if the kernel lists these spans, and no other, each without an alarm. Arguments: their names, with a ! where there is to be an alarm.
spans_are() {
  local wanted="$*" listed="" line name file
  for file in /proc/dahdi/[0-9]*; do
    [[ -f "$file" ]] || continue
    read -r line <"$file"
    name="${line#Span *: }"
    name="${name%% *}"
    # The alarm is at the end of the line.
    if [[ "$line" =~ \ (RED|YELLOW|BLUE|NOTOPEN) ]]; then name="$name!"; fi
    listed="${listed:+$listed }$name"
  done
  if [[ "$listed" == "$wanted" ]]; then return; fi
  echo "    listed: $listed"
  return 1
}

case "$DAHDI_CARD" in
  loop)
    check "DAHDI's spans that are joined in pairs are up (loop)" \
      spans_are DYN/loc/1:0 DYN/loc/1:1 DYN/loc/2:0 DYN/loc/2:1 DYN/loc/3:0 DYN/loc/3:1
    ;;
  vcard)
    spans=(VCARD/FXS VCARD/FXO VCARD/BRI-NT VCARD/BRI-TE VCARD/E1-NT VCARD/E1-TE)
    check "the virtual card's spans are up" spans_are "${spans[@]}"
    echo "alarm 6 8" >/proc/vcard
    check "a red alarm on one side of an E1 is a yellow one on the other" \
      spans_are "${spans[@]:0:4}" VCARD/E1-NT! VCARD/E1-TE!
    echo "alarm 6 0" >/proc/vcard
    check "it clears on both" spans_are "${spans[@]}"
    echo pull >/proc/vcard
    check "a card that is pulled takes its spans with it" spans_are
    echo insert >/proc/vcard
    ./configure.sh
    check "a card that is put in again has them all" spans_are "${spans[@]}"
    ;;
esac
exit "$failed"
