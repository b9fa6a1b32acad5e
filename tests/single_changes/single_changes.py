#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes single changes of the CUDA code, drawn by a seed, and tells which of them a test of the emulated
device notices (mutation testing: DeMillo, Lipton & Sayward, Computer 11(4), 1978).

    single_changes.py --seed 1 --count 60 --list
    single_changes.py --seed 1 --count 60 --build build --results changes.jsonl

Run it in a checkout of its own, in which nothing is changed and whose build folder has been configured
and built: it writes into source files, and takes each change back by git. Each change is a line of the
results; those that are there already are not tried again, so that it can be stopped at any time. One that does
not compile is replaced by the next of the draw. A change that survives is either equivalent, which one
argues by hand, or a test is missing.
"""
import argparse
import json
import os
import random
import re
import subprocess
import sys
import time

# The kinds of changes: a pattern, and what each of its matches becomes. Operators stand between blanks, as
# clang-format leaves them, which tells them from templates, pointers and references.
SWAPS = {
    "relation": {" < ": " <= ", " <= ": " < ", " > ": " >= ", " >= ": " > ", " == ": " != ", " != ": " == "},
    "arithmetic": {" + ": " - ", " - ": " + ", " * ": " / ", " / ": " * ", " % ": " / "},
    "logic": {" && ": " || ", " || ": " && ", "if (": "if (!"},
    "assignment": {" += ": " = ", " -= ": " += ", " *= ": " = "},
    "value": {"true": "false", "false": "true", "std::min": "std::max", "std::max": "std::min",
              "fmin": "fmax", "fmax": "fmin"},
}
NUMBER = re.compile(r"(?<![\w.'])\d+(?![\w.'])")
# A call that stands as a statement of its own, on one line or on several.
STATEMENT = re.compile(r"(?<=[;{}]\n)( +)(?!return\b|delete\b|throw\b)[A-Za-z_][\w:.\->\[\]]*\([^;{}]*\);\n")
SOURCES = re.compile(r"^(kernels/.*\.(cu|cuh|cpp|hpp)|src/cuda/.*\.(cpp|hpp))$")
# Tests from the quickest on, as ctest's -R and -E have them: the first that fails ends a change's turn.
QUICK = "primitives_float32"
SHORT = "(primitives_.*|sources|solver|solver_suites|losses|choices|choice|devices|owners|ranks|recordings|rates)"
GROUPS = ((QUICK, "none"), (SHORT, QUICK), (".*", f"({SHORT}|gpu_kit)"))


def masked(text):
    """The text with blanks for comments, strings, and lines of the preprocessor and of the compiler."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())
    text = re.sub(r'//[^\n]*|"(?:\\.|[^"\\\n])*"|' + r"'(?:\\.|[^'\\\n])'", blank, text)
    return re.sub(r"(?m)^ *(#|static_assert|using |template ).*$", blank, text)


def closing(text, opening):
    depth = 0
    for at in range(opening, len(text)):
        depth += (text[at] == "(") - (text[at] == ")")
        if depth == 0:
            return at
    return None


def changes_of(path):
    """All single changes of a file: kind, offset, what stands there, what is to stand there."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    code = masked(text)
    for kind, swaps in SWAPS.items():
        for before, after in swaps.items():
            bounded = rf"\b{re.escape(before)}\b" if before[0].isalpha() and before[-1].isalpha() else re.escape(before)
            for match in re.finditer(bounded, code):
                start, end = match.span()
                if before == "if (":
                    close = closing(code, end - 1)
                    if close is None:
                        continue
                    yield kind, path, start, text[start:close + 1], "if (!" + text[end - 1:close + 1] + ")"
                else:
                    yield kind, path, start, before, after
    for match in NUMBER.finditer(code):
        yield "constant", path, match.start(), match.group(), str(int(match.group()) + 1)
    for match in STATEMENT.finditer(code):
        start, end = match.span()
        yield "statement", path, start, text[start:end], ""


def drawn(seed):
    """Changes without end, each once: a kind at random, then a place of that kind."""
    files = subprocess.run(["git", "ls-files"], check=True, capture_output=True, text=True).stdout.split()
    by_kind = {}
    for path in sorted(path for path in files if SOURCES.match(path)):
        for change in changes_of(path):
            by_kind.setdefault(change[0], []).append(change)
    draw = random.Random(seed)
    kinds = sorted(by_kind)
    for kind in kinds:
        draw.shuffle(by_kind[kind])
    while kinds:
        kind = draw.choice(kinds)
        yield by_kind[kind].pop()
        if not by_kind[kind]:
            kinds.remove(kind)


def described(change):
    kind, path, offset, before, after = change
    with open(path, encoding="utf-8") as file:
        line = file.read()[:offset].count("\n") + 1
    return {"place": f"{path}:{line}", "offset": offset, "kind": kind,
            "before": before.strip(), "after": after.strip()}


def apply(change):
    _, path, offset, before, after = change
    with open(path, encoding="utf-8") as file:
        text = file.read()
    assert text[offset:offset + len(before)] == before, f"{path} is not as it was drawn from"
    with open(path, "w", encoding="utf-8") as file:
        file.write(text[:offset] + after + text[offset + len(before):])


def first_red(build, jobs):
    """The first test that fails, or None."""
    for wanted, left_out in GROUPS:
        tests = subprocess.run(
            ["ctest", "--test-dir", build, "-R", rf"^emulated\.{wanted}$", "-E", rf"^emulated\.{left_out}$", "-j", str(jobs), "--stop-on-failure",
             "--no-tests=error", "--timeout", "300"], capture_output=True, text=True, check=False)
        failed = re.search(r"Test +#\d+: (\S+) \.*.*(?:Failed|Timeout|Exception|SEGFAULT|ABORTED)", tests.stdout)
        if tests.returncode != 0:
            return failed.group(1) if failed else "ctest: " + tests.stdout[-200:] + tests.stderr[-200:]
    return None


def tried(change, build, jobs):
    apply(change)
    try:
        built = subprocess.run(["cmake", "--build", build, "--parallel", str(jobs)], capture_output=True,
                               text=True, check=False)
        if built.returncode != 0:
            return "does not compile"
        red = first_red(build, jobs)
        return f"red: {red}" if red else "survives"
    finally:
        subprocess.run(["git", "checkout", "--quiet", "--", change[1]], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--list", action="store_true", help="print the draw, and change nothing")
    parser.add_argument("--build", default="build")
    parser.add_argument("--results", default="changes.jsonl")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()

    if options.list:
        for _, change in zip(range(options.count), drawn(options.seed)):
            print(json.dumps(described(change), ensure_ascii=False))
        return 0
    if subprocess.run(["git", "diff", "--quiet"], check=False).returncode != 0:
        sys.exit("single_changes.py: this checkout has changes of its own; commit them, or take another one")
    known = {}
    if os.path.exists(options.results):
        with open(options.results, encoding="utf-8") as results:
            known = {(line["place"], line["offset"], line["after"]): line for line in map(json.loads, results)}
    counted = 0
    survivors = 0
    for change in drawn(options.seed):
        if counted == options.count:
            break
        line = described(change)
        line = known.get((line["place"], line["offset"], line["after"]), line)
        if "result" not in line:
            begin = time.monotonic()
            line["result"] = tried(change, options.build, options.jobs)
            line["seconds"] = round(time.monotonic() - begin)
            with open(options.results, "a", encoding="utf-8") as results:
                results.write(json.dumps(line, ensure_ascii=False) + "\n")
        if line["result"] == "does not compile":
            continue
        counted += 1
        survivors += line["result"] == "survives"
        print(f"{counted:3d} {line['result']:40s} {line['place']}  {line['before'][:60]!r} -> {line['after'][:60]!r}", flush=True)
    print(f"{counted - survivors} of {counted} turn red, {survivors} survive")
    return 0


if __name__ == "__main__":
    sys.exit(main())
