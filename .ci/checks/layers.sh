#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every file of include/, kernels/ and src/ includes only from its own room and from rooms below, in
# the order of src/rooms.txt; and every folder there is a room.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
source .ci/checks/common.sh

# Each line is FILE:#include "HEADER"
list_files 'include/*.hpp' 'kernels/*.cu' 'kernels/*.cuh' 'kernels/*.hpp' 'src/*.cpp' 'src/*.hpp' 'src/*.in' |
  xargs -0 grep -EH '^ *#include "' |
  awk -F: '
    function room_of(path) {
      if (path ~ /^nonneg\// || path ~ /^include\/nonneg\//) return "include/nonneg"
      sub(/^src\//, "", path)
      if (path !~ /\//) return ""
      sub(/\/.*/, "", path)
      return path
    }
    FILENAME == rooms {
      if ($0 ~ /^#/ || $0 ~ /^ *$/) next
      floors++
      line = $0
      sub(/  +.*/, "", line)  # what the rooms are for
      count = split(line, names, / \| /)
      for (i = 1; i <= count; i++) floor[names[i]] = floors
      next
    }
    {
      header = $2
      sub(/^[^"]*"/, "", header)
      sub(/".*/, "", header)
      own = room_of($1)
      other = room_of(header)
      includes++
      if (!(own in floor)) { print $1 ": in no room of " rooms; bad++ }
      else if (other == "") { print $1 ": includes " header ", which names no room"; bad++ }
      else if (!(other in floor)) { print $1 ": includes " header ", which is in no room of " rooms; bad++ }
      else if (own != other && floor[other] >= floor[own]) {
        print $1 ": includes " header ", " (floor[other] > floor[own] ? "above" : "beside") " its room"
        bad++
      }
    }
    END {
      if (includes < 100) { print "only " includes " includes were found"; exit 1 }
      if (bad) { print "FAILED: " bad " includes do not go down"; exit 1 }
      print includes " includes go down"
    }' rooms=src/rooms.txt src/rooms.txt -
