#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every device test passes where the emulated cuBLAS adds up as a device may (NONNEG_EMU_BLAS=device).
# Needs ./build.sh test before it.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
source .ci/checks/common.sh

grep -q '^NONNEG_NVCC_THAT_WORKS:' build/CMakeCache.txt || skip "there is no CUDA toolkit"
NONNEG_EMU_BLAS=device ctest --test-dir build --output-on-failure --no-tests=error \
  --parallel "$(jobs_here)" --tests-regex '^emulated\.'
