#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a sweep takes while the machine does something else as well.

    python3 bench/busy_machine.py build/nonneg [ANOTHER_COMMAND...]

Runs each command on small matrices with one thread and with a thread per core: on the machine as it
is, and with one process beside it that never sleeps. Prints microseconds of an iteration, the least
and the median of the runs. With several commands each run of one is followed by one of the next.
"""

import argparse
import array
import json
import os
import pathlib
import random
import statistics
import struct
import subprocess
import sys
import tempfile

SIZES = [(400, 400, 8, 500), (1000, 200, 10, 500), (2000, 64, 32, 300), (5000, 500, 16, 100)]


def write_matrix(path, rows, columns):
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}"
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    entries = array.array("f", (random.random() for _ in range(rows * columns)))
    if sys.byteorder == "big":
        entries.byteswap()
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() +
                     entries.tobytes())


def microseconds(command, matrix, rank, iterations, threads, folder):
    out = folder / "run"
    subprocess.run([command, "factorize", matrix, "--rank", str(rank), "--threads", str(threads),
                    "--tolerance", "0", "--max-iterations", str(iterations), "--check-every",
                    str(iterations), "--backend", "cpu", "--out", out, "--overwrite", "--quiet"],
                   check=True)
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    return record["timings"]["sweep_seconds"] / iterations * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commands", nargs="+", metavar="COMMAND", help="the command nonneg of a build")
    parser.add_argument("--runs", type=int, default=7)
    arguments = parser.parse_args()
    commands = [str(pathlib.Path(command).resolve()) for command in arguments.commands]
    cores = len(os.sched_getaffinity(0))
    random.seed(1)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for busy in (False, True):
            beside = subprocess.Popen([sys.executable, "-c", "while True: pass"]) if busy else None
            try:
                print("with a process beside" if busy else "as it is", flush=True)
                for rows, columns, rank, iterations in SIZES:
                    matrix = folder / f"{rows}x{columns}.npy"
                    if not matrix.exists():
                        write_matrix(matrix, rows, columns)
                    for threads in sorted({1, cores}):
                        times = [[microseconds(command, matrix, rank, iterations, threads, folder)
                                  for command in commands] for _ in range(arguments.runs)]
                        figures = "  ".join(f"{min(t):7.0f} {statistics.median(t):7.0f}"
                                            for t in zip(*times))
                        print(f"  {rows:>5} x {columns:<4} k = {rank:<3} {threads} threads  {figures}",
                              flush=True)
            finally:
                if beside:
                    beside.kill()
                    beside.wait()


if __name__ == "__main__":
    main()
