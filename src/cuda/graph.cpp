// SPDX-License-Identifier: Apache-2.0
#include "cuda/graph.hpp"

#include <memory>
#include <type_traits>

#include "cuda/check.hpp"
#include "cuda/device.hpp"

namespace nonneg::cuda {

namespace {

struct DestroyGraph {
  void operator()(cudaGraph_t graph) const { cudaGraphDestroy(graph); }
};
using OwnedGraph = std::unique_ptr<std::remove_pointer_t<cudaGraph_t>, DestroyGraph>;

OwnedGraph capture(Stream& stream, const std::function<void()>& work) {
  // Thread-local: other solvers' threads may allocate meanwhile.
  check(cudaStreamBeginCapture(stream.get(), cudaStreamCaptureModeThreadLocal),
        "cudaStreamBeginCapture", "recording a sweep");
  cudaGraph_t graph = nullptr;
  try {
    work();
  } catch (...) {
    if (cudaStreamEndCapture(stream.get(), &graph) != cudaSuccess) cudaGetLastError();
    if (graph != nullptr) cudaGraphDestroy(graph);
    throw;
  }
  const cudaError_t status = cudaStreamEndCapture(stream.get(), &graph);
  OwnedGraph owned(graph);
  check(status, "cudaStreamEndCapture", "recording a sweep");
  return owned;
}

}  // namespace

Graph::Graph(int device, Stream& stream, const std::function<void()>& work)
    : device_(device), stream_(stream) {
  const OwnedGraph graph = capture(stream, work);
  check(cudaGraphInstantiate(&executable_, graph.get(), 0), "cudaGraphInstantiate",
        "recording a sweep");
}

Graph::~Graph() {
  if (cudaGraphExecDestroy(executable_) != cudaSuccess) cudaGetLastError();
}

void Graph::replay() {
  const DeviceGuard guard(device_);
  check(cudaGraphLaunch(executable_, stream_.get()), "cudaGraphLaunch", "replaying a sweep");
}

}  // namespace nonneg::cuda
