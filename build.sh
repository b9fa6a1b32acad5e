#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sets up, builds, tests and runs nonneg. Run it alone to see what it can do.
set -euo pipefail

usage() {
  cat <<'END'
Usage: ./build.sh COMMAND [OPTION...]

Commands
  demo      build, then factorize and draw cases whose right answer is known
  test      build everything and run every test; with a CUDA toolkit, those of the
            CUDA backend too: on an emulated device, and on the GPU if there is one
  build     build the command; it is left at build/nonneg
  bench     build and run the benchmarks, and compare with scikit-learn
  gpu-kit   build what a machine with a GPU is to be tried with, without a toolkit or
            a network there: build-gpu-kit/, to be copied; bash run.sh runs it
  docs      make the site of the guide and the library's reference:
            build-docs/html/index.html
  install   build, then install the library and the command
  clean     remove what was built (build/ and build-*/)

Options
  --no-install   never install packages: only say which are missing, and stop
  --prefix DIR   install: where to (/usr/local unless given)
  --jobs N       compile and test N at a time (as many as fit this machine
                 unless given)
  -D NAME=VALUE  test: a further definition for CMake, which keeps it
  -- ARG...      test: further arguments for ctest, such as -R solver
                 bench: further arguments for the benchmark program

On Debian and its kin, missing packages are named and then installed with apt,
through sudo where that is needed. Elsewhere they are named, and yours to
install. Nothing outside this folder is written, but for the packages and
what `install` installs.

A CUDA toolkit (12.0 or newer) is used where there is one, and not installed.

The plain CMake way: cmake --preset default && cmake --build --preset default
END
}

say() { printf '%s\n' "$*"; }
step() { printf '== %s\n' "$*"; }
fail() {
  printf 'build.sh: %s\n' "$*" >&2
  exit 1
}

# ---- Packages ------------------------------------------------------------------------------------

# What each command needs: Debian package, and how to tell that it is there: a command on the path,
# a header, or a file by its whole path. "optional" (a header or file) and "extra" (a command) may be
# missing; it then does without.
readonly kBuildNeeds='
g++                 command  c++
cmake               command  cmake
ninja-build         command  ninja
pkg-config          command  pkg-config
libeigen3-dev       header   Eigen/Core
libfmt-dev          header   fmt/core.h
zlib1g-dev          header   zlib.h
libcli11-dev        header   CLI/CLI.hpp
nlohmann-json3-dev  header   nlohmann/json.hpp
libdnnl-dev         optional dnnl.h
libzip-dev          optional zip.h
libhdf5-dev         optional hdf5.h
libzstd-dev         optional zstd.h
liblzma-dev         optional lzma.h
libcpp-httplib-dev  optional httplib.h
libjs-chart.js      optional /usr/share/javascript/chart.js/chart.min.js
'
readonly kDemoNeeds='
gnuplot-nox         extra    gnuplot
'
readonly kTestNeeds='
libgtest-dev        header   gtest/gtest.h
libgmock-dev        header   gmock/gmock.h
gnuplot-nox         command  gnuplot
python3             command  python3
chromium            optional /usr/bin/chromium
chromium-driver     optional /usr/bin/chromedriver
python3-selenium    optional /usr/lib/python3/dist-packages/selenium
'
readonly kBenchNeeds='
libbenchmark-dev    header   benchmark/benchmark.h
python3             command  python3
python3-venv        ensurepip ensurepip
'

readonly kDocsNeeds='
doxygen             command  doxygen
'

# Folders that a header may lie in: those of the environment, the compiler's own, and in each of them
# those of Eigen and HDF5.
include_folders() {
  local folder environment=${CPATH:-}:${CPLUS_INCLUDE_PATH:-}
  local prefixes=${CMAKE_PREFIX_PATH:-}
  {
    printf '%s\n' "${environment//:/$'\n'}"
    printf '%s/include\n' "${prefixes//[:;]//include$'\n'}"
    { "${CXX:-c++}" -E -v -x c++ /dev/null 2>&1 || true; } | sed -n 's,^ \(/.*\),\1,p'
    printf '%s\n' /usr/include /usr/local/include
  } | while IFS= read -r folder; do
    if [ -n "$folder" ]; then printf '%s\n' "$folder" "$folder/eigen3" "$folder/hdf5/serial"; fi
  done
}

# is_present KIND PROBE
is_present() {
  local folder
  case "$1" in
    command | extra)
      if [ "$2" = c++ ]; then
        command -v "${CXX:-c++}" >/dev/null
      elif [ "$2" = pkg-config ]; then
        command -v pkg-config >/dev/null || command -v pkgconf >/dev/null
      else
        command -v "$2" >/dev/null
      fi
      ;;
    ensurepip) python3 -c 'import ensurepip' >/dev/null 2>&1 ;;
    *)
      if [ "${2#/}" != "$2" ]; then
        [ -e "$2" ]
        return
      fi
      while IFS= read -r folder; do
        if [ -e "$folder/$2" ]; then return 0; fi
      done <<<"$folders"
      return 1
      ;;
  esac
}

# Sets `missing` and `missing_optional` from lines of needs.
find_missing() {
  local package kind probe
  missing=()
  missing_optional=()
  folders=$(include_folders)
  while read -r package kind probe; do
    if [ -z "$package" ] || is_present "$kind" "$probe"; then continue; fi
    if [ "$kind" = optional ] || [ "$kind" = extra ]; then
      missing_optional+=("$package")
    else
      missing+=("$package")
    fi
  done <<<"$1"
}

apt_get() {
  local as_root=(env)
  if [ "$(id -u)" -ne 0 ]; then as_root=(sudo env); fi
  if ! "${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -q -y \
    -o DPkg::Lock::Timeout=300 "$@" >>"$apt_log" 2>&1; then
    return 1
  fi
}

install_packages() {
  local package can_install=no wanted
  wanted=("${missing[@]}" "${missing_optional[@]}")
  if [ "${#wanted[@]}" -eq 0 ]; then return; fi

  if command -v apt-get >/dev/null && command -v dpkg >/dev/null; then can_install=yes; fi
  step "missing packages: ${wanted[*]}"
  if [ "$can_install" = no ]; then
    if [ "${#missing[@]}" -eq 0 ]; then
      say "   optional: the build goes on without"
      return
    fi
    fail "no apt-get here: install what these Debian packages hold, then run this again"
  fi
  if [ "$no_install" = yes ]; then
    say "   to install them: apt-get install -y ${wanted[*]}"
    if [ "${#missing[@]}" -eq 0 ]; then return; fi
    exit 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      fail "not root, and no sudo: as root, run apt-get install -y ${wanted[*]}"
    fi
    say "   this needs root: sudo may ask for your password"
  fi

  apt_log=$(mktemp "${TMPDIR:-/tmp}/nonneg-apt.XXXXXX")
  step "installing them with apt (log: $apt_log)"
  # A failed update may still leave lists that serve.
  apt_get update || say "   apt-get update failed; trying with the lists that are there"
  if [ "${#missing[@]}" -gt 0 ] &&
    ! apt_get install --no-install-recommends "${missing[@]}"; then
    tail -n 30 "$apt_log" >&2
    fail "apt-get install failed; the whole log is $apt_log"
  fi
  for package in "${missing_optional[@]}"; do
    apt_get install --no-install-recommends "$package" ||
      say "   $package could not be installed; the build goes on without"
  done
  rm -f "$apt_log"
  find_missing "$1"
  if [ "${#missing[@]}" -gt 0 ]; then
    fail "still not found after installing: ${missing[*]}"
  fi
}

set_up() {
  find_missing "$1"
  install_packages "$1"
}

# ---- Build ---------------------------------------------------------------------------------------

# As many compilers as there are processors and about 1.5 GB of free memory for each.
default_jobs() {
  local jobs free_kb by_memory
  jobs=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
  free_kb=$(sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo 2>/dev/null || true)
  if [ -n "$free_kb" ]; then
    by_memory=$((free_kb / 1500000))
    if [ "$by_memory" -lt 1 ]; then by_memory=1; fi
    if [ "$by_memory" -lt "$jobs" ]; then jobs=$by_memory; fi
  fi
  echo "$jobs"
}

# configure DEFINITION...: what a folder was once configured with stays on. Its log is shown when it
# fails.
configure() {
  local log=$build/configure.log arguments=(-S "$source" -B "$build" "$@")
  if [ -e "$build/CMakeCache.txt" ]; then
    if ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$source" "$build/CMakeCache.txt"; then
      fail "$build was made for another folder (was it moved?): run ./build.sh clean first"
    fi
  else
    # A folder without a finished configuration: nothing in it to respect.
    arguments=(-G Ninja -D CMAKE_BUILD_TYPE=Release -D NONNEG_BUILD_TESTS=OFF
      -D NONNEG_BUILD_EXAMPLES=OFF "${arguments[@]}")
  fi
  mkdir -p "$build"
  step "configuring $build"
  if ! cmake "${arguments[@]}" >"$log" 2>&1; then
    cat "$log" >&2
    fail "cmake could not configure; its words are above and in $log"
  fi
  sed -n 's/^-- \(nonneg [0-9].*\)/   \1/p' "$log"
}

build_targets() {
  step "building (jobs: $jobs)"
  cmake --build "$build" --parallel "$jobs" "$@"
}

# build_command [TARGET...]
build_command() {
  set_up "$kBuildNeeds"
  configure
  build_targets --target nonneg nonneg_command "$@"
}

# ---- Commands ------------------------------------------------------------------------------------

command_build() {
  build_command
  say "The command is $build/nonneg"
}

command_demo() {
  local name
  set_up "$kBuildNeeds$kDemoNeeds"
  build_command
  # What they make goes into directories of the build folder.
  cd "$build"
  for name in learning line swimmer; do
    say
    step "nonneg demo $name"
    ./nonneg demo "$name"
  done
  say
  say "Pictures and reports are in $build/nonneg-demo-*"
}

command_test() {
  set_up "$kBuildNeeds$kTestNeeds"
  configure -D NONNEG_BUILD_TESTS=ON -D NONNEG_BUILD_EXAMPLES=ON "${definitions[@]}"
  build_targets
  step "testing"
  # Tests run side by side; threads that wait for each other must not spin in the others' way.
  export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}
  exec ctest --test-dir "$build" --output-on-failure --parallel "$jobs" "${further[@]}"
}

# Prints the Python of a virtual environment in the build folder that has scikit-learn.
peers_python() {
  local venv=$build/peers-venv
  if [ ! -x "$venv/bin/python" ]; then python3 -m venv "$venv" >&2 || return 1; fi
  if ! "$venv/bin/python" -c 'import sklearn' 2>/dev/null; then
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
      scikit-learn >&2 || return 1
  fi
  echo "$venv/bin/python"
}

command_bench() {
  local python
  set_up "$kBuildNeeds$kBenchNeeds"
  configure -D NONNEG_BUILD_BENCH=ON
  build_targets --target nonneg nonneg_command nonneg_bench rule_bench snapshot_bench
  step "benchmarks"
  "$build/bench/nonneg_bench" "${further[@]}"
  say
  step "the CPU against a GPU"
  "$build/nonneg" bench --size 20000,2000 --rank 8,32,64,128
  say
  step "the rules, to the same error"
  "$build/bench/rule_bench"
  say
  step "what snapshots cost"
  "$build/bench/snapshot_bench"
  say
  step "comparison with scikit-learn"
  if python=$(peers_python); then
    "$python" "$source/bench/peers/compare_sklearn.py" "$build/nonneg"
    "$python" "$source/bench/peers/compare_sklearn_beta.py" "$build/nonneg"
  else
    say "   left out: scikit-learn could not be installed in $build/peers-venv"
  fi
}

command_gpu-kit() {
  set_up "$kBuildNeeds$kTestNeeds$kBenchNeeds"
  build=$source/build-gpu
  # For another machine: any processor of these ten years, an sm_90 GPU without a just-in-time compiler and any
  # newer or older one with it; few libraries beside the programs (HDF5 has fifty, oneDNN takes 40 MB).
  configure -D NONNEG_CUDA=ON "-DNONNEG_CUDA_ARCHITECTURES=75-virtual;90-real" \
    -D NONNEG_RELOCATABLE=ON -D NONNEG_NATIVE=OFF -D CMAKE_CXX_FLAGS=-march=x86-64-v3 \
    -D NONNEG_HDF5=OFF -D NONNEG_ONEDNN=OFF -D NONNEG_LIBZIP=OFF -D NONNEG_ZSTD=OFF -D NONNEG_LZMA=OFF \
    -D NONNEG_BUILD_TESTS=ON -D NONNEG_BUILD_BENCH=ON
  build_targets --target nonneg nonneg_cuda nonneg_command nonneg_backend_test nonneg_cuda_test \
    nonneg_solve_test sweep_times
  step "laying out the kit"
  "$source/bench/gpu/make_kit.sh" "$build" "$source/build-gpu-kit"
  say "Copy build-gpu-kit/ to the machine with the GPU, and there: bash build-gpu-kit/run.sh"
}

command_docs() {
  set_up "$kDocsNeeds"
  step "making the site"
  cd "$source"
  rm -rf build-docs
  if ! {
    cat docs/site/Doxyfile
    sed -n 's/^project(nonneg VERSION \([0-9.]*\).*/PROJECT_NUMBER = \1/p' CMakeLists.txt
  } | doxygen -; then
    fail "Doxygen's warnings are above; each is to be mended where it points"
  fi
  say "The site is $source/build-docs/html/index.html"
}

command_install() {
  local folder=$prefix
  while [ ! -e "$folder" ]; do folder=$(dirname -- "$folder"); done
  if [ ! -w "$folder" ]; then
    fail "cannot write to $folder: choose another --prefix, or run this as root"
  fi
  build_command nonneg_completions nonneg_manual
  step "installing to $prefix"
  cmake --install "$build" --prefix "$prefix"
}

command_clean() {
  local folder
  for folder in "$source"/build "$source"/build-*/; do
    if [ -d "$folder" ]; then
      say "removing ${folder%/}"
      rm -rf -- "$folder"
    fi
  done
}

# ---- Command line --------------------------------------------------------------------------------

source=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
build=$source/build
readonly source
command=
no_install=no
prefix=
jobs=
value=
folders=
apt_log=
definitions=()
further=()
missing=()
missing_optional=()

# value_of OPTION VALUE...
value_of() {
  if [ $# -lt 2 ] || [ -z "$2" ]; then fail "$1 needs a value"; fi
  printf '%s' "$2"
}

# definition NAME=VALUE
definition() {
  case "$1" in
    [A-Za-z]*=*) printf '%s' "$1" ;;
    *) fail "-D $1: must be NAME=VALUE" ;;
  esac
}

while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help | help)
      usage
      exit 0
      ;;
    --no-install) no_install=yes ;;
    --prefix)
      prefix=$(value_of "$@")
      shift
      ;;
    --prefix=*) prefix=$(value_of --prefix "${1#*=}") ;;
    -j | --jobs)
      jobs=$(value_of "$@")
      shift
      ;;
    --jobs=*) jobs=$(value_of --jobs "${1#*=}") ;;
    -D)
      value=$(value_of "$@")
      definitions+=(-D "$(definition "$value")")
      shift
      ;;
    -D*) definitions+=(-D "$(definition "${1#-D}")") ;;
    --)
      shift
      further=("$@")
      break
      ;;
    demo | test | build | bench | gpu-kit | docs | install | clean)
      if [ -n "$command" ]; then fail "one command at a time: $command or $1"; fi
      command=$1
      ;;
    *) fail "unknown command or option '$1'; ./build.sh alone lists them" ;;
  esac
  shift
done

if [ -z "$command" ] && [ "${#definitions[@]}${#further[@]}$prefix$jobs" != 00 ]; then
  fail "these options need a command; ./build.sh alone lists them"
fi
if [ -z "$command" ]; then
  if [ "$no_install" = yes ]; then
    set_up "$kBuildNeeds$kTestNeeds$kBenchNeeds$kDocsNeeds"
    say "Nothing is missing."
  else
    usage
  fi
  exit 0
fi
if [ -n "$prefix" ] && [ "$command" != install ]; then fail "--prefix is for install only"; fi
if [ "${#definitions[@]}" -gt 0 ] && [ "$command" != test ]; then fail "-D is for test only"; fi
if [ "${#further[@]}" -gt 0 ] && [ "$command" != test ] && [ "$command" != bench ]; then
  fail "arguments after -- are for test and bench only"
fi
prefix=${prefix:-/usr/local}
case "$prefix" in
  /*) ;;
  *) prefix=$PWD/$prefix ;;
esac
jobs=${jobs:-$(default_jobs)}
case "$jobs" in
  *[!0-9]* | 0* | '') fail "--jobs $jobs: must be a number, at least 1" ;;
esac

"command_$command"
