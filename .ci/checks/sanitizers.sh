#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The tests pass under the address and undefined-behaviour sanitizers. With --all, undefined behaviour is
# looked for in the tests' own code too, the pages are opened in a browser, and the examples run.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
source .ci/checks/common.sh

if [ "${1:-}" = --all ]; then
  settings=(-D NONNEG_SANITIZE_TESTS=ON -D NONNEG_BUILD_EXAMPLES=ON)
  left_out=()
else
  settings=(-D NONNEG_SANITIZE_TESTS=OFF -D NONNEG_BUILD_EXAMPLES=OFF)
  left_out=(--exclude-regex '^page[.]browser$')
fi
cmake --preset cpu-asan "${settings[@]}"
cmake --build --preset cpu-asan --parallel "$(jobs_here)"
ctest --preset cpu-asan --parallel "$(jobs_here)" "${left_out[@]}"
