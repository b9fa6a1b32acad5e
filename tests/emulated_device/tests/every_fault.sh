#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# every_fault.sh COMMAND...: fails every failable call of the program in turn. Each time the program must notice (status
# 3; 0 where only its cleaning up met the fault), clean up and stay free of findings and leaks.
export NONNEG_EMU_LOG=1
count=$("$@" 2>&1 | sed -n 's/.*failable calls=\([0-9]*\).*/\1/p')
if [ -z "$count" ] || [ "$count" -eq 0 ]; then
  echo "no failable calls: does the program run on the emulated device?"
  exit 1
fi
failed=0
for ((n = 1; n <= count; n++)); do
  output=$(NONNEG_EMU_FAIL_AT=$n "$@" 2>&1)
  status=$?
  if { [ $status -ne 3 ] && [ $status -ne 0 ]; } || ! grep -q INJECT <<<"$output" ||
    ! grep -q 'findings=0, live allocations at exit=0' <<<"$output"; then
    echo "call $n of $count, exit status $status (want 3 or 0):"
    tail -5 <<<"$output"
    failed=1
  fi
done
echo "$count calls failed in turn"
exit $failed
