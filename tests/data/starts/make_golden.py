#!/usr/bin/env python3
"""Writes tests/data/starts/golden.json: scikit-learn's NNDSVD of three matrices of handwritten digits.

    tests/data/starts/make_golden.py        needs numpy and scikit-learn

Each case holds A, the rank, and W and H of `_initialize_nmf(A, rank, init)` for "nndsvd" and "nndsvda".
The digits are those that scikit-learn ships (Alpaydin & Kaynak, UCI 1998; CC BY 4.0): images of 8 x 8
pixels, 0 to 16. Ranks are such that scikit-learn's randomized SVD and an exact one agree to 1e-6 of the
largest entry, which is checked here: k + 10 columns are all of the smaller side, or far more than
stand out.
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.datasets import load_digits
from sklearn.decomposition import _nmf

EXACT = 1e-6


def exact_svd(a, n, random_state=None):
    u, s, v = np.linalg.svd(a, full_matrices=False)
    return u[:, :n], s[:n], v[:n]


def start(a, rank, init, svd=None):
    kept = _nmf._randomized_svd
    if svd is not None:
        _nmf._randomized_svd = svd
    try:
        return _nmf._initialize_nmf(a, rank, init=init, random_state=0)
    finally:
        _nmf._randomized_svd = kept


def main():
    digits = load_digits().data
    cases = {
        "all pixels": (digits[:60], 5),
        "tall": (digits[:40, 20:44], 14),
        "wide": (digits[:40, 20:44].T, 12),
    }
    out = {"from": f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}", "cases": {}}
    for name, (a, rank) in cases.items():
        case = {"A": a.astype(int).tolist(), "rank": rank}
        for init in ("nndsvd", "nndsvda"):
            w, h = start(a, rank, init)
            for ours, exact in zip((w, h), start(a, rank, init, exact_svd)):
                assert abs(ours - exact).max() < EXACT * exact.max(), name
            case[init] = {"W": np.round(w, 9).tolist(), "H": np.round(h, 9).tolist()}
        out["cases"][name] = case
    path = pathlib.Path(__file__).parent / "golden.json"
    path.write_text(json.dumps(out) + "\n")


if __name__ == "__main__":
    main()
