#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every device test passes where the emulated cuBLAS adds up as a device may (NONNEG_EMU_BLAS=device),
# and those of the primitives where there is one multiprocessor, so that grids are small. Needs
# ./build.sh test before it.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
source .ci/checks/common.sh

grep -q '^NONNEG_NVCC_THAT_WORKS:' build/CMakeCache.txt || skip "there is no CUDA toolkit"
run() {
  ctest --test-dir build --output-on-failure --no-tests=error --parallel "$(jobs_here)" \
    --tests-regex "$1"
}
NONNEG_EMU_BLAS=device run '^emulated\.'
NONNEG_EMU_SMS=1 run '^emulated\.(primitives|ranks)'
