// SPDX-License-Identifier: Apache-2.0
/// Whoever removes unfinished files should the process end before they are complete.
#pragma once

#include <filesystem>
#include <mutex>

namespace nonneg::io {

/// Told of every name on disk that must not stay behind. This one removes nothing; a program that
/// ends itself in the middle of its work (by Ctrl-C, say) derives its own, and gives it to those
/// who write.
class OutputGuard {
 public:
  OutputGuard() = default;
  OutputGuard(const OutputGuard&) = delete;
  OutputGuard& operator=(const OutputGuard&) = delete;
  virtual ~OutputGuard() = default;

  /// `path` is a file or a directory that is about to be made. It is to be removed, with all that
  /// is in it, should the process end before `finished`.
  virtual void unfinished(const std::filesystem::path& /*path*/) {}
  virtual void finished(const std::filesystem::path& /*path*/) {}

  /// Keeps the process from being ended while it is held, for steps that belong together. Neither
  /// function above may be called meanwhile.
  virtual std::unique_lock<std::mutex> critical() { return {}; }

  /// The one for programs that do not end themselves.
  static OutputGuard& none() {
    static OutputGuard guard;
    return guard;
  }
};

}  // namespace nonneg::io
