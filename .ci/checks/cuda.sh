#!/usr/bin/env bash
# All that uses CUDA compiles without a warning for any machine's instruction set; and no kernel uses
# local memory on any architecture of a release.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
source .ci/checks/common.sh

if [ -e build/CMakeCache.txt ] && ! grep -q '^NONNEG_NVCC_THAT_WORKS:' build/CMakeCache.txt; then
  skip "there is no CUDA toolkit"
fi
cmake --preset ci -B build-ci-cuda -D BUILD_SHARED_LIBS=ON -D NONNEG_CUDA=ON \
  -D NONNEG_PTXAS_ARCHITECTURES=all
cmake --build build-ci-cuda --parallel "$(jobs_here)" --target \
  nonneg_cuda nonneg_cuda_test nonneg_kernels_ptx nonneg_emulated_device
ctest --test-dir build-ci-cuda --output-on-failure --no-tests=error --label-regex '^kernels$'
