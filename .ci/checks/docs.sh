#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The site of the guide and the reference is made without a warning: every public symbol has a comment, every
# example that a page shows is there; and every link within the site leads somewhere.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
source .ci/checks/common.sh

./build.sh docs
python3 .ci/checks/site_links.py build-docs/html
