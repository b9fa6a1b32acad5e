#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The tests pass under the address and undefined-behaviour sanitizers.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
source .ci/checks/common.sh

cmake --preset cpu-asan
cmake --build --preset cpu-asan --parallel "$(jobs_here)"
ctest --preset cpu-asan --parallel "$(jobs_here)"
