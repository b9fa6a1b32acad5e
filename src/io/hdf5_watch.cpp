// SPDX-License-Identifier: Apache-2.0
#include "io/hdf5_watch.hpp"

#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <fstream>

namespace nonneg::io {
namespace {

constexpr double kUnpackedPerSecond = 4e6;
constexpr double kReadPerSecond = 1e5;
constexpr double kWaitSeconds = 600;

double watched_seconds = 0;

timeval time_of(double seconds) {
  const double whole = std::floor(std::min(seconds, 1e9));
  return {static_cast<time_t>(whole), static_cast<suseconds_t>((seconds - whole) * 1e6)};
}

void let_address_space_grow([[maybe_unused]] double bytes) noexcept {
#ifndef __SANITIZE_ADDRESS__  // which reserves terabytes
  rlimit limit{};
  if (bytes <= 0 || ::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
  const double most =
      limit.rlim_max == RLIM_INFINITY ? 0x1p62 : static_cast<double>(limit.rlim_max);
  limit.rlim_cur = static_cast<rlim_t>(std::min(static_cast<double>(limit.rlim_cur) + bytes, most));
  (void)::setrlimit(RLIMIT_AS, &limit);
#endif
}

void limit_address_space([[maybe_unused]] std::uint64_t bytes) {
#ifndef __SANITIZE_ADDRESS__
  std::uint64_t pages = 0;
  rlimit limit{};
  if (!(std::ifstream("/proc/self/statm") >> pages) || ::getrlimit(RLIMIT_AS, &limit) != 0) return;
  const rlim_t wanted = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) + bytes;
  limit.rlim_cur = std::min(limit.rlim_cur, wanted);
  (void)::setrlimit(RLIMIT_AS, &limit);
#endif
}

}  // namespace

void start_hdf5_watch(double seconds, std::uint64_t bytes) {
  sigset_t both;
  sigemptyset(&both);
  sigaddset(&both, SIGPROF);
  sigaddset(&both, SIGALRM);
  (void)std::signal(SIGPROF, SIG_DFL);
  (void)std::signal(SIGALRM, SIG_DFL);
  (void)::sigprocmask(SIG_UNBLOCK, &both, nullptr);
  watched_seconds = seconds;
  expect_hdf5_progress();
  limit_address_space(bytes);
}

void expect_hdf5_progress(double bytes) noexcept {
  if (watched_seconds <= 0) return;
  const itimerval computing{{}, time_of(watched_seconds + bytes / kUnpackedPerSecond)};
  const itimerval waiting{{}, time_of(kWaitSeconds + bytes / kReadPerSecond)};
  (void)::setitimer(ITIMER_PROF, &computing, nullptr);
  (void)::setitimer(ITIMER_REAL, &waiting, nullptr);
}

void allow_hdf5_memory(double bytes) noexcept {
  if (watched_seconds > 0) let_address_space_grow(bytes);
}

}  // namespace nonneg::io
