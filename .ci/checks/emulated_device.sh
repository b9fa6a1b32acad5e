#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The emulated device's own tests pass. They run where it, a kernel or the CUDA toolkit is not as it was
# when they last passed: .ci/passed/emulated_device holds the sums, and this script alone writes it.
# With --all they run in any case, with those that compile Thrust. Needs ./build.sh test before it.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
source .ci/checks/common.sh

record=.ci/passed/emulated_device
grep -q '^NONNEG_NVCC_THAT_WORKS:' build/CMakeCache.txt || skip "there is no CUDA toolkit"
nvcc=$(sed -n 's/^NONNEG_NVCC_THAT_WORKS:INTERNAL=\([^;]*\);.*/\1/p' build/CMakeCache.txt)
toolkit=$("$nvcc" --version | tail -n 1)
sources=$(list_files tests/emulated_device kernels | sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-32)
now="$sources $toolkit"

thrust=OFF
if [ "${1:-}" = --all ]; then
  thrust=ON
elif grep -qxF "$now" "$record" 2>/dev/null; then
  skip "the emulated device, the kernels and $toolkit are as they were when its tests passed"
fi

# ./build.sh test goes on without them.
trap 'cmake -B build -D NONNEG_EMU_TESTS=OFF -D NONNEG_EMU_THRUST_TESTS=OFF >/dev/null' EXIT
cmake -B build -D NONNEG_EMU_TESTS=ON -D NONNEG_EMU_THRUST_TESTS=$thrust
cmake --build build --parallel "$(jobs_here)" --target emulated_device_tests
ctest --test-dir build --output-on-failure --no-tests=error --parallel "$(jobs_here)" \
  --tests-regex '^emulated device: '
mkdir -p "$(dirname -- "$record")"
printf '%s\n' "$now" >"$record"
