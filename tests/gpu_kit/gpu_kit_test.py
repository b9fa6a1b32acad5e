#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The GPU kit's script and its report, on the emulated device and a tiny matrix: neither may rot unseen.

    gpu_kit_test.py --sources FOLDER --programs FOLDER:... --emulated-device LIBRARY
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

OPTIONS = None

# Stand-ins for the tools that only a machine with a GPU has. One of compute-sanitizer's finds something,
# one is refused, and so is the profiler.
TOOLS = {
    "nvidia-smi": "echo 'NVIDIA H200, 580.65, 143771 MiB'",
    "compute-sanitizer": """case "$2" in
  memcheck) echo '========= ERROR SUMMARY: 0 errors' ;;
  racecheck) echo '========= RACECHECK SUMMARY: 1 hazard displayed'; exit 9 ;;
  synccheck) echo 'Error: device not supported'; exit 1 ;;
  initcheck) exit 0 ;;
  *) exit 2 ;;
esac""",
    "ncu": "echo '==ERROR== ERR_NVGPUCTRPERM'; exit 1",
    "python3": """case "$2" in
  *torch*) exit 0 ;;
  shapes) [ -s "$3" ] && echo '{"copy_gb_per_s": 4000, "float32_tflops": 50, "tf32_tflops": 400}' ;;
  nmf) [ -s "$3" ] && echo '{"library": "torch 2", "precision": "tf32", "rank": 3, "mu_ms": 1.5}' ;;
esac""",
}


def run_kit(out, mode="tiny", **more):
    environment = os.environ | {"OUT": str(out), "PROGRAMS": OPTIONS.programs,
                                "EMULATED_DEVICE": OPTIONS.emulated_device, "ROWS": "400"} | more
    return subprocess.run(["bash", str(OPTIONS.sources / "bench/gpu/run.sh"), mode], env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def report(results, *more):
    return subprocess.run([sys.executable, str(OPTIONS.sources / "bench/gpu/report.py"), str(results), *more],
                          text=True, capture_output=True, check=False)


class GpuKit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        tools = cls.folder / "tools"
        tools.mkdir()
        for name, text in TOOLS.items():
            (tools / name).write_text("#!/bin/bash\n" + text + "\n")
            (tools / name).chmod(0o755)
        cls.outcome = run_kit(cls.folder / "out", TOOLS=str(tools))
        cls.file = cls.folder / "out/results.json"
        cls.results = json.loads(cls.file.read_text()) if cls.file.exists() else None

    def of(self, step):
        return [one for one in self.results["steps"] if one["step"] == step]

    def changed(self, **more):
        """The results with other values, in a file of their own."""
        file = self.folder / "changed.json"
        file.write_text(json.dumps(self.results | more))
        return file

    def test_it_ends_with_what_it_found_and_says_that_it_was_emulated(self):
        self.assertIn("red: 1, ended by the clock: 0", self.outcome.stdout)  # the stand-in's finding
        self.assertEqual(self.outcome.returncode, 1, self.outcome.stdout)
        self.assertEqual(self.results["gpu"], "NVIDIA H200, 580.65, 143771 MiB")
        self.assertIs(self.results["emulated"], True)
        self.assertEqual(self.results["info"]["devices"][0]["name"], "nonneg emulated device")
        self.assertTrue(self.results["cpu"] and self.results["host"])
        self.assertTrue((self.folder / "out/logs.tgz").exists())

    def test_every_step_is_told_be_it_done_or_absent(self):
        self.assertEqual([(one["name"], one["status"]) for one in self.of("tests")], [("choice", 0)])
        self.assertEqual([(one["name"], one["status"]) for one in self.of("probe")], [("two_threads", 0)])
        self.assertIn("1 of 1 rounds ran; 0 failures", self.of("probe")[0]["summary"])
        self.assertEqual({one["name"]: one["status"] for one in self.of("sanitizers")},
                         {"memcheck": 0, "memcheck_products": 0, "racecheck": 9, "synccheck": 126, "initcheck": 0})
        self.assertEqual([(one["name"], one["status"]) for one in self.of("peers")], [("nmf", 0), ("shapes", 0)])
        self.assertEqual([one["tf32_tflops"] for one in self.of("peers_shapes")], [400])
        self.assertEqual([one["mu_ms"] for one in self.of("peers_nmf")], [1.5])
        self.assertEqual({one["status"] for one in self.of("counters")}, {126})

    def test_it_goes_on_where_the_tools_are_not_there(self):
        outcome = run_kit(self.folder / "bare", TOOLS="")
        self.assertEqual(outcome.returncode, 0, outcome.stdout)
        steps = json.loads((self.folder / "bare/results.json").read_text())["steps"]
        for name in ("sanitizers", "peers", "counters"):
            self.assertEqual([one["status"] for one in steps if one["step"] == name], [127], name)

    def test_sweeps_ran_on_the_device(self):
        cases = {one["case"]: one for one in self.of("sweeps")}
        self.assertEqual(set(cases), {"data", "mu:3", "hals:3:panel=20", "kl:2:sparse", "mu:3:uint8"})
        self.assertEqual((cases["data"]["rows"], cases["data"]["cols"]), (60, 24))
        for case, one in cases.items():
            if case != "data":
                self.assertEqual(one["backend"], "cuda", one)
                self.assertTrue(one["emulated"] and one["ms_per_sweep"] and one["relative_error"] < 1, one)
        self.assertEqual(cases["hals:3:panel=20"]["panel_rows"], 20)

    def test_the_cpu_and_the_device_were_compared(self):
        self.assertEqual([(one["name"], one["status"]) for one in self.of("bench_command")], [("all", 0)])
        (bench,) = self.of("bench")
        (rank,) = bench["result"]["ranks"]
        self.assertEqual(rank["rank"], 3)
        self.assertTrue(rank["cpu"]["error_reached"] and rank["gpu"]["error_reached"], rank)
        self.assertIn("| 60 × 24, k = 3 | gpu | - | - | - |", report(self.file, "--print").stdout)
        rank["gpu"] |= {"sweep_seconds": [0.002], "error_seconds": 0.125, "of_limit": 0.5}
        measured = report(self.changed(emulated=False, steps=[bench]), "--print").stdout
        self.assertIn("| 60 × 24, k = 3 | gpu | 2 | 0.125 | 50 % |", measured)

    def test_the_report_replaces_its_section_and_no_more(self):
        page = self.folder / "gpu.md"
        before = (OPTIONS.sources / "docs/gpu.md").read_text()
        page.write_text(before)
        self.assertEqual(report(self.file, "--page", str(page)).returncode, 0)
        once = page.read_text()
        head, tail = before.split("<!-- measured: begin -->\n")[0], before.split("<!-- measured: end -->\n")[1]
        self.assertTrue(once.startswith(head) and once.endswith(tail))
        self.assertTrue("| kl:2:sparse | - |" in once, "the page lacks the sparse case")
        self.assertEqual(report(self.file, "--page", str(page)).returncode, 0)
        self.assertEqual(page.read_text(), once)

    def test_what_was_emulated_is_not_called_measured_and_has_no_times(self):
        text = report(self.file, "--print").stdout
        self.assertIn("**Emulated**", text)
        self.assertIn("3 of 5 green; refused: synccheck; **red**: racecheck", text)
        self.assertNotIn("Measured on", text)
        self.assertIn("| 3 |  | - |  |  |  | - |  |  |", text)

    def test_what_was_measured_names_the_device_the_day_and_what_is_red(self):
        red = [one | {"status": 1, "summary": "[  FAILED  ] A.B"} if one["step"] == "tests" else one
               for one in self.results["steps"]]
        more = [{"step": "sweeps", "case": "hals:8", "ms_per_sweep": [4.1, 4.2, 5.0], "panel_rows": 7,
                 "relative_error": 0.5, "start_seconds": 1.5},
                {"step": "peers_nmf", "library": "torch 2", "precision": "float32", "rank": 8, "mu_ms": 6.25}]
        file = self.changed(emulated=False, gpu="NVIDIA H200, 580.1, 143771 MiB", date="2027-01-02", steps=red + more)
        text = report(file, "--print").stdout
        self.assertIn("**Measured on NVIDIA H200, 2027-01-02**", text)
        self.assertIn("0 of 1 green; **red**: choice ([  FAILED  ] A.B)", text)
        self.assertIn("| 8 | 4.2 (4.1-5) |  |  |  | 6.25 |", text)

    def test_a_page_without_the_section_is_refused(self):
        page = self.folder / "other.md"
        page.write_text("# Nothing\n")
        outcome = report(self.file, "--page", str(page))
        self.assertNotEqual(outcome.returncode, 0)
        self.assertIn("measured: begin", outcome.stderr)

    def test_an_unknown_mode_is_refused_with_the_usage(self):
        outcome = run_kit(self.folder / "none", "quick")
        self.assertEqual(outcome.returncode, 2)
        self.assertIn("run.sh tests", outcome.stdout)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--sources", type=pathlib.Path, required=True)
    parser.add_argument("--programs", required=True)
    parser.add_argument("--emulated-device", required=True)
    OPTIONS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
