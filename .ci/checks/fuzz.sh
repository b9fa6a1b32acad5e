#!/usr/bin/env bash
# Every fuzz target runs for a while (NONNEG_FUZZ_SECONDS each, 20 unless set) and finds nothing.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
source .ci/checks/common.sh

seconds=${NONNEG_FUZZ_SECONDS:-20}
[ -e tests/fuzz/CMakeLists.txt ] || skip "there are no fuzz targets"
clangxx=$(tool clang++)

cmake -G Ninja -S . -B build-fuzz -D CMAKE_CXX_COMPILER="$clangxx" -D CMAKE_BUILD_TYPE=RelWithDebInfo \
  -D NONNEG_FUZZ=ON -D NONNEG_CUDA=OFF -D NONNEG_BUILD_TESTS=ON -D NONNEG_BUILD_EXAMPLES=OFF
mapfile -t targets < <(cmake --build build-fuzz --target help | sed -n 's/^\([a-z0-9_]*fuzz[a-z0-9_]*\): phony$/\1/p')
[ "${#targets[@]}" -gt 0 ] || fail "no fuzz targets in build-fuzz"
cmake --build build-fuzz --parallel "$(jobs_here)" --target "${targets[@]}"

for target in "${targets[@]}"; do
  program=$(find build-fuzz -type f -name "$target" -perm -u+x)
  corpus=build-fuzz/corpus/$target
  mkdir -p "$corpus"
  seeds=()
  if [ -d "tests/fuzz/corpus/$target" ]; then seeds=("tests/fuzz/corpus/$target"); fi
  printf '== %s for %s s\n' "$target" "$seconds"
  "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="build-fuzz/$target-" "$corpus" "${seeds[@]}"
done
