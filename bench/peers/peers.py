# SPDX-License-Identifier: Apache-2.0
"""What the comparisons with scikit-learn share: data, starts, and a run of either side."""

import json
import os
import subprocess
import time
import warnings

# A BLAS pinned to an old core type would be no fair peer.
os.environ.pop("OPENBLAS_CORETYPE", None)
os.environ.pop("OPENBLAS_L2_SIZE", None)

import numpy as np  # noqa: E402
import scipy.sparse as sp  # noqa: E402
from sklearn.decomposition import NMF  # noqa: E402

warnings.filterwarnings("ignore", message="Maximum number of iterations")


def planted(rows, columns, rank, seed=0):
    """W.H of uniform factors, half of the entries zero, plus 0.1 x uniform noise."""
    rng = np.random.RandomState(seed)
    w = rng.rand(rows, rank) * (rng.rand(rows, rank) < 0.5)
    h = rng.rand(rank, columns) * (rng.rand(rank, columns) < 0.5)
    return (w @ h + 0.1 * rng.rand(rows, columns)).astype(np.float32)


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
    """In double: scikit-learn's own figure is float32's, and cancels near the end."""
    w, h = w.astype(float), h.astype(float)
    if sp.issparse(a):  # the errors of sparse data are so large that the identity tells them
        values = a.astype(float)
        norm = values.data @ values.data
        squared = norm - 2 * np.sum((values @ h.T) * w) + np.sum((w.T @ w) * (h @ h.T))
        return np.sqrt(squared / norm)
    squared = 0.0
    for first in range(0, a.shape[0], 1000):
        rows = slice(first, first + 1000)
        squared += np.sum((a[rows].astype(float) - w[rows] @ h) ** 2)
    return np.sqrt(squared) / np.linalg.norm(a.astype(float))


def run_nonneg(command, folder, a, w0, h0, *flags):
    """The command's record of a run; A is handed over dense or sparse, as it is."""
    data = folder / ("A.npz" if sp.issparse(a) else "A.npy")
    if sp.issparse(a):
        sp.save_npz(data, a, compressed=False)
    else:
        np.save(data, a)
    np.save(folder / "W0.npy", w0)
    np.save(folder / "H0.npy", h0)
    output = subprocess.run(
        [command, "factorize", data, "--rank", str(w0.shape[1]), "--out", folder / "run",
         "--overwrite", "--json", "--quiet", "--init", "custom", "--init-w", folder / "W0.npy",
         "--init-h", folder / "H0.npy", *flags],
        check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(output.stdout)


def sweep_seconds(record):
    return record["timings"]["sweep_seconds"] / record["iterations"]


def seconds_to(record, error):
    """Seconds until the relative error was at most `error`, input check included; None if never."""
    for entry in record["loss_history"]:
        if entry["relative_error"] <= error:
            return record["timings"]["inspect_seconds"] + entry["seconds"], entry["iteration"]
    return None
