# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Shared by the checks, which source it.

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

# Ends a check that has nothing to do here; ctest then reports it as skipped.
skip() {
  printf 'skipped: %s\n' "$*"
  exit 77
}

# The tool in the version that decides, else whichever there is.
tool() {
  command -v "$1-14" || command -v "$1" || fail "$1 is not installed"
}

jobs_here() { nproc; }

# NUL-separated files of the repository that match, tracked or about to be.
list_files() {
  git -c safe.directory="$PWD" ls-files -z --cached --others --exclude-standard --deduplicate -- "$@"
}
