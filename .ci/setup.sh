# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Shared by .ci/run and .ci/full, which source it.

# Sets up the compiler's cache and installs what the checks need. Compiled objects are kept between
# runs; -march=native means something else on another processor, so each kind has its own.
set_up_checks() {
  local need log missing=() as_root=(env)
  for need in ccache clang-format-14 clang-tidy-14 clang-14 shellcheck libclang-rt-14-dev libomp-14-dev; do
    if ! dpkg-query -W -f '${db:Status-Status}' "$need" 2>/dev/null | grep -qx installed; then
      missing+=("$need")
    fi
  done
  if [ "${#missing[@]}" -gt 0 ]; then
    printf '== installing the tools of the checks: %s\n' "${missing[*]}"
    if [ "$(id -u)" -ne 0 ]; then as_root=(sudo env); fi
    log=$(mktemp "${TMPDIR:-/tmp}/nonneg-apt.XXXXXX")
    if ! { "${as_root[@]}" apt-get -q update &&
      "${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
        install --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
      tail -n 30 "$log" >&2
      printf '%s: apt-get could not install: %s\n' "$0" "${missing[*]}" >&2
      return 1
    fi
    rm -f "$log"
  fi

  export CMAKE_CXX_COMPILER_LAUNCHER=ccache CMAKE_CUDA_COMPILER_LAUNCHER=ccache
  # Dependencies are the compiler's own, so that an object that is not there yet costs no second run of
  # the preprocessor; precompiled headers are known by what they were made of.
  export CCACHE_DEPEND=1 CCACHE_SLOPPINESS=pch_defines,time_macros
  CCACHE_NAMESPACE=nonneg-$(grep -m 2 -E '^(model name|flags)' /proc/cpuinfo | sha256sum | cut -c 1-16)
  export CCACHE_NAMESPACE
}

# Passes its input on, and notes how long each step took: a step begins at a line "== NAME"; below
# "== checks", each test of ctest's is one. Prints the minutes of all before ctest's last summary.
tell_minutes() {
  local line step='' began=$SECONDS checks=no table=()
  local test_line=' Test +#[0-9]+: ([^ ]+) .* ([0-9]+)\.[0-9]+ sec *$'
  end_step() {
    if [ -n "$step" ]; then table+=("$(minutes "$((SECONDS - began))")  $step"); fi
    step=''
  }
  print_table() {
    end_step
    if [ "${#table[@]}" -gt 0 ]; then
      printf '\nMinutes of each step\n'
      printf '%s\n' "${table[@]}" "$(minutes "$SECONDS")  in all"
    fi
    table=()
  }
  while IFS= read -r line; do
    case "$line" in
      '== '*)
        end_step
        step=${line#== }
        began=$SECONDS
        if [ "$step" = checks ]; then
          checks=yes
          step=''
        fi
        ;;
      *'% tests passed'*) if [ "$checks" = yes ]; then print_table; fi ;;
    esac
    if [ "$checks" = yes ] && [[ "$line" =~ $test_line ]]; then
      table+=("$(minutes "${BASH_REMATCH[2]}")  ${BASH_REMATCH[1]}")
    fi
    printf '%s\n' "$line"
  done
  print_table
}

# minutes SECONDS: as 3:07.
minutes() { printf '%3d:%02d' "$(($1 / 60))" "$(($1 % 60))"; }
