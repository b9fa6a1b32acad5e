#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails where ptxas keeps anything of a kernel in local memory: a spill or a stack frame.

    ptxas_report.py --ptxas PTXAS --print-ptx PROGRAM --architectures 75,90 [--verbose] FILE...

A file is PTX (.ptx) or an object that nvcc left, whose PTX the program prints
(tests/emulated_device/tools/print_ptx.cpp). Assembles each for each architecture and reads what
`ptxas -v` says. Every kernel that uses local
memory is named with its architecture, bytes and registers; --verbose names the others too.
"""
import argparse
import concurrent.futures
import dataclasses
import os
import re
import subprocess
import sys
import tempfile

KERNEL = re.compile(r"Compiling entry function '(\w+)' for 'sm_(\w+)'")
FUNCTION = re.compile(r"Function properties for (\w+)")
LOCAL = re.compile(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")
REGISTERS = re.compile(r"Used (\d+) registers")


@dataclasses.dataclass
class Use:
    kernel: str
    architecture: str
    file: str
    stack: int = 0
    stores: int = 0
    loads: int = 0
    registers: int = 0

    def bytes(self):
        return self.stack + self.stores + self.loads

    def line(self, names):
        return (f"sm_{self.architecture}  {self.registers:3d} registers, stack {self.stack} B, spill "
                f"stores {self.stores} B, spill loads {self.loads} B  "
                f"{names.get(self.kernel, self.kernel)}  ({self.file})")


def parse(text, file, architecture):
    """The use of every function in ptxas's report: kernels, and functions that were not inlined."""
    uses, current = {}, None
    for line in text.splitlines():
        match = KERNEL.search(line) or FUNCTION.search(line)
        if match:
            name = match.group(1)
            current = uses.setdefault(name, Use(name, architecture, file))
        elif current:
            if match := LOCAL.search(line):
                current.stack, current.stores, current.loads = map(int, match.groups())
            elif match := REGISTERS.search(line):
                current.registers = int(match.group(1))
    return list(uses.values())


def ptx_of(print_ptx, path, folder):
    """The PTX of an object, as a file below `folder`; a file of PTX itself."""
    if path.endswith(".ptx"):
        return path
    run = subprocess.run([print_ptx, path], capture_output=True, check=False)
    if run.returncode != 0:
        raise SystemExit(run.stderr.decode())
    named = os.path.join(folder, os.path.basename(path).removesuffix(".o") + ".ptx")
    with open(named, "wb") as file:
        file.write(run.stdout)
    return named


def assemble(job):
    ptxas, path, architecture = job
    run = subprocess.run([ptxas, "-v", f"--gpu-name=sm_{architecture}", path, "-o", os.devnull],
                         capture_output=True, text=True, check=False)
    file = os.path.basename(path)
    if run.returncode != 0:
        raise SystemExit(f"ptxas fails on {file} for sm_{architecture}:\n{run.stdout}{run.stderr}")
    uses = parse(run.stdout + run.stderr, file, architecture)
    with open(path, encoding="utf-8") as text:
        entries = len(re.findall(r"^\s*(?:\.\w+ )*\.entry\b", text.read(), re.MULTILINE))
    found = sum(1 for use in uses if use.registers > 0)
    if entries == 0 or found != entries:
        raise SystemExit(f"{file} has {entries} kernels, but ptxas reports on {found} for "
                         f"sm_{architecture}: this script does not understand its report")
    return uses


def demangled(uses):
    names = sorted({use.kernel for use in uses})
    try:
        run = subprocess.run(["c++filt"], input="\n".join(names), capture_output=True, text=True,
                             check=True)
    except (OSError, subprocess.CalledProcessError):
        return {}
    return dict(zip(names, run.stdout.splitlines()))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ptxas", required=True)
    parser.add_argument("--print-ptx", help="needed for objects")
    parser.add_argument("--architectures", required=True, help="such as 75,80,90")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()

    architectures = options.architectures.split(",")
    with (tempfile.TemporaryDirectory() as folder,
          concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool):
        files = list(pool.map(lambda path: ptx_of(options.print_ptx, path, folder), options.files))
        jobs = [(options.ptxas, path, a) for path in files for a in architectures]
        uses = [use for found in pool.map(assemble, jobs) for use in found]
    names = demangled(uses)
    bad = [use for use in uses if use.bytes() > 0]
    if options.verbose:
        for use in sorted(uses, key=lambda use: (use.kernel, int(use.architecture))):
            print(use.line(names))
    print(f"{len(uses)} kernels assembled for sm_{', sm_'.join(architectures)}: {len(bad)} use local "
          "memory")
    for use in bad:
        print("LOCAL MEMORY  " + use.line(names))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
