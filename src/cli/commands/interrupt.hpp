// SPDX-License-Identifier: Apache-2.0
/// Ctrl-C, and the other ways in which a run is told to end.
#pragma once

#include <atomic>
#include <filesystem>
#include <mutex>
#include <set>
#include <stop_token>
#include <thread>

#include "cli/output/exit_status.hpp"
#include "io/output_guard.hpp"

namespace nonneg::cli {

/// Takes SIGINT, SIGTERM and, unless it is ignored (nohup), SIGHUP on a thread of its own, so that
/// no code runs inside a signal handler. After begin_graceful() the first signal asks `token` to
/// stop; before it, and from the second signal on, what is unfinished on disk is removed and the
/// process ends with 130.
///
/// SIGPIPE and SIGXFSZ are ignored: a write reports them as errors. SIGBUS, which a mapped file
/// raises when it is cut short behind our back, removes what is unfinished and ends with 6.
///
/// One per process; throws std::system_error where it gets no thread. Made before any other thread,
/// as threads inherit which signals they block.
class Interrupt final : public io::OutputGuard {
 public:
  Interrupt();
  ~Interrupt() override;
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  std::stop_token token() const { return stop_.get_token(); }

  void unfinished(const std::filesystem::path& path) override;
  void finished(const std::filesystem::path& path) override;
  std::unique_lock<std::mutex> critical() override { return std::unique_lock(mutex_); }

  /// From here on the first signal asks the run to stop, rather than ending the process.
  void begin_graceful() { graceful_ = true; }

 private:
  void wait_for_signals();
  [[noreturn]] void end_at_once(ExitStatus status);

  std::stop_source stop_;
  std::atomic<bool> graceful_ = false;
  std::atomic<bool> leaving_ = false;
  std::mutex mutex_;
  std::set<std::filesystem::path> unfinished_;
  std::thread thread_;
};

}  // namespace nonneg::cli
