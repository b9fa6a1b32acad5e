#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check.sh CHECK STAGE [ARGUMENT...]: one check of the tree installed under STAGE. Works in, and
# empties, the current folder. CMAKE names the cmake to use, and CMAKE_GENERATOR, which cmake reads
# itself, the generator.
set -euo pipefail

cmake=${CMAKE:-cmake}

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

# The folder under STAGE that holds FILE, which must be there once.
folder_of() {
  local found
  found=$(find "$stage" -name "$1")
  [ -n "$found" ] || fail "$1 is not installed"
  [ "$(wc -l <<<"$found")" -eq 1 ] || fail "$1 is installed more than once: $found"
  dirname -- "$found"
}

# expect_version PROGRAM VERSION
expect_version() {
  local output
  output=$("$1")
  [ "$output" = "nonneg $2" ] || fail "$1 printed '$output' rather than 'nonneg $2'"
}

# BUILD_FOLDER
check_stage() {
  rm -rf -- "$stage"
  "$cmake" --install "$1" --prefix "$stage" >install.log || { cat install.log; fail "cmake --install"; }
  folder_of nonneg.hpp >/dev/null
  folder_of nonneg-config.cmake >/dev/null
  folder_of nonneg.pc >/dev/null
  folder_of LICENSE >/dev/null
  # Nothing installed may point back at the build or source folder.
  if grep -rIlF -e "$1" "$stage"; then fail "the files above name the build folder $1"; fi
}

# SOURCE COMPILER VERSION
check_find_package() {
  "$cmake" -S "$1" -B consumer -D CMAKE_PREFIX_PATH="$stage" -D CMAKE_CXX_COMPILER="$2" \
    -D CMAKE_BUILD_TYPE=Release -D NONNEG_WANTED_VERSION="${3%.*}" -D CMAKE_FIND_USE_PACKAGE_REGISTRY=OFF
  grep -F "nonneg_DIR:PATH=$stage/" consumer/CMakeCache.txt || fail "found another nonneg"
  "$cmake" --build consumer
  expect_version ./consumer/consumer "$3"
  # The next minor version may change anything while the version is 0.x.
  if "$cmake" -S "$1" -B refused -D CMAKE_PREFIX_PATH="$stage" -D CMAKE_CXX_COMPILER="$2" \
    -D NONNEG_WANTED_VERSION=0.999 >refused.log 2>&1; then
    fail "find_package(nonneg 0.999) accepted version $3"
  fi
  grep -q 'requested version "0.999"' refused.log || { cat refused.log; fail "refused otherwise"; }
}

# BUILD_FOLDER: a build folder without what is built beside the library installs all the same.
check_partial() {
  local script=partial/cmake_install.cmake
  mkdir partial
  sed -E "s,\"$1/(completions/|man/|nonneg\"),\"$1/not-built/\1," "$1/cmake_install.cmake" >$script
  grep -qF not-built/completions/nonneg.bash $script || fail "$1 has no completions to install"
  "$cmake" --install partial --prefix "$PWD/tree" >install.log 2>&1 ||
    { cat install.log; fail "without completions and the command, cmake --install fails"; }
  [ -e "$(find tree -name nonneg.hpp)" ] || fail "no library is installed"
  [ -z "$(find tree -name 'nonneg*.fish')" ] || fail "the completions were left in"
}

# precompile COMPILER FLAG...: makes pch/common.hpp, which "-include" takes compiled, since headers are what a
# small program takes its time for. (That each example names what it includes is seen where nonneg is built.)
precompile() {
  mkdir pch
  printf '#include <%s>\n' cmath cstdio string vector nonneg/nonneg.hpp >pch/common.hpp
  "$1" "${@:2}" -x c++-header pch/common.hpp -o pch/common.hpp.gch
}

# COMPILER: the installed examples are a project that builds, and whose programs find their answers.
check_examples() {
  local examples
  examples=$(dirname -- "$(folder_of save_and_load.cpp)")/examples
  precompile "$1" -std=gnu++20 -I "$(dirname -- "$(folder_of nonneg.hpp)")"
  printf 'add_compile_options("SHELL:-include %s/pch/common.hpp")\n' "$PWD" >pch/use.cmake
  "$cmake" -S "$examples" -B programs -D CMAKE_PREFIX_PATH="$stage" -D CMAKE_CXX_COMPILER="$1" \
    -D CMAKE_PROJECT_INCLUDE="$PWD/pch/use.cmake" -D CMAKE_FIND_USE_PACKAGE_REGISTRY=OFF
  "$cmake" --build programs
  (cd programs && "${cmake%cmake}ctest" --output-on-failure --no-tests=error)
}

# use_pkg_config LINKAGE: sets `flags` to those of a program.
use_pkg_config() {
  local options=(--cflags --libs)
  if [ "$1" = static ]; then options+=(--static); fi
  PKG_CONFIG_PATH=$(folder_of nonneg.pc):${PKG_CONFIG_PATH:-}
  export PKG_CONFIG_PATH
  read -ra flags <<<"$(pkg-config "${options[@]}" nonneg)"
}

# COMPILER LINKAGE: each of the installed examples is a program by itself.
check_examples_pkg_config() {
  local example name more flags programs=0
  use_pkg_config "$2"
  LD_LIBRARY_PATH=$(pkg-config --variable=libdir nonneg)
  export LD_LIBRARY_PATH CUDA_VISIBLE_DEVICES=-1
  read -ra more <<<"$(pkg-config --cflags nonneg)"
  precompile "$1" -std=c++20 "${more[@]}"
  for example in "$(folder_of save_and_load.cpp)"/*.cpp; do
    name=$(basename -- "$example" .cpp)
    more=()
    if [ "$name" = eigen ]; then
      if ! pkg-config --exists eigen3; then continue; fi
      read -ra more <<<"$(pkg-config --cflags eigen3)"
    fi
    "$1" -std=c++20 -include pch/common.hpp "$example" "${more[@]}" "${flags[@]}" -o "$name" ||
      fail "$name does not build"
    "./$name" || fail "$name ends with $?"
    programs=$((programs + 1))
  done
  [ "$programs" -ge 9 ] || fail "only $programs examples"
}

# SOURCE COMPILER LINKAGE VERSION
check_pkg_config() {
  local flags
  use_pkg_config "$3"
  [ "$(pkg-config --modversion nonneg)" = "$4" ] || fail "nonneg.pc has another version than $4"
  (
    set -x
    "$2" -std=c++20 "$1/consumer.cpp" "${flags[@]}" -o consumer
  )
  LD_LIBRARY_PATH=$(pkg-config --variable=libdir nonneg) expect_version ./consumer "$4"
}

# COMPILER [EIGEN]
check_headers() {
  local include header
  include=$(dirname -- "$(folder_of nonneg.hpp)")
  for header in "$include"/nonneg/*.hpp; do
    header=${header#"$include"/}
    # Eigen's matrices need Eigen, in the folder that follows the compiler.
    if [ "$header" = nonneg/eigen.hpp ] && [ -z "${2:-}" ]; then continue; fi
    printf '#include <%s>\n#include <%s>\n' "$header" "$header" >alone.cpp
    "$1" -std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror \
      -I "$include" ${2:+-isystem "$2"} alone.cpp || fail "$header does not compile alone"
    printf 'ok: %s\n' "$header"
  done
}

check_headers_clang() { check_headers "$@"; }

# SOURCE COMPILER: each case of SOURCE is one error, with the words that its "says:" has; and older C++
# is told what nonneg needs.
check_wrong_calls() {
  local include words errors case=0
  include=$(dirname -- "$(folder_of nonneg.hpp)")
  precompile "$2" -std=c++20 -I "$include"
  while read -r words; do
    if "$2" -std=c++20 -fsyntax-only -I "$include" -include pch/common.hpp -D CASE=$case "$1" 2>errors; then
      fail "case $case of $1 compiles"
    fi
    errors=$(grep -c ' error: ' errors) || true
    [ "$errors" -eq 1 ] || { cat errors; fail "case $case of $1 is $errors errors"; }
    grep ' error: ' errors | grep -qF -- "$words" || { cat errors; fail "case $case does not say: $words"; }
    case=$((case + 1))
  done < <(sed -n 's/.*says: //p' "$1")
  [ "$case" -ge 23 ] || fail "only $case cases"
  if "$2" -std=c++17 -fsyntax-only -I "$include" -D CASE=99 "$1" 2>errors; then fail "C++17 compiles"; fi
  grep -q 'nonneg needs C++20: compile with -std=c++20' errors || { cat errors; fail "C++17 is not told"; }
  [ "$(grep -c ' error: ' errors)" -le 2 ] || { cat errors; fail "C++17 makes a page of errors"; }
}

# Every symbol that the shared library defines for others is declared in a public header, or is a
# template of the standard library that the linker may merge.
check_symbols() {
  local library include kind symbol name strangers=0 count=0
  library=$(folder_of libnonneg.so)/libnonneg.so
  include=$(folder_of nonneg.hpp)
  while read -r kind symbol; do
    if [[ "$symbol" =~ ^_Z(GV|GR|T[VISTC])?Z?N?[KVRO]*(S[tabsiod]|9__gnu_cxx) && "$kind" =~ ^[WVu]$ ]]; then
      continue
    fi
    if [[ "$symbol" =~ ^_Z(GV|T[VIST]|Thn[0-9]+_)?Z?NK?6nonneg([0-9]+)(.*) ]]; then
      # The first name after nonneg:: decides: cpu::, io:: and the like are in no public header.
      name=${BASH_REMATCH[3]:0:BASH_REMATCH[2]}
      count=$((count + 1))
      if grep -qrw -- "$name" "$include"; then continue; fi
    fi
    printf 'exported, but not public: %s %s\n' "$kind" "$(c++filt -- "$symbol")" >&2
    strangers=$((strangers + 1))
  done < <(nm -D --defined-only "$library" | awk '{print $(NF - 1), $NF}')
  [ "$count" -gt 20 ] || fail "only $count symbols of nonneg:: are exported"
  [ "$strangers" -eq 0 ] || fail "$strangers symbols are exported that are not public"
  printf '%d symbols of nonneg:: are exported\n' "$count"
}

# LIST: the symbols of nonneg:: that the shared library exports, demangled and sorted, are those of LIST;
# NONNEG_RENEW_SYMBOLS=1 writes it. What the standard library makes of them is the compiler's affair.
check_exported() {
  local library
  library=$(folder_of libnonneg.so)/libnonneg.so
  nm -D --defined-only "$library" | awk '{print $NF}' | c++filt |
    sed -e 's/std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >/std::string/g' \
      -e 's/std::basic_string_view<char, std::char_traits<char> >/std::string_view/g' -e 's/ >/>/g' |
    grep 'nonneg::' | grep -v -e '^[^(]*\bstd::_' -e '{lambda' | LC_ALL=C sort -u >exported.txt
  if [ -n "${NONNEG_RENEW_SYMBOLS:-}" ]; then cp -- exported.txt "$1"; fi
  if diff -- "$1" exported.txt >changes.txt; then return 0; fi
  grep '^[<>]' changes.txt
  fail "what libnonneg.so exports has changed: < is gone, and breaks programs that are linked to it; > is
new. If that is meant, NONNEG_RENEW_SYMBOLS=1 ctest --test-dir BUILD -R exported_symbols renews the list"
}

# VERSION
check_command() {
  local output page
  unset LD_LIBRARY_PATH
  cp -a -- "$stage" "moved to here"
  output=$("moved to here/bin/nonneg" --version)
  grep -qF "$1" <<<"$output" || fail "nonneg --version printed '$output', without $1"
  if ldd "moved to here/bin/nonneg" | grep -F 'not found'; then fail "a library is not found"; fi
  # A shared nonneg must be the one that moved along.
  if ldd "moved to here/bin/nonneg" | grep -F libnonneg | grep -vF "moved to here"; then
    fail "the command uses a library from elsewhere"
  fi
  bash -n "moved to here/share/bash-completion/completions/nonneg"
  for page in nonneg nonneg-factorize nonneg-demo; do
    grep -q '^\.SH SYNOPSIS$' "moved to here/share/man/man1/$page.1" || fail "no manual page $page"
  done
  printf '%s\n' "$output"
}

# FILE: the tree reads an HDF5 file wherever it is moved to, and says so where its reader is gone.
check_hdf5() {
  local status=0 output
  unset LD_LIBRARY_PATH
  cp -a -- "$stage" "moved to here"
  expect_line '4 x 5 float64.*sparse, 5 entries' "moved to here/bin/nonneg" plan "$1" --rank 1
  rm -- "moved to here/libexec/nonneg/nonneg-hdf5"
  output=$("moved to here/bin/nonneg" plan "$1" --rank 1 2>&1) || status=$?
  [ "$status" -eq 3 ] || fail "a tree without nonneg-hdf5 ends with $status, not 3: $output"
  grep -qF "by the program nonneg-hdf5, which is not in $PWD/moved to here/" <<<"$output" ||
    fail "it does not say where it looked but: $output"
}

# BUILD_FOLDER
check_cuda_component() {
  local files
  "$cmake" --install "$1" --component cuda --prefix "$PWD/cuda" >install.log
  files=$(find cuda ! -type d -printf '%f\n')
  [ "$files" = libnonneg_cuda.so ] || fail "the component cuda holds: $files"
  "$cmake" --install "$1" --component runtime --prefix "$PWD/runtime" >>install.log
  [ -z "$(find runtime -name 'libnonneg_cuda*')" ] || fail "the component runtime holds CUDA"
  # Without the component the command works, and says what it lacks.
  expect_line 'devices +none: this nonneg has no CUDA backend' runtime/bin/nonneg info
}

# expect_line PATTERN COMMAND...: the command succeeds and prints a line that matches.
expect_line() {
  local pattern=$1 output
  shift
  output=$("$@" 2>&1) || fail "$* ends with $?: $output"
  grep -qE -- "$pattern" <<<"$output" || fail "$* prints no line like '$pattern' but: $output"
}

# expect_reason REASON [VARIABLE=VALUE]: the copy of the tree has no device for REASON, and does without.
expect_reason() {
  local status=0 output
  expect_line "^devices +none: .*$1" env "${@:2}" tree/bin/nonneg info
  output=$(env "${@:2}" tree/bin/nonneg factorize A.npy --rank 1 --backend cuda --out refused 2>&1) || status=$?
  [ "$status" -eq 3 ] || fail "--backend cuda ends with $status, not 3: $output"
  grep -qE -- "$1" <<<"$output" || fail "--backend cuda does not say '$1' but: $output"
  rm -rf run
  env "${@:2}" tree/bin/nonneg factorize A.npy --rank 1 --quiet --out run || fail "--backend auto fails"
  printf 'ok: %s\n' "$1"
}

# Makes A.npy: 4 x 3, uint8.
make_matrix() {
  {
    printf "\\x93NUMPY\\x01\\x00\\x76\\x00%-117s\\n" \
      "{'descr': '|u1', 'fortran_order': False, 'shape': (4, 3), }"
    printf 'abcdefghijkl'
  } >A.npy
}

# replace_in LIBRARY OLD NEW: one string of a compiled file for another of the same length.
replace_in() {
  [ "${#2}" -eq "${#3}" ] || fail "'$2' and '$3' differ in length"
  cp -- "$1" before
  LC_ALL=C sed -i "s/${2//./\\.}\\x00/$3\\x00/g" "$1"
  if cmp -s before "$1"; then fail "$1 does not hold '$2'"; fi
}

# VERSION EMULATED_DEVICE
check_cuda_reasons() {
  local plugin library name device=LD_PRELOAD=$2
  # As on a machine without a GPU.
  export CUDA_VISIBLE_DEVICES=-1
  unset LD_LIBRARY_PATH
  make_matrix
  cp -a -- "$stage" tree
  plugin=$(find tree -name libnonneg_cuda.so)
  [ "$(dirname -- "$plugin")" = "$(dirname -- "$(find tree -name libnonneg.so)")" ] ||
    fail "$plugin does not lie beside libnonneg.so"
  expect_reason '(driver|device)'
  # Where there is no driver the backend, with cuBLAS in it, is not opened at all.
  if ! ldconfig -p | grep -qF libcuda.so.1; then
    expect_reason 'no NVIDIA driver is installed'
    if LD_DEBUG=files tree/bin/nonneg info 2>&1 | grep -F 'file=libcublas'; then
      fail 'the backend is opened without a driver'
    fi
  fi

  # What is wrong with it is told where there is a driver, as on the emulated device.
  cp -- "$plugin" plugin.so
  for library in libcublas libcudart; do
    name=$(readelf -d plugin.so | sed -n "s/.*(NEEDED).*\\[\\($library\\.so\\.[0-9]*\\)\\]/\\1/p")
    replace_in "$plugin" "$name" "gone${name:4}"
    expect_reason "cannot be loaded: gone${name:4}: .*No such file.*CUDA runtime" "$device"
    cp -- plugin.so "$plugin"
  done

  replace_in "$plugin" "$1" "${1//[0-9]/9}"
  expect_reason "libnonneg_cuda.so belongs to nonneg ${1//[0-9]/9}, and this is nonneg $1" "$device"
  cp -L -- "$(find tree -name libnonneg.so)" "$plugin"
  expect_reason 'libnonneg_cuda.so is not a CUDA backend of nonneg' "$device"
  printf 'not a library' >"$plugin"
  expect_reason 'cannot be loaded: .*(file too short|invalid ELF header)' "$device"
  rm -- "$plugin"
  expect_reason 'this nonneg has no CUDA backend'
}

# EMULATED_DEVICE
check_cuda_emulated() {
  make_matrix
  expect_line '^devices +cuda:0' env LD_PRELOAD="$1" "$stage/bin/nonneg" info
  LD_PRELOAD=$1 "$stage/bin/nonneg" factorize A.npy --rank 2 --backend cuda --out run
  grep -qF '"backend": "cuda"' run/run.json || fail "run.json does not say that CUDA was used"
}

check=$1
stage=$2
shift 2
case "$PWD" in
  */"$check") find . -mindepth 1 -delete ;;
  *) fail "must run in a folder named $check, which it empties" ;;
esac
"check_$check" "$@"
