#!/usr/bin/env bash
# Nothing in the project's scripts that shellcheck would warn of.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
source .ci/checks/common.sh

list_files '*.sh' '.ci/run' | xargs -0 shellcheck -x
