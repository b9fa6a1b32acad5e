#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts the instructions of hals_update's inner loops: what src/bench/device_instructions.hpp has of them.

    count_instructions.py build/kernels/CMakeFiles/nonneg_kernels.dir/hals_update.cu.o

The object must hold machine code for sm_90, and the toolkit's cuobjdump must be on the path (toolkits
for development have it). A loop's instructions are those of one turn without penalties: every
conditional jump out of its way is taken as not taken, as l1 is 0 and no component is dead. The loop of
four unrolled turns counts as a quarter.
"""
import re
import subprocess
import sys


def functions(listing):
    """Yields the name and the instructions, {address: text} in order, of each function."""
    name, code = None, {}
    for line in listing.splitlines():
        if found := re.search(r"Function : (\S+)", line):
            if name:
                yield name, code
            name, code = found.group(1), {}
        elif found := re.match(r"\s+/\*([0-9a-f]{4,})\*/\s+(.*?);", line):
            code[int(found.group(1), 16)] = found.group(2)
    if name:
        yield name, code


def target(text):
    """Where an instruction jumps to, or None. Divergence before a shuffle is not looked into."""
    found = re.search(r"\bBRA(?!\.DIV)(?:\.\w+)*\s+.*?(0x[0-9a-f]+)", text)
    return int(found.group(1), 16) if found else None


def turn(code, first, last):
    """The instructions of one turn of the loop from first to last; None where it never ends."""
    path, at = [], first
    while len(path) <= len(code):
        path.append(code[at])
        to = target(code[at])
        if at == last:
            return path
        at = to if to is not None and not code[at].startswith("@") else at + 16
        if at not in code:
            return None
    return None


def loops(code):
    """One turn of each innermost loop that shuffles a row's values, in order."""
    spans = [(target(text), at) for at, text in code.items() if (target(text) or at + 1) <= at]
    for first, last in sorted(spans):
        inside = [span for span in spans if span != (first, last) and span[0] >= first and span[1] <= last]
        path = None if inside else turn(code, first, last)
        # What lies behind the function's end, for warps that have parted, is no loop of the rows.
        if path and any("SHFL" in text for text in path) and not any("WARPSYNC" in t for t in path):
            yield path


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: count_instructions.py OBJECT")
    listing = subprocess.run(["cuobjdump", "-sass", "-arch", "sm_90", sys.argv[1]], check=True,
                             capture_output=True, text=True).stdout
    print("width  per lane  product    pass   (instructions of a warp and component, the least of all copies)")
    for name, code in functions(listing):
        group = re.search(r"hals_updateIfNS0_8RowGroupILi(\d+)ELi(\d+)E", name)
        if not group:
            continue
        product, steps = [], []
        for path in loops(code):
            # A turn shuffles each of the group's rows once; four turns are unrolled up to two a lane.
            turns = 4 if int(group.group(2)) <= 2 else 1
            moves = any("FSEL" in text for text in path)
            (steps if moves else product).append(len(path) / turns)
        print(f"{group.group(1):>5}  {group.group(2):>8}  {min(product):>7} {min(steps):>7}")


if __name__ == "__main__":
    main()
