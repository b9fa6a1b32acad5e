#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the tables of docs/gpu.md out of a results.json that bench/gpu/run.sh has left.

    report.py results.json              replaces the section of docs/gpu.md
    report.py results.json --print      prints it instead
    report.py results.json --page FILE  replaces that of another page

What ran on the emulated device is called emulated, and no time of it is printed.
"""
import argparse
import json
import pathlib
import re
import statistics

BEGIN = "<!-- measured: begin -->\n"
END = "<!-- measured: end -->\n"
PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "gpu.md"
GREEN = (0, 77)
NO_ANSWER = {124: "ended by the clock", 126: "refused", 127: "not there"}


class Results:
    def __init__(self, text):
        self.all = json.loads(text)
        self.emulated = self.all["emulated"]
        self.steps = self.all["steps"]

    def of(self, *names):
        return [step for step in self.steps if step["step"] in names]

    def sweep(self, case):
        return next((step for step in self.of("sweeps") if step["case"] == case), None)

    def milliseconds(self, values):
        """The median, and the range where it is wider than a fiftieth of that."""
        if not values:
            return ""
        if self.emulated:
            return "-"
        middle = statistics.median(values)
        text = figure(middle)
        if max(values) - min(values) > middle / 50:
            text += f" ({figure(min(values))}-{figure(max(values))})"
        return text

    def sweep_words(self, case):
        step = self.sweep(case)
        if step is None:
            return ""
        return "failed" if "error" in step else self.milliseconds(step.get("ms_per_sweep"))

    def peer_words(self, library, precision, rank, key):
        for step in self.of("peers_nmf"):
            if (step.get("library", "").startswith(library) and step.get("precision") == precision
                    and step.get("rank") == rank):
                return self.milliseconds([step[key]] if key in step else [])
        return ""


def figure(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def heading(results):
    run = results.all
    kit = f"kit: {run['kit']}; {run['date']}"
    if results.emulated:
        return (f"**Emulated** ({kit}): the emulated device, so that nothing here was measured. Times are left out; what follows "
                "shows which cases ran.\n")
    name, *rest = run["gpu"].split(", ")
    return (f"**Measured on {name}, {run['date']}** (driver, memory, clocks, power: {', '.join(rest)}; host: {run['cpu']}, "
            f"{run['threads']} threads; {kit}). Medians of three timings of a quarter of a second or more, in brackets "
            "their range where it is above 2 %.\n")


def checks(results):
    lines = []
    for step, words in (("tests", "device tests"), ("sanitizers", "compute-sanitizer"), ("probe", "two host threads")):
        all_of = results.of(step)
        if not all_of:
            continue
        green = [one for one in all_of if one["status"] in GREEN]
        line = f"- {words}: {len(green)} of {len(all_of)} green"
        for status, reason in NO_ANSWER.items():
            names = [one["name"] for one in all_of if one["status"] == status]
            if names:
                line += f"; {reason}: {', '.join(names)}"
        red = [one for one in all_of if one["status"] not in (*GREEN, *NO_ANSWER)]
        for one in red:
            line += f"; **red**: {one['name']} ({one['summary'].strip()})"
        lines.append(line + "\n")
    return "".join(lines)


def by_rank(results):
    ranks = sorted({int(step["case"].split(":")[1]) for step in results.of("sweeps")
                    if re.fullmatch(r"(hals|mu):\d+(:tf32)?", step["case"])})
    if not ranks:
        return ""
    data = next((step for step in results.of("sweeps") if step["case"] == "data"), {})
    rows = [(rank, results.sweep_words(f"hals:{rank}"), results.sweep_words(f"mu:{rank}"),
             results.sweep_words(f"mu:{rank}:tf32"), results.sweep_words(f"kl:{rank}"),
             results.peer_words("torch", "float32", rank, "mu_ms"), results.peer_words("torch", "tf32", rank, "mu_ms"),
             results.peer_words("torch", "float32", rank, "hals_ms"), results.peer_words("cupy", "float32", rank, "mu_ms"))
            for rank in ranks]
    return (f"Milliseconds per sweep, {data.get('rows', '?')} × {data.get('cols', '?')} float32, resident. PyTorch and CuPy: "
            "the plain formulas; their HALS takes one pass.\n\n" +
            table(("k", "HALS", "MU", "MU, tf32", "Kullback-Leibler", "PyTorch MU", "PyTorch MU, tf32", "PyTorch HALS",
                   "CuPy MU"), rows))


def other_cases(results):
    rows = []
    for step in results.of("sweeps"):
        if step["case"] == "data":
            continue
        if "left_out" in step or "error" in step:
            rows.append((step["case"], step.get("error", step.get("left_out")), "", "", ""))
            continue
        start = "-" if results.emulated else figure(step["start_seconds"])
        rows.append((step["case"], results.milliseconds(step["ms_per_sweep"]), step["panel_rows"],
                     "not finite" if step["relative_error"] is None else f"{step['relative_error']:.6f}", start))
    if not rows:
        return ""
    return ("Every case: rule, rank and what differs from float32; the seconds are those until the first sweep was "
            "done, with the look at A and the upload.\n\n" +
            table(("case", "ms per sweep", "panel rows", "relative error", "seconds to start"), rows))


def both_backends(results):
    """nonneg bench: the CPU beside the GPU."""
    rows = []
    for step in results.of("bench"):
        run = step["result"]
        for one in run["ranks"]:
            for name in ("cpu", "gpu"):
                backend = one[name]
                if backend is None:
                    continue
                cells = ["-", "-", "-"]
                if not results.emulated:
                    cells = [results.milliseconds([1e3 * seconds for seconds in backend["sweep_seconds"]]),
                             figure(backend["error_seconds"]) if backend["error_reached"] else "not reached",
                             f"{100 * backend['of_limit']:.0f} %"]
                rows.append((f"{run['rows']} × {run['cols']}, k = {one['rank']}", name, *cells))
    if not rows:
        return ""
    return ("The CPU beside the GPU (`nonneg bench`): a sweep, the seconds until 1.01 times the error of 50 sweeps on the CPU, "
            "and the share of what the machine's own products or memory allow.\n\n" +
            table(("matrix", "backend", "ms per sweep", "seconds to the error", "of the limit"), rows))


def shapes(results):
    lines = results.of("peers_shapes")
    text = ""
    for step in lines:
        if "copy_gb_per_s" in step:
            text += (f"Measured limits: a copy {step['copy_gb_per_s']:.0f} GB/s, products {step['float32_tflops']:.1f} TFLOP/s "
                     f"in float32, {step['tf32_tflops']:.0f} in tf32.\n\n")
    rows = [(step["rank"], step["panel_rows"], step["precision"], figure(step["forward_ms"]), figure(step["back_ms"]),
             figure(step["gram_ms"]), f"{step['back_error_mean']:.1e}" if "back_error_mean" in step else "")
            for step in lines if "forward_ms" in step]
    if rows:
        text += ("cuBLAS's own time (by PyTorch) for the three products of one panel, ms, and the mean relative error of "
                 "AᵀW.\n\n" + table(("k", "panel rows", "precision", "A·Ht", "AᵀW", "WᵀW", "bias of AᵀW"), rows))
    return text


def counters(results):
    rows = [(step["name"], NO_ANSWER.get(step["status"], step["summary"])) for step in results.of("counters")]
    return table(("kernel and rank", "counters"), rows) if rows and not results.emulated else ""


def section(results):
    parts = [heading(results), checks(results), by_rank(results), other_cases(results), both_backends(results), shapes(results), counters(results)]
    return "\n".join(part for part in parts if part)


def replaced(page, text):
    begin, end = page.find(BEGIN), page.find(END)
    if begin < 0 or end < begin:
        raise SystemExit(f"report.py: the page has no lines {BEGIN.strip()} and {END.strip()}")
    return page[:begin + len(BEGIN)] + "\n" + text + "\n" + page[end:]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=pathlib.Path)
    parser.add_argument("--page", type=pathlib.Path, default=PAGE)
    parser.add_argument("--print", action="store_true", dest="printed")
    options = parser.parse_args()
    text = section(Results(options.results.read_text()))
    if options.printed:
        print(text, end="")
    else:
        options.page.write_text(replaced(options.page.read_text(), text))


if __name__ == "__main__":
    main()
