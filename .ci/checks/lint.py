#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs clang-tidy on C++ files that changed since they were clean; see lint.sh, which calls it."""
import argparse
import concurrent.futures
import functools
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys

ROOT = os.getcwd() + "/"
RECORD = ".ci/passed/lint"
INCLUDE = re.compile(rb'^\s*#\s*include\s*["<]([^">]+)[">]', re.MULTILINE)


def commands():
    """The compile command of each C++ file of the repository, as a list of arguments, by its path."""
    found = {}
    with open("build/compile_commands.json", encoding="utf-8") as database:
        for entry in json.load(database):
            path = os.path.normpath(os.path.join(entry["directory"], entry["file"]))
            generated = path.startswith(ROOT + "build")
            if path.endswith(".cpp") and path.startswith(ROOT) and not generated:
                found.setdefault(path.removeprefix(ROOT), entry)
    return found


def arguments(entry):
    """What clang-tidy is to know of a compile command: no precompiled header, which is GCC's own, and
    no -Werror, which would make errors of warning flags that only GCC knows."""
    words = shlex.split(entry["command"])
    kept, skip = [], False
    for word, following in zip(words, words[1:] + [""]):
        if skip or word in ("-Winvalid-pch", "-fpch-preprocess", "-Werror"):
            skip = False
        elif word == "-include" and following.endswith("cmake_pch.hxx"):
            skip = True
        else:
            kept.append(word)
    return kept


@functools.cache
def text_of(path):
    with open(path, "rb") as file:
        return file.read()


@functools.cache
def included(path, folders):
    """The project's headers that a file includes itself."""
    headers = []
    for name in INCLUDE.findall(text_of(path)):
        for folder in (os.path.dirname(path), *folders):
            header = os.path.normpath(os.path.join(folder, name.decode()))
            if os.path.isfile(header):
                headers.append(header)
                break
    return headers


def sum_of(path, entry):
    """Of all that decides what clang-tidy says of a file, but for headers of other projects."""
    flags = [word.replace(ROOT, "").replace(ROOT[:-1], ".") for word in arguments(entry)[1:]
             if re.match(r"-(I|D|std=|m|f)", word)]
    folders = tuple(word[2:] for word in flags if word.startswith("-I"))
    seen, waiting = {path}, [path]
    while waiting:
        for header in included(waiting.pop(), folders):
            if header not in seen:
                seen.add(header)
                waiting.append(header)
    total = hashlib.sha256(text_of(".clang-tidy"))
    total.update(" ".join(sorted(flags)).encode())
    for file in sorted(seen):
        total.update(file.encode() + b"\0" + text_of(file))
    return total.hexdigest()[:16]


def read_record():
    if not os.path.exists(RECORD):
        return {}
    with open(RECORD, encoding="utf-8") as record:
        return {path: value for value, path in (line.split() for line in record)}


def write_record(sums):
    os.makedirs(os.path.dirname(RECORD), exist_ok=True)
    with open(RECORD + ".new", "w", encoding="utf-8") as record:
        record.writelines(f"{value} {path}\n" for path, value in sorted(sums.items()))
    os.replace(RECORD + ".new", RECORD)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clang-tidy", required=True)
    parser.add_argument("--jobs", type=int, required=True)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("parts", nargs="*")
    options = parser.parse_args()

    entries = commands()
    sums = {path: sum_of(path, entry) for path, entry in entries.items()}
    # Files that this build does not compile, as it lacks a library or a toolkit, keep their line.
    record = {path: value for path, value in read_record().items() if os.path.exists(path)}
    if options.parts:
        wanted = [path for path in entries if any(part in path for part in options.parts)]
    else:
        wanted = [path for path in entries if options.all or record.get(path) != sums[path]]
    print(f"{len(wanted)} of {len(entries)} files are looked at", flush=True)

    folder = "build/lint"
    os.makedirs(folder, exist_ok=True)
    with open(folder + "/compile_commands.json", "w", encoding="utf-8") as database:
        json.dump([{"directory": entry["directory"], "file": entry["file"],
                    "arguments": arguments(entry)} for entry in entries.values()], database)

    def look_at(path):
        run = subprocess.run([options.clang_tidy, "-p", folder, "--quiet", path], text=True,
                             capture_output=True, check=False)
        return path, run.returncode, run.stdout + run.stderr

    bad = []
    # The largest first, so that no long one is left for the end.
    wanted.sort(key=os.path.getsize, reverse=True)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for path, status, output in pool.map(look_at, wanted):
            if status == 0:
                record[path] = sums[path]
                write_record(record)
            else:
                record.pop(path, None)
                bad.append(path)
                print(f"{path}:\n{output}", flush=True)
    write_record(record)
    if bad:
        print(f"FAILED: clang-tidy finds something in {len(bad)} files: {', '.join(sorted(bad))}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
