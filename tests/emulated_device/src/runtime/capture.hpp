// SPDX-License-Identifier: Apache-2.0
// Stream capture: work that goes into a graph instead of a stream, and what a capture forbids.
#pragma once

#include <cuda_runtime_api.h>

#include <memory>
#include <thread>
#include <vector>

#include "streams.hpp"

namespace nonneg::emulated {

struct GraphNode {
  WorkPointer work;
  std::vector<int> dependencies;  ///< earlier nodes
};

/// Device memory allocated by the nodes of a graph; shared by its clones and executables.
struct GraphMemory {
  std::vector<void*> pointers;
  GraphMemory() = default;
  ~GraphMemory();
  GraphMemory(const GraphMemory&) = delete;
  GraphMemory& operator=(const GraphMemory&) = delete;
};

struct Graph {
  std::vector<GraphNode> nodes;
  std::shared_ptr<GraphMemory> memory = std::make_shared<GraphMemory>();
};

struct Capture {
  Graph* graph = nullptr;
  Stream* origin = nullptr;
  cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal;
  bool active = true;
  bool invalid = false;
  std::thread::id thread;
  unsigned long long id = 0;
  std::vector<Stream*> members;
};

/// Adds a node after the stream's last ones.
cudaError_t capture_work(Stream& stream, const WorkPointer& work);

/// The next captures, so many, are invalid from their second operation on, as if another thread had
/// waited for the device then.
void spoil_captures(int count);
/// Is any stream being captured?
bool capturing();

/// Is a stream captured that the legacy stream would have to wait for?
bool blocking_stream_captured();
void invalidate_blocking_captures();

// Each returns the error the call must fail with; the captures concerned are invalid from then on.
/// Calls that may synchronise or change the context (cudaMalloc, cudaMemcpy).
cudaError_t refuse_unsafe_in_capture(const char* call);
cudaError_t refuse_device_wait_in_capture(const char* call);
/// Waiting for a stream that is being captured.
cudaError_t refuse_wait_in_capture(const Stream& stream, const char* call);

/// Registers a graph that the program owns from now on.
cudaGraph_t adopt_graph(Graph* graph);

}  // namespace nonneg::emulated
