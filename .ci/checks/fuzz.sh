#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every fuzz target runs for a while (20 seconds, or fuzz.sh --seconds N) and finds nothing.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
source .ci/checks/common.sh

seconds=20
if [ "${1:-}" = --seconds ]; then seconds=${2:?--seconds needs a number}; fi
clangxx=$(tool clang++)

cmake -G Ninja -S . -B build-fuzz -D CMAKE_CXX_COMPILER="$clangxx" -D CMAKE_BUILD_TYPE=RelWithDebInfo \
  -D NONNEG_FUZZ=ON -D NONNEG_CUDA=OFF -D NONNEG_BUILD_TESTS=ON -D NONNEG_BUILD_EXAMPLES=OFF
mapfile -t targets < <(cmake --build build-fuzz --target help | sed -n 's/^\(fuzz_[a-z0-9_]*\): phony$/\1/p')
[ "${#targets[@]}" -gt 0 ] || fail "no fuzz targets in build-fuzz"
cmake --build build-fuzz --parallel "$(jobs_here)" --target "${targets[@]}"

# fuzz TARGET: what it printed is shown where it found something.
fuzz() {
  local target=$1 corpus=build-fuzz/corpus/$1 log=build-fuzz/$1.log seeds=()
  mkdir -p "$corpus"
  if [ -d "tests/fuzz/corpus/$target" ]; then seeds=("tests/fuzz/corpus/$target"); fi
  if "build-fuzz/tests/fuzz/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="build-fuzz/$target-" "$corpus" "${seeds[@]}" >"$log" 2>&1; then
    printf '%s: %s\n' "$target" "$(grep 'number_of_executed_units' "$log")"
  else
    cat -- "$log"
    printf 'FAILED: %s\n' "$target"
    return 1
  fi
}
export -f fuzz
export seconds
# As many at once as there are processors; xargs ends with the failure of any.
# shellcheck disable=SC2016
printf '%s\0' "${targets[@]}" | xargs -0 -n 1 -P "$(jobs_here)" bash -c 'fuzz "$1"' fuzz
