#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The library, the command, the examples and the benchmarks compile without a warning for any machine's
# instruction set; and the library, built statically, can be installed and used. With --all, every test
# passes there too.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
source .ci/checks/common.sh

cmake --preset ci -D BUILD_SHARED_LIBS=OFF
if [ "${1:-}" = --all ]; then
  cmake --build --preset ci --parallel "$(jobs_here)"
  ctest --preset ci --parallel "$(jobs_here)"
else
  cmake --build --preset ci --parallel "$(jobs_here)" --target nonneg_product
  ctest --preset ci --parallel "$(jobs_here)" --label-regex '^(install|example)$'
fi
