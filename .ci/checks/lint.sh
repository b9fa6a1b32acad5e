#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy finds nothing in the C++ files that the build compiles, those of the CUDA backend and of
# the emulated device among them where there is a toolkit. Needs ./build.sh test before it.
#
#   lint.sh          the files that are not as they were when they were last clean
#   lint.sh PART...  those whose path has one of these in it, in any case
#   lint.sh --all    every file
#
# .ci/passed/lint holds a sum of each clean file: of its text, of the project's headers that it
# includes, of its flags and of .clang-tidy. lint.sh alone writes it; commit it with the change.
#
# CUDA's own files (*.cu) are left out: clang 14 cannot read the headers of CUDA 13. Their warnings
# are nvcc's, which .ci/run takes as errors.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
source .ci/checks/common.sh

[ -e build/compile_commands.json ] || fail "no build/compile_commands.json: run ./build.sh test first"
exec python3 -B .ci/checks/lint.py --clang-tidy "$(tool clang-tidy)" --jobs "$(jobs_here)" "$@"
