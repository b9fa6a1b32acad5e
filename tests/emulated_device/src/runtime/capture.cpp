// SPDX-License-Identifier: Apache-2.0
#include "capture.hpp"

#include <algorithm>

#include "../findings.hpp"
#include "api.hpp"
#include "faults.hpp"
#include "ledger.hpp"

namespace nonneg::emulated {
namespace {

int to_be_spoilt = 0;

thread_local cudaStreamCaptureMode thread_mode = cudaStreamCaptureModeGlobal;

std::vector<CapturePointer>& captures() {
  static auto* all = new std::vector<CapturePointer>;
  return *all;
}

bool concerns_this_thread(const Capture& c) {
  return c.active &&
         (c.mode == cudaStreamCaptureModeGlobal ||
          (c.mode == cudaStreamCaptureModeThreadLocal && c.thread == std::this_thread::get_id()));
}

bool has_blocking_member(const CapturePointer& c) {
  return c->active && std::any_of(c->members.begin(), c->members.end(),
                                  [](const Stream* s) { return s->is_blocking(); });
}

/// Every branch of the capture must have come back to its origin.
bool has_unjoined_work(const Capture& c) {
  const std::vector<GraphNode>& nodes = c.graph->nodes;
  std::vector<char> reached(nodes.size(), 0);
  std::vector<int> open = c.origin->capture_tail;
  while (!open.empty()) {
    const auto node = static_cast<std::size_t>(open.back());
    open.pop_back();
    if (reached[node] != 0) continue;
    reached[node] = 1;
    open.insert(open.end(), nodes[node].dependencies.begin(), nodes[node].dependencies.end());
  }
  for (const Stream* s : c.members)
    for (const int node : s->capture_tail)
      if (reached[static_cast<std::size_t>(node)] == 0) return true;
  return false;
}

void close_capture(const CapturePointer& c) {
  for (Stream* s : c->members) {
    s->capture.reset();
    s->capture_tail.clear();
  }
  c->active = false;
  captures().erase(std::find(captures().begin(), captures().end(), c));
}

}  // namespace

cudaError_t capture_work(Stream& s, const WorkPointer& work) {
  if (to_be_spoilt > 0 && !s.capture->graph->nodes.empty()) {
    --to_be_spoilt;
    s.capture->invalid = true;
  }
  if (s.capture->invalid) return cudaErrorStreamCaptureInvalidated;
  std::vector<GraphNode>& nodes = s.capture->graph->nodes;
  nodes.push_back({work, s.capture_tail});
  s.capture_tail = {static_cast<int>(nodes.size()) - 1};
  return cudaSuccess;
}

void spoil_captures(int count) { to_be_spoilt = count; }

bool capturing() { return !captures().empty(); }

bool blocking_stream_captured() {
  return std::any_of(captures().begin(), captures().end(), has_blocking_member);
}

void invalidate_blocking_captures() {
  for (const auto& c : captures())
    if (has_blocking_member(c)) c->invalid = true;
}

cudaError_t refuse_unsafe_in_capture(const char* call) {
  const bool forbidden =
      thread_mode != cudaStreamCaptureModeRelaxed &&
      std::any_of(captures().begin(), captures().end(),
                  [](const CapturePointer& c) { return concerns_this_thread(*c); });
  if (!forbidden) return cudaSuccess;
  for (const auto& c : captures())
    if (c->active && c->mode != cudaStreamCaptureModeRelaxed) c->invalid = true;
  note(std::string(call) + " during stream capture");
  return cudaErrorStreamCaptureUnsupported;
}

cudaError_t refuse_device_wait_in_capture(const char* call) {
  if (captures().empty()) return cudaSuccess;
  for (const auto& c : captures()) c->invalid = true;
  note(std::string(call) + " during stream capture");
  return cudaErrorStreamCaptureUnsupported;
}

cudaError_t refuse_wait_in_capture(const Stream& s, const char* call) {
  if (s.capture) {
    s.capture->invalid = true;
    note(std::string(call) + " on a capturing stream");
    return cudaErrorStreamCaptureUnsupported;
  }
  if (s.is_legacy && blocking_stream_captured()) {
    invalidate_blocking_captures();
    return cudaErrorStreamCaptureImplicit;
  }
  return cudaSuccess;
}

}  // namespace nonneg::emulated

using namespace nonneg::emulated;

NONNEG_EMU_EXPORT cudaError_t cudaStreamBeginCapture(cudaStream_t stream,
                                                     cudaStreamCaptureMode mode) {
  const ApiCall call("cudaStreamBeginCapture");
  if (const auto e = call.admit_failable(cudaErrorUnknown)) return e;
  Stream* s = find_stream(stream, "cudaStreamBeginCapture");
  if (s == nullptr) return finish(cudaErrorInvalidResourceHandle);
  if (s->is_legacy) return finish(cudaErrorStreamCaptureUnsupported);
  if (s->capture) return finish(cudaErrorIllegalState);
  if (!s->waits.empty())
    append_to_stream(
        *s, enqueue(s->line, empty_work("waits before a capture"), stream_dependencies(*s)));
  static unsigned long long last_id = 0;
  auto c = std::make_shared<Capture>();
  c->graph = new Graph;
  c->origin = s;
  c->mode = mode;
  c->thread = std::this_thread::get_id();
  c->id = ++last_id;
  c->members = {s};
  s->capture = c;
  s->capture_tail.clear();
  captures().push_back(c);
  return finish(cudaSuccess);
}

NONNEG_EMU_EXPORT cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  const ApiCall call("cudaStreamEndCapture");
  if (const auto e = call.admit()) return e;
  if (graph != nullptr) *graph = nullptr;
  Stream* s = find_stream(stream, "cudaStreamEndCapture");
  if (s == nullptr) return finish(cudaErrorInvalidResourceHandle);
  if (!s->capture) return finish(cudaErrorIllegalState);
  const CapturePointer c = s->capture;
  if (c->origin != s) {
    c->invalid = true;
    return finish(cudaErrorStreamCaptureUnmatched);
  }
  if (c->mode != cudaStreamCaptureModeRelaxed && c->thread != std::this_thread::get_id()) {
    c->invalid = true;
    return finish(cudaErrorStreamCaptureWrongThread);
  }
  const bool injected = inject_failure("cudaStreamEndCapture");
  const bool unjoined = has_unjoined_work(*c);
  close_capture(c);
  cudaError_t error = cudaSuccess;
  if (unjoined) error = cudaErrorStreamCaptureUnjoined;
  if (c->invalid) error = cudaErrorStreamCaptureInvalidated;
  if (injected) error = cudaErrorUnknown;
  if (error != cudaSuccess) {
    delete c->graph;
    c->graph = nullptr;
    return finish(error);
  }
  *graph = adopt_graph(c->graph);
  return finish(cudaSuccess);
}

NONNEG_EMU_EXPORT cudaError_t cudaStreamIsCapturing(cudaStream_t stream,
                                                    cudaStreamCaptureStatus* status) {
  const ApiCall call("cudaStreamIsCapturing");
  if (const auto e = call.admit()) return e;
  const Stream* s = find_stream(stream, "cudaStreamIsCapturing");
  if (s == nullptr) return finish(cudaErrorInvalidResourceHandle);
  *status = cudaStreamCaptureStatusNone;
  if (s->is_legacy && blocking_stream_captured()) return finish(cudaErrorStreamCaptureImplicit);
  if (s->capture)
    *status =
        s->capture->invalid ? cudaStreamCaptureStatusInvalidated : cudaStreamCaptureStatusActive;
  return cudaSuccess;
}

// The capture's dependencies are not given out: nothing here can update them.
NONNEG_EMU_EXPORT cudaError_t cudaStreamGetCaptureInfo(cudaStream_t stream,
                                                       cudaStreamCaptureStatus* status,
                                                       unsigned long long* id, cudaGraph_t* graph,
                                                       const cudaGraphNode_t** dependencies,
                                                       const cudaGraphEdgeData** edges,
                                                       std::size_t* count) {
  const cudaError_t e = cudaStreamIsCapturing(stream, status);
  if (e != cudaSuccess) return e;
  const ApiCall call("cudaStreamGetCaptureInfo");
  const Stream* s = find_stream(stream, "cudaStreamGetCaptureInfo");
  if (*status != cudaStreamCaptureStatusActive) return cudaSuccess;
  if (id != nullptr) *id = s->capture->id;
  if (graph != nullptr) *graph = reinterpret_cast<cudaGraph_t>(s->capture->graph);
  if (dependencies != nullptr) *dependencies = nullptr;
  if (edges != nullptr) *edges = nullptr;
  if (count != nullptr) *count = 0;
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaThreadExchangeStreamCaptureMode(cudaStreamCaptureMode* mode) {
  std::swap(*mode, thread_mode);
  return cudaSuccess;
}
