#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# No kernel uses local memory on those architectures of a release that ./build.sh test, which must have
# run, leaves out.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
source .ci/checks/common.sh

grep -q '^NONNEG_NVCC_THAT_WORKS:' build/CMakeCache.txt || skip "there is no CUDA toolkit"
ctest --test-dir build --output-on-failure --no-tests=error -C all_architectures \
  --tests-regex '^kernels\.none_uses_local_memory_elsewhere$'
