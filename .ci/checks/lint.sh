#!/usr/bin/env bash
# clang-tidy finds nothing in the C++ files that the build compiles, those of the CUDA backend and of
# the emulated device among them where there is a toolkit. Needs ./build.sh test before it.
#
# CUDA's own files (*.cu) are left out: clang 14 cannot read the headers of CUDA 13. Their warnings
# are nvcc's, which cuda.sh takes as errors.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
source .ci/checks/common.sh

clang_tidy=$(tool clang-tidy)
[ -e build/compile_commands.json ] || fail "no build/compile_commands.json: run ./build.sh test first"

# Files of the repository only: nothing generated, no other project's.
python3 - "$PWD" "$@" <<'END' |
import json, os, sys
root, wanted = sys.argv[1] + "/", sys.argv[2:]
files = {os.path.normpath(os.path.join(c["directory"], c["file"]))
         for c in json.load(open("build/compile_commands.json"))}
files = sorted(f for f in files if f.endswith(".cpp") and f.startswith(root) and not f.startswith(root + "build"))
if wanted:
    files = [f for f in files if any(part in f for part in wanted)]
# The largest first, so that no long one is left for the end.
for f in sorted(files, key=os.path.getsize, reverse=True):
    sys.stdout.write(f + "\0")
END
  xargs -0 -r -n 1 -P "$(jobs_here)" "$clang_tidy" -p build --quiet \
    2> >(grep -v 'warnings\? generated\.$' >&2)
