#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Nothing in the project's scripts that shellcheck would warn of.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
source .ci/checks/common.sh

list_files '*.sh' '.ci/run' | xargs -0 shellcheck -x
