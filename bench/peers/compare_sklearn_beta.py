#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times nonneg beside scikit-learn's NMF for other losses than Frobenius and for sparse data: same
data, start and cores, float32; prints ratios.

    bench/peers/compare_sklearn_beta.py build/nonneg [--quick] [CASE ...]

Per iteration of multiplicative updates: nonneg's is the mean of its sweeps, scikit-learn's the
difference between two runs of different lengths, which leaves out the losses that a run computes
before and after. Runs take turns, and the fastest of three rounds of each counts. Time to error: scikit-learn's `cd` runs to its own end (tol 1e-4); nonneg's defaults
run from the same W0 and H0, and the time to the error asked for counts, with the check of the input.
Reading files is left out on both sides. Cases: kl-dense, kl-sparse, is-dense, frobenius-sparse,
counts; without any, all. Needs numpy, scipy and scikit-learn.
"""

import argparse
import os
import pathlib
import sys
import tempfile

from peers import planted, run_nonneg, run_sklearn, seconds_to, start, sweep_seconds

import numpy as np
import scipy.sparse as sp
import sklearn


ROUNDS = 3


def positive(rows, columns, rank):
    return planted(rows, columns, rank) + np.float32(0.01)


def counts(rows, columns, rank, filled, seed=0):
    """Poisson counts of skewed rates of rank `rank`, scaled so that `filled` of them are not 0."""
    rng = np.random.default_rng(seed)
    w, h = rng.gamma(0.3, size=(rows, rank)), rng.gamma(0.3, size=(rank, columns))
    sample = w[rng.integers(0, rows, 500)] @ h
    low, high = 0.0, 100.0
    for _ in range(40):
        scale = (low + high) / 2
        if np.mean(-np.expm1(-scale * sample)) < filled:
            low = scale
        else:
            high = scale
    blocks = [sp.csr_matrix(rng.poisson(scale * (w[first:first + 1000] @ h)).astype(np.float32))
              for first in range(0, rows, 1000)]
    return sp.vstack(blocks, format="csr")


def describe(a):
    filled = f", {a.nnz / np.prod(a.shape):.1%} filled" if sp.issparse(a) else ""
    return f"{a.shape[0]} x {a.shape[1]}{filled}"


def per_iteration(command, folder, name, a, rank, loss, iterations, target):
    w0, h0 = start(a, rank, 1)
    options = {"solver": "mu", "beta_loss": loss[1], "tol": 0}
    short, long = 1, 1 + iterations
    shorts, longs, sweeps = [], [], []
    for _ in range(ROUNDS):
        shorts.append(run_sklearn(a, w0, h0, max_iter=short, **options)[0])
        longs.append(run_sklearn(a, w0, h0, max_iter=long, **options)[0])
        sweeps.append(sweep_seconds(run_nonneg(
            command, folder, a, w0, h0, "--loss", loss[0], "--algorithm", "mu",
            "--max-iterations", str(4 * iterations), "--tolerance", "0",
            "--check-every", str(4 * iterations))))
    theirs = (min(longs) - min(shorts)) / (long - short)
    ours = min(sweeps)
    print(f"{name} per iteration, {describe(a)}, k = {rank}: scikit-learn {theirs * 1e3:.1f} ms, "
          f"nonneg {ours * 1e3:.1f} ms: {theirs / ours:.1f}x (target {target}x)", flush=True)


def to_error(command, folder, name, a, rank, seeds, target, reach):
    """Time until reach(error of cd, lowest error known) against the whole time of cd."""
    ratios = []
    for seed in seeds:
        w0, h0 = start(a, rank, seed)
        theirs, count, error = run_sklearn(a, w0, h0, solver="cd", max_iter=1000)
        record = run_nonneg(command, folder, a, w0, h0, "--max-iterations", "120", "--tolerance",
                            "0", "--check-every", "2")
        lowest = min(error, record["loss_history"][-1]["relative_error"])
        reached = seconds_to(record, reach(error, lowest))
        ended = f"  {name}, seed {seed}: cd {error:.6f} in {theirs:.3f} s ({count} iterations); nonneg"
        if reached is None:
            print(f"{ended} ended at {record['loss_history'][-1]['relative_error']:.6f}, another "
                  "local minimum", flush=True)
            continue
        ratios.append(theirs / reached[0])
        print(f"{ended} at {reach(error, lowest):.6f} in {reached[0]:.3f} s ({reached[1]}), lowest "
              f"known {lowest:.6f}: {ratios[-1]:.1f}x", flush=True)
    if ratios:
        print(f"{name}, {describe(a)}, k = {rank}: median {np.median(ratios):.1f}x over "
              f"{len(ratios)} of {len(seeds)} starts (target {target}x)", flush=True)


def main():
    cases = ("kl-dense", "kl-sparse", "is-dense", "frobenius-sparse", "counts")
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("command", help="the nonneg command")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(cases))
    parser.add_argument("--quick", action="store_true", help="smaller matrices, one start each")
    arguments = parser.parse_intermixed_args()
    for case in arguments.cases:
        if case not in cases:
            parser.error(f"{case}: no such case; there are {', '.join(cases)}")
    chosen = arguments.cases or cases
    shrink = 5 if arguments.quick else 1
    seeds = range(1) if arguments.quick else range(3)
    rank = 16
    print(f"scikit-learn {sklearn.__version__}, {len(os.sched_getaffinity(0))} cores", flush=True)
    command = str(pathlib.Path(arguments.command).resolve())
    with tempfile.TemporaryDirectory() as name:
        at = command, pathlib.Path(name)
        if "kl-dense" in chosen:
            per_iteration(*at, "Kullback-Leibler dense", positive(5000 // shrink, 2000, rank), rank,
                          ("kl", "kullback-leibler"), 10, 5)
        if "is-dense" in chosen:
            per_iteration(*at, "Itakura-Saito dense", positive(5000 // shrink, 2000, rank), rank,
                          ("is", "itakura-saito"), 10, 6)
        if "kl-sparse" in chosen or "frobenius-sparse" in chosen:
            large = counts(50000 // shrink, 10000, rank, 0.01)
        if "kl-sparse" in chosen:
            per_iteration(*at, "Kullback-Leibler sparse", large, rank, ("kl", "kullback-leibler"), 4,
                          12)
        if "frobenius-sparse" in chosen:
            per_iteration(*at, "Frobenius sparse", large, rank, ("frobenius", "frobenius"), 20, 2.5)
            to_error(*at, "Frobenius sparse, time to cd's error", large, rank, seeds, 4,
                     lambda error, lowest: error)
        if "counts" in chosen:
            to_error(*at, "counts, time to within 0.1% of the lowest error known",
                     counts(5000 // shrink, 4000, 20, 0.16), 20, seeds, 2,
                     lambda error, lowest: 1.001 * lowest)
    return 0


if __name__ == "__main__":
    sys.exit(main())
