#!/usr/bin/env bash
# Everything compiles without a warning for any machine's instruction set; and the library, built
# statically, can be installed and used.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
source .ci/checks/common.sh

cmake --preset ci -D BUILD_SHARED_LIBS=OFF
cmake --build --preset ci --parallel "$(jobs_here)"
ctest --preset ci --label-regex '^(install|example)$'
