#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# distributions.sh SUITE: README's two commands on a Debian that has never been used. Makes a root of
# the release SUITE by debootstrap, with nothing but git and apt, clones what is committed here into
# it, and runs ./build.sh demo and ./build.sh test there. A machine that has been used hides what
# build.sh forgets to install, and has one release's compiler and libraries only.
#
# What is mounted for a command in the root, and every process that it starts, is in namespaces of
# that command's own, and so is gone when it ends, however it ends.
set -euo pipefail

usage() {
  cat <<'END'
Usage: tests/distributions.sh [OPTION...] SUITE

Builds and tests what is committed here in a bare system of the Debian release
SUITE: bookworm (12) or trixie (13). Needs root and the package debootstrap, 5 GB
of disk, and the time of a build and of all tests.

Options
  --folder DIR   where the system and the logs go (a new folder in /var/tmp
                 unless given); must be empty or not there
  --jobs N       compile and test N at a time (build.sh decides unless given)
  --mirror URL   where the packages come from (debootstrap's own unless given)
  --keep         keep the system even if all is well

Ends with 0 where both commands did, and removes the folder; else with 1, and
keeps it, or with 2 for a wrong command line. CUDA is not tested: there is no
toolkit in such a system.
END
}

say() { printf '%s\n' "$*"; }
step() { printf '== %s\n' "$*"; }
fail() {
  printf 'distributions.sh: %s\n' "$*" >&2
  exit 1
}
refuse() {
  printf 'distributions.sh: %s\n' "$*" >&2
  exit 2
}

# isolated COMMAND...: runs it, and lets nothing that it starts or mounts outlive it.
isolated() {
  local status=0
  # In the background, so that a signal to this script is not kept waiting.
  unshare --mount --pid --fork --kill-child "$@" &
  running=$!
  wait "$running" || status=$?
  running=
  return "$status"
}

# in_root COMMAND...: the same in the root, with little more in its environment than a login has.
in_root() {
  local environment=(HOME=/root TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
  local name
  for name in http_proxy https_proxy no_proxy; do
    if [ -n "${!name:-}" ]; then environment+=("$name=${!name}"); fi
  done
  # The shell stays as the first process of its namespace, which others' orphans are left to.
  # shellcheck disable=SC2016 # the inner shell expands its own arguments
  isolated bash -c '
    root=$1
    shift
    mount -t proc proc "$root/proc" && mount -t sysfs -o ro sysfs "$root/sys" &&
      mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts" &&
      { [ ! -d "$root/dev/shm" ] || mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"; } || exit
    env -i "$@"
    exit' bash "$root" "${environment[@]}" chroot "$root" "$@"
}

# timed NAME COMMAND...: its output goes to NAME.log; shown are compilers' warnings, and its end where
# it fails.
timed() {
  local name=$1 log=$folder/$1.log start=$SECONDS status=0
  shift
  step "$name (log: $log)"
  "$@" >"$log" 2>&1 || status=$?
  say "   $(((SECONDS - start + 30) / 60)) minutes"
  grep -F ' warning: ' "$log" | sort -u || true
  if [ "$status" -ne 0 ]; then
    tail -n 40 "$log" >&2
    fail "$suite: $name failed with exit status $status"
  fi
}

clean_up() {
  local status=$?
  trap - EXIT
  if [ -n "$running" ]; then
    kill -KILL "$running" 2>/dev/null || true
    wait "$running" 2>/dev/null || true
  fi
  if [ "$status" -eq 0 ] && [ "$keep" = no ] || [ "$status" -gt 128 ]; then
    rm -rf --one-file-system -- "$folder"
  else
    say "kept: $folder"
    if [ -d "$root/root/nonneg" ]; then
      say "   the build is $root/root/nonneg/build; to look around in the system:"
      say "   unshare -m sh -c 'mount -t proc proc $root/proc && chroot $root'"
    fi
  fi
  exit "$status"
}

# What a system gets when it is installed, by an installer or in an image: debootstrap leaves out that
# localhost has an address (chromedriver is asked by that name), and what this machine's apt needs to
# reach its packages, the root's needs too.
settle() {
  if [ ! -e "$root/etc/hosts" ]; then printf '127.0.0.1 localhost\n' >"$root/etc/hosts"; fi
  apt-config dump --format '%F "%v";%n' Acquire 2>/dev/null |
    grep -E '^Acquire::(https?::[Pp]roxy|Check-(Valid-Until|Date)) ' \
      >"$root/etc/apt/apt.conf.d/90distributions" || true
}

# ---- Command line --------------------------------------------------------------------------------

source=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
readonly source
suite=
folder=
mirror=()
arguments=()
keep=no
running=

read_command_line() {
  while [ $# -gt 0 ]; do
    case "$1" in
      -h | --help)
        usage
        exit 0
        ;;
      --keep) keep=yes ;;
      --folder | --mirror | --jobs)
        if [ -z "${2:-}" ]; then refuse "$1 needs a value"; fi
        case "$1" in
          --folder) folder=$2 ;;
          --mirror) mirror=("$2") ;;
          --jobs) arguments=(--jobs "$2") ;;
        esac
        shift
        ;;
      bookworm | trixie)
        if [ -n "$suite" ]; then refuse "one release at a time: $suite or $1"; fi
        suite=$1
        ;;
      -*) refuse "unknown option '$1'; --help lists them" ;;
      *) refuse "unknown release '$1': bookworm or trixie" ;;
    esac
    shift
  done
  if [ -z "$suite" ]; then
    usage >&2
    exit 2
  fi
  if [ "${#arguments[@]}" -gt 0 ]; then
    case "${arguments[1]}" in
      *[!0-9]* | 0*) refuse "--jobs ${arguments[1]}: must be a number, at least 1" ;;
    esac
  fi
}

# Sets folder, root, commit and repository, or says what is missing.
prepare() {
  local tool
  if [ "$(id -u)" -ne 0 ]; then fail "needs root, for debootstrap and chroot: run it with sudo"; fi
  for tool in debootstrap git unshare; do
    command -v "$tool" >/dev/null || fail "$tool is missing: apt-get install debootstrap git util-linux"
  done
  unshare --mount --pid --fork true ||
    fail "this system allows no namespaces of one's own (in a container: it must be a privileged one)"
  # A clone that another user made is read here as well.
  repository=(git -c safe.directory="$source" -C "$source")
  commit=$("${repository[@]}" rev-parse --verify HEAD) || fail "$source is not a clone with a commit"

  if [ -z "$folder" ]; then
    folder=$(mktemp -d "/var/tmp/nonneg-$suite.XXXXXX")
  else
    mkdir -p -- "$folder"
    folder=$(cd -- "$folder" && pwd)
    if [ -n "$(ls -A -- "$folder")" ]; then fail "$folder is not empty"; fi
  fi
  root=$folder/root
  readonly suite folder root
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

# ---- The system and the two commands -------------------------------------------------------------

# Read as a whole before it starts: the file may change while this takes its time.
main() {
  read_command_line "$@"
  prepare
  say "$suite, commit ${commit:0:12}"
  if [ -n "$("${repository[@]}" status --porcelain)" ]; then
    say "   what is not committed is left out"
  fi
  timed debootstrap isolated debootstrap --variant=minbase --include=git "$suite" "$root" "${mirror[@]}"
  settle
  "${repository[@]}" bundle create --quiet "$root/root/nonneg.bundle" HEAD
  timed clone in_root git clone /root/nonneg.bundle /root/nonneg
  timed demo in_root /root/nonneg/build.sh demo "${arguments[@]}"
  timed test in_root /root/nonneg/build.sh test "${arguments[@]}"
  sed -n '/ tests passed/,$p' "$folder/test.log"
}

main "$@"
