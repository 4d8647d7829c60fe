#!/usr/bin/env bash
# Lays out the C++ sources by native/.clang-format, or with --check only tells which differ.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
mode=(-i)
if [[ "${1:-}" == --check ]]; then mode=(--dry-run --Werror); fi
find native \( -name '*.cpp' -o -name '*.hpp' \) -print0 | xargs -0 --no-run-if-empty clang-format-19 "${mode[@]}"
