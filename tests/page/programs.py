# SPDX-License-Identifier: Apache-2.0
"""Programs that the page's tests start: each test's own, in a folder of its own, ended with it."""

import array
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unittest

STREAMED_RUN = ""
NONNEG = ""


class ProgramTest(unittest.TestCase):
    """A test with a folder, `self.folder`, and programs that do not outlive it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def start(self, *arguments):
        """Starts a program; `readline` on its stdout gives the address that it prints first."""
        program = subprocess.Popen([str(a) for a in arguments], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end, program)
        return program

    @staticmethod
    def end(program):
        if program.poll() is None:
            program.kill()
        program.wait()
        program.stdout.close()
        program.stderr.close()

    def live_run(self, case, iterations, delay_ms, *options):
        """A run with a live page: the program and the page's address."""
        program = self.start(STREAMED_RUN, case, iterations, delay_ms, "--live", *options)
        address = program.stdout.readline().strip()
        self.assertTrue(address.startswith("http://"), address)
        return program, address

    def finished_run(self, case, iterations=40):
        """Snapshots and report.html of a run that is over; returns the folder."""
        done = subprocess.run([STREAMED_RUN, case, str(iterations), "0", "--snapshots",
                               self.folder / "snapshots", "--report", self.folder / "report.html"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.folder


def write_npy(path, rows, cols):
    """A float32 matrix of numbers between 0 and 1, the same ones each time."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {cols}), }}"
    header += " " * (63 - (len(header) + 10) % 64) + "\n"
    numbers = random.Random(1)
    entries = array.array("f", (numbers.random() for _ in range(rows * cols)))
    if sys.byteorder == "big":
        entries.byteswap()
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() +
                     entries.tobytes())


def main(module):
    """Runs a module's tests: MODULE.py STREAMED_RUN NONNEG [unittest's arguments]."""
    global STREAMED_RUN, NONNEG  # pylint: disable=global-statement
    STREAMED_RUN, NONNEG = sys.argv[1:3]
    unittest.main(module=module, argv=[sys.argv[0], *sys.argv[3:]])
