// SPDX-License-Identifier: Apache-2.0
#include "cuda/event_timing.hpp"

#include "cuda/check.hpp"
#include "cuda/device.hpp"

namespace nonneg::cuda {

EventTiming::EventTiming(int device, Stream& stream, const std::function<void()>& work)
    : device_(device) {
  stream.record(begin_);
  work();
  stream.record(end_);
}

std::optional<double> EventTiming::seconds() {
  const DeviceGuard guard(device_);
  const cudaError_t status = cudaEventQuery(end_.get());
  if (status == cudaErrorNotReady) {
    take_back(status);
    return std::nullopt;
  }
  check(status, "cudaEventQuery", "timing a sweep");
  float milliseconds = 0;
  check(cudaEventElapsedTime(&milliseconds, begin_.get(), end_.get()), "cudaEventElapsedTime",
        "timing a sweep");
  return static_cast<double>(milliseconds) * 1e-3;
}

}  // namespace nonneg::cuda
