#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every source file says its licence in its first lines, as https://spdx.dev/learn/handling-license-info has it.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
source .ci/checks/common.sh

lacking=$(list_files '*.cpp' '*.hpp' '*.cpp.in' '*.cu' '*.cuh' '*.js' '*.css' '*.html' '*.map' '*.sh' '*.py' '*.cmake' \
  '*CMakeLists.txt' '*.cff' .ci/run .ci/full docs/site/Doxyfile ':!tests/data' |
  xargs -0 awk '
    FNR <= 2 && /SPDX-License-Identifier: Apache-2\.0/ { says[FILENAME] }
    FNR == 2 { nextfile }
    END { for (i = 1; i < ARGC; i++) if (!(ARGV[i] in says)) print ARGV[i] }')
[ -z "$lacking" ] || fail "no SPDX-License-Identifier: Apache-2.0 in the first two lines of:"$'\n'"$lacking"
grep -qx "version: $(sed -n 's/^project(nonneg VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)" CITATION.cff ||
  fail "CITATION.cff has another version than CMakeLists.txt"
