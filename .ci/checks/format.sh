#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every C++ and CUDA file is as clang-format leaves it.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
source .ci/checks/common.sh

clang_format=$(tool clang-format)
list_files '*.cpp' '*.hpp' '*.cu' '*.cuh' | xargs -0 -r "$clang_format" --dry-run -Werror
