#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# seeds.sh COUNT COMMAND...: the program must end with status 0 in every order and under COUNT seeds.
count=$1
shift
failed=0
attempt() {
  if ! output=$("$@" 2>&1); then
    echo "failed under order ${NONNEG_EMU_ORDER}, seed ${NONNEG_EMU_SEED:-none}:"
    tail -8 <<<"$output"
    failed=1
  fi
}
for order in late eager; do
  NONNEG_EMU_ORDER=$order attempt "$@"
done
for ((seed = 1; seed <= count; seed++)); do
  NONNEG_EMU_ORDER=random NONNEG_EMU_SEED=$seed attempt "$@"
done
exit $failed
