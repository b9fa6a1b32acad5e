#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What others take on the matrix that nonneg was timed on: a JSON object a line.

    peers.py shapes FILE.npy     ms of the products of a sweep in PyTorch, by rank, panel height and precision
    peers.py nmf FILE.npy        ms per iteration of plain MU and HALS in PyTorch (float32, tf32), and of MU in CuPy

--budget S begins no new case after S seconds. FILE.npy is float32, C order, as sweep_times --write leaves it.
--device cpu tries it without a GPU.
"""
import argparse
import ast
import json
import os
import time

import torch

BEGIN = time.time()


def read_npy(path):
    """A float32 matrix in C order, read without NumPy."""
    with open(path, "rb") as file:
        magic = file.read(10)
        if magic[:8] != b"\x93NUMPY\x01\x00":
            raise SystemExit(f"{path}: not an .npy file of version 1.0")
        header = ast.literal_eval(file.read(int.from_bytes(magic[8:], "little")).decode())
        offset = file.tell()
    if header["descr"] != "<f4" or header["fortran_order"]:
        raise SystemExit(f"{path}: {header}: must be float32 in C order")
    rows, cols = header["shape"]
    count = offset // 4 + rows * cols  # the header is a multiple of 64 bytes long
    whole = torch.from_file(path, shared=False, size=count, dtype=torch.float32)
    return whole[offset // 4:].view(rows, cols)


class Peers:
    def __init__(self, options):
        self.options = options
        self.device = torch.device(options.device)
        self.ranks = [int(rank) for rank in options.ranks.split(",")]
        self.A = read_npy(options.file).to(self.device)
        self.m, self.n = self.A.shape

    def over(self):
        return time.time() - BEGIN > self.options.budget

    def wait(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def milliseconds(self, work, repeats=5):
        """The median of `repeats` timings, each of as many calls as take some 2 ms."""
        work()
        work()
        calls, times = 1, []
        for repeat in range(repeats + 1):
            self.wait()
            begin = time.perf_counter()
            for _ in range(calls):
                work()
            self.wait()
            each = 1e3 * (time.perf_counter() - begin) / calls
            if repeat == 0:
                calls = max(1, min(200, int(2 / max(each, 1e-3))))
            else:
                times.append(each)
        return sorted(times)[repeats // 2]

    def random(self, *shape):
        return torch.rand(*shape, device=self.device)

    def shapes(self):
        self.limits()
        for k in self.ranks:
            Ht, W = self.random(self.n, k), self.random(self.m, k)
            C, S = self.random(self.n, k), self.random(k, k)
            for rows in (2048, 8192, 32768, 131072, self.m):
                if rows > self.m or self.over():
                    continue
                A, Wp, P = self.A[:rows], W[:rows], self.random(rows, k)
                for precision in ("float32", "tf32"):
                    tf32(precision == "tf32")
                    line = {"rank": k, "panel_rows": rows, "precision": precision,
                            "forward_ms": self.milliseconds(lambda: torch.mm(A, Ht, out=P)),
                            "back_ms": self.milliseconds(lambda: C.addmm_(A.T, Wp)),
                            "gram_ms": self.milliseconds(lambda: S.addmm_(Wp.T, Wp))}
                    if rows in (8192, 32768):
                        line |= errors(A, Wp)
                    say(line)
                tf32(False)

    def limits(self):
        """The device's own rates: a copy of A, and products of 8192 x 8192."""
        B = torch.empty_like(self.A)
        bytes_moved = 2 * 4 * self.A.numel()
        copy = bytes_moved / self.milliseconds(lambda: B.copy_(self.A)) * 1e-6
        del B
        size = min(8192, self.m)
        X = self.random(size, size)
        line = {"copy_gb_per_s": copy}
        for precision in ("float32", "tf32"):
            tf32(precision == "tf32")
            line[f"{precision}_tflops"] = 2 * size**3 / self.milliseconds(lambda: X @ X) * 1e-9
        tf32(False)
        say(line)

    def nmf(self):
        for k in self.ranks:
            for precision in ("float32", "tf32"):
                if self.over():
                    return
                tf32(precision == "tf32")
                W, H = self.random(self.m, k), self.random(k, self.n)
                Ht = H.T.contiguous()
                say({"library": f"torch {torch.__version__}", "precision": precision, "rank": k,
                     "mu_ms": self.milliseconds(lambda: multiplicative(self.A, W, H), 3),
                     "hals_ms": self.milliseconds(lambda: hals(self.A, W, Ht), 3)})
        tf32(False)
        self.cupy()

    def cupy(self):
        try:
            import cupy
        except ImportError:
            say({"library": "cupy", "left_out": "CuPy is not here"})
            return
        A = cupy.from_dlpack(self.A)
        for k in self.ranks:
            if self.over():
                return
            W = cupy.random.rand(self.m, k, dtype=cupy.float32)
            H = cupy.random.rand(k, self.n, dtype=cupy.float32)

            def step():
                nonlocal W, H
                W *= (A @ H.T) / (W @ (H @ H.T) + 1e-10)
                H *= (W.T @ A) / ((W.T @ W) @ H + 1e-10)

            say({"library": f"cupy {cupy.__version__}", "precision": "float32", "rank": k,
                 "mu_ms": self.milliseconds(step, 3)})


def tf32(on):
    torch.backends.cuda.matmul.allow_tf32 = on


def errors(A, W):
    """Mean and root mean square of the relative error of the sums over rows, against float64."""
    exact = A.double().T @ W.double()
    error = ((A.T @ W).double() - exact) / exact
    return {"back_error_mean": float(error.mean()), "back_error_rms": float(error.square().mean().sqrt())}


def multiplicative(A, W, H):
    W.mul_((A @ H.T).div_((W @ (H @ H.T)).add_(1e-10)))
    H.mul_((W.T @ A).div_(((W.T @ W) @ H).add_(1e-10)))


def hals(A, W, Ht):
    """One pass over the components in turn, the usual vectorised form."""
    for F, P, G in ((W, A @ Ht, Ht.T @ Ht), (Ht, None, None)):
        if P is None:
            P, G = A.T @ W, W.T @ W
        for j in range(F.shape[1]):
            F[:, j] = (F[:, j] + (P[:, j] - F @ G[:, j]) / G[j, j]).clamp_(min=0)


def say(line):
    print(json.dumps(line), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["shapes", "nmf"])
    parser.add_argument("file")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--ranks", default="64,32,128,8,256,16")
    parser.add_argument("--budget", type=float, default=60)
    options = parser.parse_args()
    if not os.path.exists(options.file):
        raise SystemExit(f"{options.file} is not there")
    getattr(Peers(options), options.what)()


if __name__ == "__main__":
    main()
