#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# check.sh STATUS PATTERN COMMAND...: passes when the command ends with STATUS (a number, or any) and prints a line
# that matches PATTERN (extended regular expression).
status=$1 pattern=$2
shift 2
output=$(timeout "${CHECK_SECONDS:-300}" "$@" 2>&1)
got=$?
if { [ "$status" = any ] || [ "$got" -eq "$status" ]; } && grep -qE "$pattern" <<<"$output"; then
  exit 0
fi
echo "exit status $got, want $status; want a line matching /$pattern/ in:"
tail -20 <<<"$output"
exit 1
