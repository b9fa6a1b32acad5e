#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# make_kit.sh BUILD KIT: lays what a machine with a GPU is to run into the folder KIT, out of a folder that
# `./build.sh gpu-kit` has built. Fails where the kit would name a path of this machine's or be above 40 MiB.
set -euo pipefail
source=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/../..")
build=$(readlink -f "$1")
kit=$2
readonly most_bytes=$((40 << 20))

fail() {
  printf 'make_kit.sh: %s\n' "$*" >&2
  exit 1
}

rm -rf -- "$kit"
mkdir -p "$kit/tests/data/beta"
kit=$(readlink -f "$kit")
install "$build/nonneg" "$build/src/libnonneg_cuda.so" "$build/bench/sweep_times" \
  "$build/tests/backend/nonneg_backend_test" "$build/tests/cuda/nonneg_cuda_test" "$build/tests/solve/nonneg_solve_test" "$kit"
for library in "$build"/src/libnonneg.so.*; do
  if [ -L "$library" ]; then install "$(readlink -f "$library")" "$kit/$(basename "$library")"; fi
done
strip "$kit"/nonneg* "$kit"/*.so* "$kit/sweep_times"
install -m 644 "$build/tests/gpu_tests.txt" "$kit"
install -m 644 "$source/tests/data/learning_demo.json" "$kit/tests/data"
install -m 644 "$source/tests/data/beta/golden.json" "$kit/tests/data/beta"
install "$source/bench/gpu/run.sh" "$source/bench/gpu/peers.py" "$kit"
install -m 644 "$source/bench/gpu/README.md" "$kit"

# Every library that they load but the C library and CUDA's.
for program in "$kit"/*; do
  ldd "$program" 2>/dev/null | awk '$3 ~ /^\// {print $3}' || true
done | sort -u |
  grep -vE "^$kit/|/(libc|libm|libdl|librt|libpthread|libresolv|libutil|ld-linux[^/]*|libcublas(Lt)?|libcudart|libcuda)\\.so" |
  while IFS= read -r library; do install -m 755 "$(readlink -f "$library")" "$kit/$(basename "$library")"; done
{
  printf 'nonneg %s' "$(sed -n 's/^project(nonneg VERSION \([0-9.]*\).*/\1/p' "$source/CMakeLists.txt")"
  commit=$(git -c safe.directory="$source" -C "$source" describe --always --dirty 2>/dev/null) && printf ' (%s)' "$commit"
  sed -n 's/^NONNEG_CUDA_ARCHITECTURES:[A-Z]*=/, code for /p' "$build/CMakeCache.txt"
} >"$kit/version.txt"

named=$(grep -rlaF -e "$source" -e "$build" "$kit" || true)
[ -z "$named" ] || fail "these name a path of this machine's: $named"
bytes=$(find "$kit" -type f -printf '%s\n' | awk '{sum += $1} END {print sum}')
[ "$bytes" -le "$most_bytes" ] || fail "the kit has $bytes bytes, above $most_bytes"
printf '%s: %d bytes\n' "$kit" "$bytes"
