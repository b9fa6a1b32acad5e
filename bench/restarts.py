#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""100 restarts of one call against 100 runs of the command, one after the other.

A is 96 x 1500 float32, as of mutational signatures. Each case is timed both ways in turn, and the ratio
of the two is what docs/restarts.md states. Beside it stands the ratio of the processors' seconds, which
says what the same work costs where other programs share the machine.

    bench/restarts.py build/nonneg [--restarts 100] [--iterations 1000] [--threads 0]
"""
import argparse
import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np


def planted(rows, columns, rank, seed):
    """Gamma factors and Poisson counts of mean about 20, so that both losses have something to fit."""
    random = np.random.default_rng(seed)
    model = random.gamma(0.5, size=(rows, rank)) @ random.gamma(0.5, size=(rank, columns))
    return random.poisson(20 * model / model.mean()).astype(np.float32)


def seconds_of(words):
    """Elapsed, and the processors'."""
    begun = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return np.array([time.perf_counter() - begun, used])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", help="the command nonneg")
    parser.add_argument("--restarts", type=int, default=100)
    parser.add_argument("--iterations", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        matrix = str(place / "A.npy")
        np.save(matrix, planted(96, 1500, 10, 1))
        print(f"{'loss':<10} {'k':>3} {'one by one':>12} {'--restarts':>12} {'ratio':>6} {'of processors':>14}",
              flush=True)
        for loss in ("frobenius", "kl"):
            for rank in (5, 20):
                common = [arguments.command, "factorize", matrix, "--rank", str(rank), "--loss", loss,
                          "--max-iterations", str(arguments.iterations), "--tolerance", "0",
                          "--threads", str(arguments.threads), "--quiet", "--backend", "cpu"]
                alone = np.zeros(2)
                best = None
                for seed in range(arguments.restarts):
                    out = place / f"alone-{loss}-{rank}-{seed}"
                    alone += seconds_of(common + ["--seed", str(seed), "--out", str(out)])
                    reached = json.loads((out / "run.json").read_text())["loss_history"][-1]["objective"]
                    best = reached if best is None else min(best, reached)
                out = place / f"all-{loss}-{rank}"
                together = seconds_of(common + ["--restarts", str(arguments.restarts), "--out", str(out)])
                objectives = json.loads((out / "run.json").read_text())["restarts"]["objectives"]
                if abs(min(objectives) - best) > 1e-6 * best:
                    sys.exit(f"{loss}, k = {rank}: best objective {min(objectives)}, one by one {best}")
                ratio = alone / together
                print(f"{loss:<10} {rank:>3} {alone[0]:>10.1f} s {together[0]:>10.1f} s {ratio[0]:>6.2f} "
                      f"{ratio[1]:>14.2f}", flush=True)


if __name__ == "__main__":
    main()
