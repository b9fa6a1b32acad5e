#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The thread sanitizer finds nothing in what docs/threads.md promises.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
source .ci/checks/common.sh

cmake --preset cpu-tsan
cmake --build --preset cpu-tsan --parallel "$(jobs_here)" --target nonneg_threads_test
ctest --preset cpu-tsan --label-regex '^threads$'
