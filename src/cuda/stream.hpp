// SPDX-License-Identifier: Apache-2.0
/// A CUDA stream.
#pragma once

#include <cuda_runtime_api.h>

#include "cuda/event.hpp"

namespace nonneg::cuda {

/// Owns a stream of the current device that does not wait for the legacy default stream.
class Stream {
 public:
  Stream();
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  cudaStream_t get() const noexcept { return stream_; }
  /// Work given to the stream from now on starts after `event`'s last record; at once where it was
  /// never recorded. The host does not wait.
  void wait(const Event& event);
  void record(Event& event);
  /// The host waits for all work given so far. Throws DeviceError where some of it failed.
  void synchronize(const char* doing);
  /// The same where nothing can be thrown: what owns memory waits so before it gives it back. Named
  /// "drain" for a profiler.
  void drain() noexcept;

 private:
  cudaStream_t stream_ = nullptr;
};

}  // namespace nonneg::cuda
