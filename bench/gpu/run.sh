#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a machine with a GPU is asked first, the most telling first. Needs bash, a driver, CUDA's libraries
# (a toolkit's or PyTorch's) and the programs beside this script; python3, compute-sanitizer, ncu,
# PyTorch and CuPy serve where they are.
#
#   run.sh          all of it, in six minutes at most
#   run.sh tests    device tests and compute-sanitizer, in two minutes at most
#   run.sh tiny     every step on a tiny matrix: whether this script works
#
# OUT=FOLDER is where results.json and logs.tgz go (./results beside this script). What takes longer than its
# share ends there; a tool that is absent or refused is recorded as such. Ends with 1 where a test or a sanitizer found
# something.
#
# PROGRAMS=FOLDER:… is where the programs are (beside this script), EMULATED_DEVICE=LIBRARY runs them on the emulated
# device, with the tools of the folder TOOLS alone; ROWS and COLS are the sizes of the matrix (500000 and 4096).
set -u
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
mode=${1:-all}
programs=${PROGRAMS:-$here}
out=${OUT:-$here/results}
threads=$(nproc)
readonly absent=127 refused=126 late=124 # statuses of what did not come to an answer
case "$mode" in
  all) tests_end=95 sanitizers_end=135 probe_end=145 sweeps_end=255 bench_end=280 peers_end=320 counters_end=350 ;;
  tests) tests_end=70 sanitizers_end=108 probe_end=116 sweeps_end=0 bench_end=0 peers_end=0 counters_end=0 ;;
  tiny) tests_end=600 sanitizers_end=600 probe_end=600 sweeps_end=600 bench_end=600 peers_end=600 counters_end=600 ;;
  *)
    sed -n '3,/^set -u/p' "${BASH_SOURCE[0]}" | sed -n 's/^# \{0,1\}//p' >&2
    exit 2
    ;;
esac
mkdir -p "$out/logs" || exit 2
out=$(readlink -f "$out")
logs=$out/logs
rm -f "$logs"/* "$out/results.json"
records=$(mktemp -d) || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$records" "$scratch"' EXIT
cd "$scratch" || exit 2

say() { printf '[%3d s] %s\n' "$SECONDS" "$*" | tee -a "$logs/summary.txt"; }
left_until() {
  local left=$(($1 - SECONDS))
  [ "$left" -gt 1 ] && echo "$left" || echo 1
}
over() { [ "$SECONDS" -ge "$1" ]; }
json_text() { printf '%s' "$1" | tr '\n\t' '  ' | tr -d '\000-\037' | sed 's/\\/\\\\/g; s/"/\\"/g'; }
# record STEP NAME STATUS SECONDS SUMMARY: a line of results.json.
record() {
  printf '{"step": "%s", "name": "%s", "status": %d, "seconds": %d, "summary": "%s"}\n' \
    "$1" "$(json_text "$2")" "$3" "$4" "$(json_text "$5")" >>"$records/$1.json"
  say "$1 $2: status $3, $4 s ${5:+: $5}"
}

# program NAME: its path.
program() {
  local folder
  while IFS= read -r -d : folder; do
    if [ -e "$folder/$1" ]; then
      printf '%s' "$folder/$1"
      return
    fi
  done <<<"$programs:"
  printf '%s' "$here/$1"
}
# tool NAME: a tool of the machine's; nothing where it is not there.
tool() {
  local file
  if [ -n "${EMULATED_DEVICE:-}" ]; then
    if [ -x "${TOOLS:-}/$1" ]; then printf '%s' "$TOOLS/$1"; fi
    return
  fi
  for file in "$(command -v "$1")" /usr/local/cuda/bin/"$1" /usr/local/cuda*/bin/"$1" /opt/nvidia/*/*/"$1"; do
    if [ -x "$file" ]; then
      printf '%s' "$file"
      return
    fi
  done
}
# answer STATUS LOG: the status, or `refused` where a tool has failed but no test in it.
answer() {
  case "$1" in
    0 | 9 | 77 | "$late") printf '%s' "$1" ;;
    *) if grep -aq '^\[  FAILED' "$2"; then printf '%s' "$1"; else printf '%s' "$refused"; fi ;;
  esac
}
# ours COMMAND…: with CUDA's libraries, which Python has its own of.
ours() {
  if [ -n "${EMULATED_DEVICE:-}" ]; then
    env LD_PRELOAD="$EMULATED_DEVICE" "$@"
  else
    env LD_LIBRARY_PATH="$library_path" CUDA_CACHE_PATH="$scratch/cuda_cache" "$@"
  fi
}

# ---- The machine and its libraries ---------------------------------------------------------------

library_path=${LD_LIBRARY_PATH:-}
find_cuda_libraries() {
  local name folder folders
  mapfile -t folders < <(
    printf '%s\n' /usr/local/cuda/lib64 /usr/local/cuda/lib /usr/local/cuda*/lib64 /usr/local/cuda*/targets/x86_64-linux/lib
    "${python:-false}" -c 'import sys; print("\n".join(sys.path))' 2>/dev/null |
      while IFS= read -r folder; do
        [ -n "$folder" ] && printf '%s\n' "$folder"/nvidia/*/lib "$folder"/nvidia/lib
      done
    printf '%s\n' "${CONDA_PREFIX:-/opt/conda}/lib"
  )
  for _ in 1 2 3; do # a library that is found may want others
    for name in $(ours ldd "$(program libnonneg_cuda.so)" | awk '/not found/ {print $1}'); do
      for folder in "${folders[@]}"; do
        if [ -e "$folder/$name" ]; then
          library_path=${library_path:+$library_path:}$folder
          break
        fi
      done
    done
  done
  ours ldd "$(program libnonneg_cuda.so)" "$(program nonneg)" | grep 'not found' | tee "$logs/libraries.txt"
}
python=$(tool python3)
smi=$(tool nvidia-smi)
find_cuda_libraries
gpu=$([ -z "$smi" ] || timeout -k 5 10 "$smi" --query-gpu=name,driver_version,memory.total,clocks.max.sm,clocks.max.mem,power.limit \
  --format=csv,noheader 2>&1 | head -1)
cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)
ours timeout -k 5 60 "$(program nonneg)" info --json >"$logs/info.json" 2>"$logs/info.txt" || echo null >"$logs/info.json"
emulated=false
if grep -q 'nonneg emulated device' "$logs/info.json"; then emulated=true; fi
say "gpu: ${gpu:-no nvidia-smi}; cpu: $cpu, $threads threads; emulated: $emulated"
ours timeout -k 5 60 "$(program nonneg)" info | sed -n '/^devices/,$p'

# ---- Device tests, in parallel; what fails once more alone ------------------------------------

export NONNEG_TEST_REQUIRE_GPU=1 OMP_WAIT_POLICY=passive OMP_NUM_THREADS=4
# test_once NAME PROGRAM FILTER MARK [OPTION…]: leaves its log, and its status and seconds in the log's last line.
test_once() {
  local status begin=$SECONDS
  ours timeout -k 5 "$(left_until "$4")" "$(program "$2")" "--gtest_filter=$3" --gtest_brief=1 "${@:5}" >"$logs/test_$1.log" 2>&1
  status=$?
  echo "status $status $((SECONDS - begin))" >>"$logs/test_$1.log"
  return "$status"
}
test_words() { # LOG: what gtest said last, and which failed.
  grep -aE '^\[  (PASSED|FAILED|SKIPPED)' "$1" | tail -8 | tr '\n' ' ' | cut -c1-600
}
run_tests() {
  local name program filter status seconds again jobs=4
  local list=$scratch/gpu_tests.txt
  grep -v '^#' "$(program gpu_tests.txt)" >"$list"
  if [ "$mode" = tiny ]; then
    jobs=2
    grep -E '^choice ' "$list" >"$list.tiny" && mv "$list.tiny" "$list"
  fi
  while read -r name program filter; do
    while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n; done
    over "$tests_end" && break
    test_once "$name" "$program" "$filter" "$tests_end" &
  done <"$list"
  wait
  while read -r name program filter; do
    read -r status seconds < <(sed -n '$s/^status //p' "$logs/test_$name.log" 2>/dev/null)
    if [ -z "${status:-}" ]; then
      record tests "$name" "$late" 0 "no time was left"
      continue
    fi
    again=
    if [ "$status" != 0 ] && [ "$status" != 77 ] && ! over "$tests_end"; then
      cp "$logs/test_$name.log" "$logs/test_$name.beside_others.log"
      test_once "$name" "$program" "$filter" "$tests_end"
      again="; alone: status $?"
    fi
    record tests "$name" "$status" "$seconds" "$(test_words "$logs/test_$name.log")$again"
  done <"$list"
}

# ---- compute-sanitizer, all tools at once -----------------------------------------------------------

sanitize() { # LABEL TOOL FILTER OPTION…
  local begin=$SECONDS status
  ours timeout -k 5 "$(left_until "$sanitizers_end")" "$sanitizer" --tool "$2" --error-exitcode 9 --print-limit 20 "${@:4}" \
    "$(program nonneg_backend_test)" "--gtest_filter=$3" --gtest_brief=1 >"$logs/sanitizer_$1.log" 2>&1
  status=$?
  record sanitizers "$1" "$(answer "$status" "$logs/sanitizer_$1.log")" "$((SECONDS - begin))" \
    "$(grep -aE 'ERROR SUMMARY|RACECHECK SUMMARY|LEAK SUMMARY|not supported|Error: |PASSED|FAILED' "$logs/sanitizer_$1.log" | tail -3 | tr '\n' ' ' | cut -c1-400)"
}
run_sanitizers() {
  local sanitizer own='--kernel-name kns=nonneg' # cuBLAS's kernels take minutes to instrument
  sanitizer=$(tool compute-sanitizer)
  if [ -z "$sanitizer" ]; then
    record sanitizers all "$absent" 0 "compute-sanitizer is not here"
    return
  fi
  # shellcheck disable=SC2086
  {
    sanitize memcheck memcheck '*cuda_float32*' $own --leak-check full &
    sanitize memcheck_products memcheck '*Products*cuda_float32*' &
    sanitize racecheck racecheck '*RowUpdate*cuda_float32*:*Anls*cuda_float32*:*Reductions*cuda_float32*:*Beta*cuda_float32*' $own &
    sanitize synccheck synccheck '*RowUpdate*cuda_float32*:*Anls*cuda_float32*:*Sparse*cuda_float32*:*Beta*cuda_float32*' $own &
    sanitize initcheck initcheck '*RowUpdate*cuda_float32*:*Sparse*cuda_float32*:*Extrapolation*cuda_float32*:*Widen*cuda_float32*' $own &
  }
  wait
}

# Two host threads, of which one records sweeps while the other makes and destroys solvers.
run_probe() {
  local begin=$SECONDS repeats=40
  if [ "$mode" = tiny ]; then repeats=1; fi
  test_once two_threads nonneg_cuda_test 'ThreadsTest.*' "$probe_end" --gtest_repeat=$repeats
  record probe two_threads $? "$((SECONDS - begin))" \
    "$(grep -acE '^\[=+\] .* ran' "$logs/test_two_threads.log") of $repeats rounds ran; $(grep -acE 'Failure' "$logs/test_two_threads.log") failures"
}

# ---- Sweeps -----------------------------------------------------------------------------------------

sweep_cases() {
  local k
  if [ "$mode" = tiny ]; then
    echo mu:3 hals:3:panel=20 kl:2:sparse mu:3:uint8
    return
  fi
  for k in 64 32 128 8 256 16; do echo "hals:$k mu:$k mu:$k:tf32"; done
  echo kl:64 kl:8 hals:64:tf32 mu:20:sparse kl:20:sparse hals:20:sparse
  for k in 2048 8192 32768 131072 500000; do echo "mu:64:panel=$k hals:64:panel=$k"; done
  echo mu:64:uint8 mu:64:float16 hals:64:uint8 kl:32 kl:16 is:32 anls:16 anls:64 anls:128 mu:64:float64 kl:128 is:8
}
torch=no
matrix=$scratch/A.npy
write_matrix=()
run_sweeps() {
  local begin=$SECONDS status line rows=${ROWS:-500000} cols=${COLS:-4096} shared_memory=/dev/shm
  if [ "$mode" = tiny ]; then rows=60 cols=24; fi
  if timeout -k 5 60 "${python:-false}" -c 'import torch; assert torch.cuda.is_available()' 2>/dev/null; then
    torch=yes
    # 8.2 GB for the others to read, where there is room.
    if [ "$(df --output=avail -BG "$shared_memory" 2>/dev/null | tail -1 | tr -dc 0-9)0" -ge 200 ]; then
      matrix=$(mktemp "$shared_memory/nonneg.XXXXXX")
      trap 'rm -rf "$records" "$scratch" "$matrix"' EXIT
    fi
    write_matrix=(--write "$matrix")
  fi
  # shellcheck disable=SC2046
  OMP_NUM_THREADS=$threads ours timeout -k 5 "$(left_until $((sweeps_end + 5)))" "$(program sweep_times)" --rows "$rows" --cols "$cols" \
    --budget "$(left_until "$sweeps_end")" "${write_matrix[@]}" $(sweep_cases) >"$logs/sweeps.jsonl" 2>"$logs/sweeps.txt"
  status=$?
  while IFS= read -r line; do
    printf '{"step": "sweeps", %s\n' "${line#\{}" >>"$records/sweeps.json"
  done < <(grep -a '^{.*}$' "$logs/sweeps.jsonl")
  record sweep_times all "$status" "$((SECONDS - begin))" "$(head -c 300 "$logs/sweeps.txt")"
  tail -n +2 "$logs/sweeps.jsonl"
}

# ---- The CPU and the GPU on one matrix: nonneg bench -----------------------------------------------

run_bench() {
  local begin=$SECONDS status size=50000,2000 rank=32
  if [ "$mode" = tiny ]; then size=60,24 rank=3; fi
  OMP_NUM_THREADS=$threads ours timeout -k 5 "$(left_until "$bench_end")" "$(program nonneg)" bench --size "$size" --rank "$rank" \
    --json >"$logs/bench.json" 2>"$logs/bench.txt"
  status=$?
  if [ "$status" -eq 0 ]; then
    printf '{"step": "bench", "result": %s}\n' "$(tr '\n' ' ' <"$logs/bench.json")" >>"$records/bench.json"
  fi
  record bench_command all "$status" "$((SECONDS - begin))" "$(head -c 300 "$logs/bench.txt")"
}

# ---- Others on the same matrix -----------------------------------------------------------------------

run_peers() {
  local begin=$SECONDS line what end=$((peers_end - 18))
  if [ "$torch" = no ]; then
    record peers torch "$absent" 0 "PyTorch with CUDA is not here"
    return
  fi
  for what in nmf shapes; do
    timeout -k 5 "$(left_until "$end")" "$python" "$here/peers.py" "$what" "$matrix" \
      --budget "$(left_until $((end - 5)))" >"$logs/peers_$what.jsonl" 2>"$logs/peers_$what.txt"
    record peers "$what" $? "$((SECONDS - begin))" "$(tail -1 "$logs/peers_$what.txt" | head -c 300)"
    end=$peers_end
    while IFS= read -r line; do
      printf '{"step": "%s", %s\n' "peers_$what" "${line#\{}" >>"$records/peers_$what.json"
    done < <(grep -a '^{.*}$' "$logs/peers_$what.jsonl")
  done
}

# ---- Counters of the kernels that matter ----------------------------------------------------------------

profile() { # LABEL KERNEL CASE
  local begin=$SECONDS status rows=$((${ROWS:-500000} / 4)) cols=${COLS:-4096}
  if over "$counters_end"; then
    record counters "$1" "$late" 0 "no time was left"
    return
  fi
  OMP_NUM_THREADS=$threads ours timeout -k 5 "$(left_until "$counters_end")" "$profiler" --clock-control none --set basic \
    --section MemoryWorkloadAnalysis --section WarpStateStats -k "regex:$2" --launch-skip 2 --launch-count 1 --kill yes \
    "$(program sweep_times)" --rows "$rows" --cols "$cols" "$3" >"$logs/counters_$1.log" 2>&1
  status=$?
  if grep -aq 'Duration' "$logs/counters_$1.log"; then status=0; fi # the program is ended once it is profiled
  record counters "$1" "$(answer "$status" "$logs/counters_$1.log")" "$((SECONDS - begin))" \
    "$(grep -aE 'Duration|Registers Per|Achieved Occ|Compute \(SM\) Thr|DRAM Thr|L1/TEX Hit|ERR_|==ERROR' "$logs/counters_$1.log" | sed 's/  */ /g' | tr '\n' ';' | cut -c1-600)"
}
run_counters() {
  local profiler
  profiler=$(tool ncu)
  if [ -z "$profiler" ]; then
    record counters all "$absent" 0 "ncu is not here"
    return
  fi
  profile hals_64 hals_update hals:64:panel=32768
  profile kl_64 beta_quotients kl:64:panel=32768
  profile hals_128 hals_update hals:128:panel=32768
  profile products_64 'gemm|cutlass|xmma|nvjet' mu:64:panel=32768
  profile sparse_20 sampled kl:20:sparse
}

run_tests
run_sanitizers
run_probe
if [ "$sweeps_end" -gt 0 ]; then
  run_sweeps
  run_bench
  run_peers
  run_counters
fi

# ---- results.json -------------------------------------------------------------------------------------

{
  printf '{\n"date": "%s",\n"mode": "%s",\n"emulated": %s,\n' "$(date +%F)" "$mode" "$emulated"
  printf '"kit": "%s",\n' "$(json_text "$(head -1 "$(program version.txt)" 2>/dev/null)")"
  printf '"gpu": "%s",\n"host": "%s",\n"cpu": "%s",\n"threads": %d,\n"seconds": %d,\n' \
    "$(json_text "$gpu")" "$(json_text "$(uname -n)")" "$(json_text "$cpu")" "$threads" "$SECONDS"
  printf '"info": %s,\n"steps": [\n' "$(cat "$logs/info.json")"
  cat "$records"/*.json | sed '$!s/$/,/'
  printf ']\n}\n'
} >"$out/results.json"
tar -czf "$out/logs.tgz" -C "$out" logs && rm -rf "$logs"
unfinished=$(cat "$records"/*.json | grep -c "\"status\": $late,")
bad=$(grep -hE '"step": "(tests|sanitizers|probe|sweep_times|bench_command)"' "$records"/*.json | grep -cvE "\"status\": (0|77|$late|$refused|$absent),")
printf '%s s; results: %s; red: %s, ended by the clock: %s\n' "$SECONDS" "$out/results.json" "$bad" "$unfinished"
[ "$bad" -eq 0 ]
