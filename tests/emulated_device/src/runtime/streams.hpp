// SPDX-License-Identifier: Apache-2.0
// Streams and how work gets into them.
#pragma once

#include <cuda_runtime_api.h>

#include <set>
#include <string>
#include <vector>

#include "queue.hpp"

namespace nonneg::emulated {

struct Capture;
using CapturePointer = std::shared_ptr<Capture>;

struct Stream {
  unsigned flags = 0;
  int priority = 0;
  std::uint32_t line = 0;  ///< also its number in messages
  bool is_legacy = false;
  int device = 0;  ///< of any device where it is the legacy stream
  OperationPointer last;
  std::vector<OperationPointer> waits;  ///< event waits that no later operation has taken up yet
  CapturePointer capture;
  std::vector<int> capture_tail;  ///< graph nodes the next captured work follows
  int unready_answers = 0;

  bool is_blocking() const { return (flags & cudaStreamNonBlocking) == 0; }
};

/// Null, and a finding, where the handle is not that of a live stream.
Stream* find_stream(cudaStream_t handle, const char* call);
Stream& legacy_stream();

/// False where kernels and event records of the thread's device may not go into the stream.
bool on_current_device(const Stream& stream);

/// What the stream's next operation must wait for.
std::vector<OperationPointer> stream_dependencies(const Stream& stream);
/// Makes `operation` the last one of the stream.
void append_to_stream(Stream& stream, const OperationPointer& operation);

/// Puts work into a stream, or into the capture it takes part in (then *queued stays null).
cudaError_t submit(Stream& stream, Work work, OperationPointer* queued = nullptr);

/// Runs the stream's work; the host is ordered after it.
cudaError_t synchronise_stream(Stream& stream, const char* call);

}  // namespace nonneg::emulated
