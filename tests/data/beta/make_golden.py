#!/usr/bin/env python3
"""Writes tests/data/beta/golden.json: scikit-learn's multiplicative updates in float64 of two small
matrices, for seven values of beta, with and without penalties, dense and CSR, from one start.

    tests/data/beta/make_golden.py        needs numpy, scipy and scikit-learn

Each case holds the factors after 1, 10 and 50 iterations, and the beta-divergence there. A is 12 x 9
and positive ("positive"), or with about 70% of its entries zero ("sparse", beta > 0 only).

scikit-learn has limits that nonneg has not: below beta 1 it takes entries of W.H as at least 1.2e-7
(float32's epsilon), below beta 2 where A is not zero; and up to beta 1 it sets entries of H below
2.2e-16 to zero, below beta 1 those of W. Zeros of A pull W.H to zero, below beta 1 fast: there the
limits show, and "limited" says so. The second matters to nothing that is above rounding.
"""

import json
import pathlib
import warnings

import numpy as np
import scipy.sparse as sp
import sklearn
from sklearn.decomposition import non_negative_factorization
from sklearn.decomposition._nmf import EPSILON, _beta_divergence
from sklearn.exceptions import ConvergenceWarning

BETAS = (-0.5, 0, 0.5, 1, 1.5, 2, 2.5)
ITERATIONS = (1, 10, 50)
ROWS, COLUMNS, RANK = 12, 9, 3
NONE = {"alpha_W": 0.0, "alpha_H": 0.0, "l1_ratio": 0.0}
L1 = {"alpha_W": 0.01, "alpha_H": 0.02, "l1_ratio": 1.0}
L2 = {"alpha_W": 0.02, "alpha_H": 0.01, "l1_ratio": 0.0}
BOTH = {"alpha_W": 0.01, "alpha_H": 0.02, "l1_ratio": 0.3}


def positive(rng):
    return 0.1 + rng.random((ROWS, RANK)) @ rng.random((RANK, COLUMNS)) + rng.random((ROWS, COLUMNS))


def thinned(rng, a):
    """About 30% of the entries, and at least two in each row and column."""
    while True:
        kept = rng.random(a.shape) < 0.3
        if min(kept.sum(axis=0).min(), kept.sum(axis=1).min()) >= 2:
            return np.where(kept, a, 0)


def factors(a, w0, h0, beta, options, iterations):
    w, h, count = non_negative_factorization(
        a, W=w0.copy(), H=h0.copy(), n_components=RANK, init="custom", solver="mu", beta_loss=beta,
        tol=0, max_iter=iterations, **options)
    assert count == iterations
    return w, h


def penalties(options):
    """scikit-learn's alphas in nonneg's units."""
    l1, l2 = options["l1_ratio"], 1 - options["l1_ratio"]
    return {"l1_w": options["alpha_W"] * l1 * COLUMNS, "l2_w": options["alpha_W"] * l2 * COLUMNS,
            "l1_h": options["alpha_H"] * l1 * ROWS, "l2_h": options["alpha_H"] * l2 * ROWS}


def limited(a, model, beta):
    """Whether scikit-learn takes entries of the model for larger than they are."""
    return bool(beta < 1 and model.min() < EPSILON or beta < 2 and model[a > 0].min() < EPSILON)


def run(name, a, csr, start, beta, options):
    data = sp.csr_matrix(a) if csr else a
    after = {}
    for iterations in ITERATIONS:
        w, h = factors(data, *start, beta, options, iterations)
        after[str(iterations)] = {"limited": limited(a, w @ h, beta),
                                  "loss": float(_beta_divergence(data, w, h, beta)),
                                  "W": w.tolist(), "H": h.tolist()}
    return {"data": name, "csr": csr, "beta": beta, **options, "penalties": penalties(options),
            "after": after}


def main():
    warnings.filterwarnings("ignore", category=ConvergenceWarning)
    rng = np.random.default_rng(6)
    a = {"positive": positive(rng)}
    a["sparse"] = thinned(rng, a["positive"])
    start = 0.2 + rng.random((ROWS, RANK)), 0.2 + rng.random((RANK, COLUMNS))

    cases = [run("positive", a["positive"], False, start, beta, options)
             for beta in BETAS for options in (NONE, L1, L2, BOTH)]
    cases += [run("sparse", a["sparse"], csr, start, beta, options)
              for beta in BETAS if beta > 0 for options in (NONE, BOTH) for csr in (False, True)]
    golden = {
        "from": f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}",
        "data": {name: matrix.tolist() for name, matrix in a.items()},
        "W0": start[0].tolist(), "H0": start[1].tolist(), "cases": cases}
    # A case to a line, every number with all its digits.
    text = json.dumps(golden).replace('{"data": "', '\n{"data": "')
    (pathlib.Path(__file__).parent / "golden.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
