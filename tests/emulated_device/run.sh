#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh COMMAND [ARGUMENTS]: runs a program on the emulated device and ends with the program's status.
#
# The library is NONNEG_EMU_LIB, or is looked for beside this script, in a build folder below it, and in the
# folders above the command and above the current one.
set -u
name=libnonneg_emulated_device.so
self=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

candidates() {
  printf '%s\n' "$self" "$self"/build* "$self"/../../build*
  local start folder
  for start in "$(dirname "$(readlink -f "$(command -v "$1" || echo "$1")")")" "$PWD"; do
    folder=$start
    while [ "$folder" != / ]; do
      printf '%s\n' "$folder"
      folder=$(dirname "$folder")
    done
  done
}

find_library() {
  local folder sub
  while read -r folder; do
    for sub in . lib tests/emulated_device; do
      [ -f "$folder/$sub/$name" ] && readlink -f "$folder/$sub/$name" && return
    done
  done
}

if [ $# -eq 0 ]; then
  echo "usage: run.sh COMMAND [ARGUMENTS]" >&2
  exit 2
fi
library=${NONNEG_EMU_LIB:-$(candidates "$1" | find_library)}
if [ ! -f "$library" ]; then
  echo "run.sh: $name not found; build it, or set NONNEG_EMU_LIB to its path" >&2
  exit 97
fi
export LD_PRELOAD="$library${LD_PRELOAD:+:$LD_PRELOAD}"
export NVTX_INJECTION64_PATH="$library"
exec "$@"
