// SPDX-License-Identifier: Apache-2.0
#include "cuda/graph.hpp"

#include <memory>
#include <type_traits>

#include "cuda/capture_lock.hpp"
#include "cuda/check.hpp"
#include "cuda/device.hpp"
#include "nonneg/error.hpp"

namespace nonneg::cuda {

namespace {

struct DestroyGraph {
  void operator()(cudaGraph_t graph) const { take_back(cudaGraphDestroy(graph)); }
};
using OwnedGraph = std::unique_ptr<std::remove_pointer_t<cudaGraph_t>, DestroyGraph>;

/// Ends the stream's capture; null where it was spoilt.
OwnedGraph end_capture(Stream& stream) {
  cudaGraph_t graph = nullptr;
  const cudaError_t status = cudaStreamEndCapture(stream.get(), &graph);
  take_back(status);
  OwnedGraph owned(graph);
  if (status != cudaSuccess) owned.reset();
  return owned;
}

OwnedGraph capture(Stream& stream, const std::function<void()>& work) {
  // Thread-local: other solvers' threads may allocate meanwhile.
  const cudaError_t status = cudaStreamBeginCapture(stream.get(), cudaStreamCaptureModeThreadLocal);
  take_back(status);
  if (status != cudaSuccess) return nullptr;
  try {
    work();
  } catch (const Error&) {
    // Calls on a capture that another thread has spoilt fail. What would fail in any case does so
    // again when the work is done as it is.
    end_capture(stream);
    return nullptr;
  } catch (...) {
    end_capture(stream);
    throw;
  }
  return end_capture(stream);
}

}  // namespace

bool launches_bound(double panel_flops, int multiprocessors, Products products) {
  // 128 lanes, two flops each, at 1.6 GHz; on tensor cores some nine times that.
  constexpr double kFlopRate = 4e11;
  constexpr double kTensorFlopRate = 3.6e12;
  constexpr double kSeconds = 1e-4;
  const double rate = products == Products::tf32 ? kTensorFlopRate : kFlopRate;
  return panel_flops < kSeconds * rate * multiprocessors;
}

std::unique_ptr<Graph> Graph::of(int device, Stream& stream, const std::function<void()>& work) {
  const CaptureLock lock;
  const OwnedGraph graph = capture(stream, work);
  if (graph == nullptr) return nullptr;
  cudaGraphExec_t executable = nullptr;
  const cudaError_t status = cudaGraphInstantiate(&executable, graph.get(), 0);
  take_back(status);
  if (status != cudaSuccess) return nullptr;
  return std::unique_ptr<Graph>(new Graph(device, stream, executable));
}

Graph::~Graph() { take_back(cudaGraphExecDestroy(executable_)); }

void Graph::replay() {
  const DeviceGuard guard(device_);
  check(cudaGraphLaunch(executable_, stream_.get()), "cudaGraphLaunch", "replaying a sweep");
}

}  // namespace nonneg::cuda
