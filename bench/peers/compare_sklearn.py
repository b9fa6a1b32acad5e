#!/usr/bin/env python3
"""Times nonneg beside scikit-learn's NMF on the same data, start and cores, and prints ratios.

    bench/peers/compare_sklearn.py build/nonneg [--quick]

Per MU iteration: both run the same number of multiplicative updates on a planted 20000 x 2000
matrix, k = 32. Time to error: scikit-learn's `cd` runs with its own defaults (tol 1e-4, up to 1000
iterations); nonneg's defaults run from the same W0 and H0 until they reach the error that `cd` ended
with. Everything is float32. Reading files is left out on both sides; nonneg's check of its input is
counted. Needs numpy and scikit-learn.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import warnings

# A BLAS pinned to an old core type would be no fair peer.
os.environ.pop("OPENBLAS_CORETYPE", None)
os.environ.pop("OPENBLAS_L2_SIZE", None)

import numpy as np  # noqa: E402
import sklearn  # noqa: E402
from sklearn.datasets import load_digits  # noqa: E402
from sklearn.decomposition import NMF  # noqa: E402

warnings.filterwarnings("ignore", message="Maximum number of iterations")


def planted(rows, columns, rank, seed=0):
    """W.H of uniform factors, half of the entries zero, plus 0.1 x uniform noise."""
    rng = np.random.RandomState(seed)
    w = rng.rand(rows, rank) * (rng.rand(rows, rank) < 0.5)
    h = rng.rand(rank, columns) * (rng.rand(rank, columns) < 0.5)
    return (w @ h + 0.1 * rng.rand(rows, columns)).astype(np.float32)


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


def start(a, rank, seed):
    rng = np.random.RandomState(seed)
    top = 2 * np.sqrt(a.mean() / rank)
    w = (top * rng.rand(a.shape[0], rank)).astype(np.float32)
    h = (top * rng.rand(rank, a.shape[1])).astype(np.float32)
    return np.maximum(w, 1e-6), np.maximum(h, 1e-6)


def run_sklearn(a, w0, h0, **options):
    model = NMF(w0.shape[1], init="custom", **options)
    begin = time.perf_counter()
    w = model.fit_transform(a, W=w0.copy(), H=h0.copy())
    seconds = time.perf_counter() - begin
    return seconds, model.n_iter_, relative_error(a, w, model.components_)


def relative_error(a, w, h):
    """In double, entry by entry: scikit-learn's own figure is float32's, and cancels near the end."""
    squared = 0.0
    for first in range(0, a.shape[0], 1000):
        rows = slice(first, first + 1000)
        squared += np.sum((a[rows].astype(float) - w[rows].astype(float) @ h.astype(float)) ** 2)
    return np.sqrt(squared) / np.linalg.norm(a.astype(float))


def run_nonneg(command, folder, a, w0, h0, *flags):
    for name, matrix in (("A", a), ("W0", w0), ("H0", h0)):
        np.save(folder / f"{name}.npy", matrix)
    output = subprocess.run(
        [command, "factorize", folder / "A.npy", "--rank", str(w0.shape[1]), "--out", folder / "run",
         "--overwrite", "--json", "--quiet", "--init", "custom", "--init-w", folder / "W0.npy",
         "--init-h", folder / "H0.npy", *flags],
        check=True, capture_output=True, text=True)
    return json.loads(output.stdout)


def seconds_to(record, error):
    """Seconds until the relative error was at most `error`, input check included; None if never."""
    for entry in record["loss_history"]:
        if entry["relative_error"] <= error:
            return record["timings"]["inspect_seconds"] + entry["seconds"], entry["iteration"]
    return None


def compare_mu(command, folder, a, rank, iterations):
    w0, h0 = start(a, rank, 1)
    theirs, count, _ = run_sklearn(a, w0, h0, solver="mu", max_iter=iterations, tol=0)
    record = run_nonneg(command, folder, a, w0, h0, "--algorithm", "mu", "--max-iterations",
                        str(iterations), "--tolerance", "0", "--check-every", str(iterations))
    ours = record["timings"]["sweep_seconds"] / record["iterations"]
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
