// SPDX-License-Identifier: Apache-2.0
/// What must not happen in one thread while a stream is captured in another.
#pragma once

#include <mutex>

namespace nonneg::cuda {

/// Held while a stream is captured and its graph made, and while a cuBLAS handle is made or
/// destroyed: those wait for the whole device, which spoils a capture in any thread.
class CaptureLock {
 public:
  CaptureLock() : lock_(mutex()) {}

 private:
  static std::mutex& mutex() {
    static std::mutex one;
    return one;
  }

  std::scoped_lock<std::mutex> lock_;
};

}  // namespace nonneg::cuda
