# SPDX-License-Identifier: Apache-2.0
"""ledger.py FAULTS GRAPHS -- RUN...: the ledger files of two programs have the figures counted by hand."""
import json
import os
import subprocess
import sys
import tempfile

faults, graphs = sys.argv[1:3]
run = sys.argv[4:]


def ledger_of(program):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "ledger.json")
        subprocess.run(run + [program], check=True, env={**os.environ, "NONNEG_EMU_LEDGER": path})
        with open(path) as file:
            return json.load(file)


# 256 floats: up, scaled by a kernel, scaled by cuBLAS, down.
ledger = ledger_of(faults)
assert ledger["transfers"]["H2D pinned"] == {"ops": 1, "bytes": 1024}, ledger["transfers"]
assert ledger["transfers"]["D2H pinned"] == {"ops": 1, "bytes": 1024}, ledger["transfers"]
(kernel,) = ledger["kernels"].values()
assert kernel["launches"] == 1 and kernel["loaded"] == 1024 and kernel["stored"] == 1024, kernel
assert kernel["instructions"] > 1000, kernel
assert ledger["cublas"]["cublasSscal"] == {"count": 1, "flops": 256, "operand_bytes": 2048}
assert ledger["host_syncs"]["cudaEventSynchronize"] == 1, ledger["host_syncs"]
assert ledger["alloc"]["peak_bytes"] == 1024 and ledger["alloc"]["live_bytes"] == 0

ledger = ledger_of(graphs)
assert ledger["graphs"] == {"instantiated": 2, "launches": 9}, ledger["graphs"]
assert ledger["transfers"]["H2D pinned"]["ops"] == 6, ledger["transfers"]
print("ok")
