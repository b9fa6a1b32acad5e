// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/interrupt.hpp"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <system_error>

#include "cli/output/console.hpp"

namespace nonneg::cli {
namespace {

/// Wakes the signal thread: to leave, or for SIGBUS.
constexpr int kWake = SIGUSR2;

std::atomic<bool> bus_error = false;
std::atomic<pthread_t> signal_thread{};

static_assert(std::atomic<bool>::is_always_lock_free);
static_assert(std::atomic<pthread_t>::is_always_lock_free);

/// Whether the program was begun by nohup, or by another that wants it to outlive its terminal.
bool outlives_its_terminal() {
  struct sigaction action {};
  return sigaction(SIGHUP, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

sigset_t handled_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, kWake}) sigaddset(&set, signal);
  if (!outlives_its_terminal()) sigaddset(&set, SIGHUP);
  return set;
}

/// The thread that read the mapped file cannot go on; the signal thread tidies up and ends the
/// process. Calls nothing that is not async-signal-safe.
void on_bus_error(int /*signal*/) {
  bus_error = true;
  pthread_kill(signal_thread, kWake);
  while (true) pause();
}

}  // namespace

Interrupt::Interrupt() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  const sigset_t set = handled_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::thread([this] { wait_for_signals(); });
  signal_thread = thread_.native_handle();
  struct sigaction action {};
  action.sa_handler = on_bus_error;
  sigaction(SIGBUS, &action, nullptr);
}

Interrupt::~Interrupt() {
  std::signal(SIGBUS, SIG_DFL);
  leaving_ = true;
  pthread_kill(thread_.native_handle(), kWake);
  thread_.join();
}

void Interrupt::unfinished(const std::filesystem::path& path) {
  const std::lock_guard lock(mutex_);
  unfinished_.insert(path);
}

void Interrupt::finished(const std::filesystem::path& path) {
  const std::lock_guard lock(mutex_);
  unfinished_.erase(path);
}

void Interrupt::wait_for_signals() {
  const sigset_t set = handled_signals();
  while (true) {
    int signal = 0;
    if (sigwait(&set, &signal) != 0) continue;
    if (signal == kWake) {
      if (bus_error) {
        say("nonneg: the input file was cut short, or could no longer be read, while it was in "
            "use; leave it unchanged until the run has ended\n");
        end_at_once(ExitStatus::io_failed);
      }
      if (leaving_) return;
      continue;
    }
    if (!graceful_ || stop_.stop_requested()) end_at_once(ExitStatus::interrupted);
    stop_.request_stop();
    if (stderr_is_terminal()) {
      say("\r\033[Knonneg: stopping after this iteration; Ctrl-C again ends at once\n");
    }
  }
}

void Interrupt::end_at_once(ExitStatus status) {
  // Held to the end: whoever would finish a file now waits in vain.
  mutex_.lock();
  for (const auto& path : unfinished_) {
    // The other thread may be adding files yet; it cannot once the directory is gone.
    constexpr int kAttempts = 100;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      std::error_code error;
      std::filesystem::remove_all(path, error);
      if (!error) break;
    }
  }
  _exit(static_cast<int>(status));
}

}  // namespace nonneg::cli
