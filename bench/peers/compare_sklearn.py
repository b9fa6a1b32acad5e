#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times nonneg beside scikit-learn's NMF on the same data, start and cores, and prints ratios.

    bench/peers/compare_sklearn.py build/nonneg [--quick]

Per MU iteration: both run the same number of multiplicative updates on a planted 20000 x 2000
matrix, k = 32. Time to error: scikit-learn's `cd` runs with its own defaults (tol 1e-4, up to 1000
iterations); nonneg's defaults run from the same W0 and H0 until they reach the error that `cd` ended
with. Everything is float32. Reading files is left out on both sides; nonneg's check of its input is
counted. Needs numpy and scikit-learn.
"""

import argparse
import os
import pathlib
import sys
import tempfile

from peers import planted, run_nonneg, run_sklearn, seconds_to, start, sweep_seconds

import numpy as np
import sklearn
from sklearn.datasets import load_digits


def swimmer():
    """Donoho & Stodden's swimmer: 256 images of a torso and four limbs in four positions each."""
    torso = np.zeros((32, 32), np.float32)
    torso[11:21, 15:17] = 1
    joints = [(11, 14, [(0, -1), (-1, -1), (-1, 0), (1, -1)]),
              (11, 17, [(0, 1), (-1, 1), (-1, 0), (1, 1)]),
              (20, 14, [(0, -1), (1, -1), (1, 0), (-1, -1)]),
              (20, 17, [(0, 1), (1, 1), (1, 0), (-1, 1)])]
    limbs = []
    for row, column, positions in joints:
        for down, right in positions:
            limb = np.zeros((32, 32), np.float32)
            for step in range(1, 7):
                limb[row + down * step, column + right * step] = 1
            limbs.append(limb)
    images = []
    for index in range(256):
        image = torso.copy()
        for joint in range(4):
            image += limbs[4 * joint + index // 4**joint % 4]
        images.append(image.ravel())
    return np.array(images, np.float32)


def compare_mu(command, folder, a, rank, iterations):
    w0, h0 = start(a, rank, 1)
    theirs, count, _ = run_sklearn(a, w0, h0, solver="mu", max_iter=iterations, tol=0)
    record = run_nonneg(command, folder, a, w0, h0, "--algorithm", "mu", "--max-iterations",
                        str(iterations), "--tolerance", "0", "--check-every", str(iterations))
    ours = sweep_seconds(record)
    print(f"MU per iteration, {a.shape[0]} x {a.shape[1]}, k = {rank}: scikit-learn "
          f"{theirs / count * 1e3:.1f} ms, nonneg {ours * 1e3:.1f} ms: "
          f"{theirs / count / ours:.1f}x (target 2.5x)", flush=True)


def compare_time_to_error(command, folder, name, a, rank, seeds):
    ratios = []
    for seed in seeds:
        w0, h0 = start(a, rank, seed)
        theirs, count, error = run_sklearn(a, w0, h0, solver="cd", max_iter=1000)
        small = a.size < 10_000_000
        record = run_nonneg(command, folder, a, w0, h0, "--max-iterations",
                            "2000" if small else "200", "--tolerance", "0", "--check-every",
                            "1" if small else "5")
        reached = seconds_to(record, error)
        if reached is None:
            last = record["loss_history"][-1]["relative_error"]
            print(f"  {name}, seed {seed}: cd {error:.6f} in {theirs:.3f} s; nonneg ended at "
                  f"{last:.6f}, another local minimum", flush=True)
            continue
        ours, iterations = reached
        ratios.append(theirs / ours)
        print(f"  {name}, seed {seed}: cd {error:.6f} in {theirs:.3f} s ({count} iterations); nonneg "
              f"in {ours:.3f} s ({iterations}): {theirs / ours:.1f}x", flush=True)
    if ratios:
        print(f"time to cd's error, {name}, k = {rank}: median {np.median(ratios):.1f}x over "
              f"{len(ratios)} of {len(seeds)} starts (target 5x)", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("command", help="the nonneg command")
    parser.add_argument("--quick", action="store_true", help="one start each, small planted matrix")
    arguments = parser.parse_args()
    rows, columns = (4000, 500) if arguments.quick else (20000, 2000)
    seeds = range(1) if arguments.quick else range(5)
    print(f"scikit-learn {sklearn.__version__}, {len(os.sched_getaffinity(0))} cores", flush=True)
    command = str(pathlib.Path(arguments.command).resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        large = planted(rows, columns, 32)
        compare_mu(command, folder, large, 32, 20)
        compare_time_to_error(command, folder, "swimmer", swimmer(), 17, seeds)
        digits = load_digits().data.astype(np.float32)
        compare_time_to_error(command, folder, "digits", digits, 16, seeds)
        compare_time_to_error(command, folder, "planted", large, 32, seeds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
