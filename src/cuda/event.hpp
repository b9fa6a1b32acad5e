// SPDX-License-Identifier: Apache-2.0
/// A CUDA event.
#pragma once

#include <cuda_runtime_api.h>

namespace nonneg::cuda {

/// Owns an event of the current device that orders work; it takes times only where asked to.
class Event {
 public:
  enum class Times { no, yes };

  explicit Event(Times times = Times::no);
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  cudaEvent_t get() const noexcept { return event_; }
  /// The host waits for the work before the last record; not at all where there was none.
  void synchronize(const char* doing);

 private:
  cudaEvent_t event_ = nullptr;
};

}  // namespace nonneg::cuda
