// SPDX-License-Identifier: Apache-2.0
// Events: a place in a stream that streams and the host can wait for.
#include <algorithm>
#include <set>

#include "../findings.hpp"
#include "../settings.hpp"
#include "api.hpp"
#include "capture.hpp"
#include "device.hpp"
#include "ledger.hpp"
#include "live_objects.hpp"
#include "streams.hpp"

namespace nonneg::emulated {
namespace {

struct Event {
  unsigned flags = 0;
  int device = 0;
  OperationPointer recorded;
  CapturePointer capture;  ///< of the last record, if it was captured
  std::vector<int> captured_after;
  int unready_answers = 0;
};

std::set<Event*>& events() {
  static auto* all = new std::set<Event*>;
  return *all;
}

Event* find_event(cudaEvent_t handle, const char* call) {
  auto* e = reinterpret_cast<Event*>(handle);
  if (events().count(e) != 0) return e;
  report("use of an invalid or destroyed event", call);
  return nullptr;
}

/// The host cannot wait for an event that exists only in a graph.
cudaError_t refuse_captured(const Event& e) {
  if (!e.capture || !e.capture->active) return cudaSuccess;
  e.capture->invalid = true;
  return cudaErrorCapturedEvent;
}

/// Waiting for a captured event brings the stream into the capture.
cudaError_t join_capture(Stream& s, const Event& e) {
  if (s.is_legacy) {
    e.capture->invalid = true;
    return cudaErrorStreamCaptureImplicit;
  }
  if (s.capture && s.capture != e.capture) {
    s.capture->invalid = e.capture->invalid = true;
    return cudaErrorStreamCaptureMerge;
  }
  if (!s.capture) {
    s.capture = e.capture;
    s.capture_tail.clear();
    s.capture->members.push_back(&s);
  }
  for (const int node : e.captured_after)
    if (std::find(s.capture_tail.begin(), s.capture_tail.end(), node) == s.capture_tail.end())
      s.capture_tail.push_back(node);
  return cudaSuccess;
}

}  // namespace
}  // namespace nonneg::emulated

using namespace nonneg::emulated;

NONNEG_EMU_EXPORT cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
  const ApiCall call("cudaEventCreate");
  if (const auto e = call.admit_on_device(cudaErrorMemoryAllocation)) return e;
  auto* created = new Event;
  created->flags = flags;
  created->device = current_device();
  events().insert(created);
  ++live_objects().events;
  *event = reinterpret_cast<cudaEvent_t>(created);
  return finish(cudaSuccess);
}

NONNEG_EMU_EXPORT cudaError_t cudaEventCreate(cudaEvent_t* event) {
  return cudaEventCreateWithFlags(event, 0);
}

NONNEG_EMU_EXPORT cudaError_t cudaEventDestroy(cudaEvent_t event) {
  const ApiCall call("cudaEventDestroy");
  if (const auto e = call.admit()) return e;
  Event* found = find_event(event, "cudaEventDestroy");
  if (found == nullptr) return finish(cudaErrorInvalidResourceHandle);
  events().erase(found);
  delete found;
  --live_objects().events;
  return finish(cudaSuccess);
}

NONNEG_EMU_EXPORT cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  const ApiCall call("cudaEventRecord");
  if (const auto e = call.admit_failable(cudaErrorInvalidResourceHandle)) return e;
  Event* found = find_event(event, "cudaEventRecord");
  Stream* s = find_stream(stream, "cudaEventRecord");
  if (found == nullptr || s == nullptr || !(s->is_legacy || s->device == found->device))
    return finish(cudaErrorInvalidResourceHandle);
  found->unready_answers = 0;
  if (s->capture) {
    if (s->capture->invalid) return finish(cudaErrorStreamCaptureInvalidated);
    found->capture = s->capture;
    found->captured_after = s->capture_tail;
    found->recorded.reset();
    return finish(cudaSuccess);
  }
  Work work;
  work.kind = WorkKind::Event;
  work.name = "event record";
  work.run = [] { return 0.0; };
  OperationPointer recorded;
  if (const auto e = submit(*s, std::move(work), &recorded)) return e;
  found->capture.reset();
  found->recorded = recorded;
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaEventRecordWithFlags(cudaEvent_t event, cudaStream_t stream,
                                                       unsigned) {
  return cudaEventRecord(event, stream);
}

NONNEG_EMU_EXPORT cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  const ApiCall call("cudaEventSynchronize");
  if (const auto e = call.admit_failable(cudaErrorUnknown)) return e;
  const Event* found = find_event(event, "cudaEventSynchronize");
  if (found == nullptr) return finish(cudaErrorInvalidResourceHandle);
  if (const auto e = refuse_captured(*found)) return finish(e);
  record_host_wait("cudaEventSynchronize");
  force(found->recorded);
  join_host(found->recorded);
  return finish(cudaSuccess);
}

NONNEG_EMU_EXPORT cudaError_t cudaEventQuery(cudaEvent_t event) {
  const ApiCall call("cudaEventQuery");
  if (const auto e = call.admit_failable(cudaErrorUnknown)) return e;
  Event* found = find_event(event, "cudaEventQuery");
  if (found == nullptr) return finish(cudaErrorInvalidResourceHandle);
  if (const auto e = refuse_captured(*found)) return finish(e);
  record_host_wait("cudaEventQuery");
  if (found->recorded && !found->recorded->done &&
      ++found->unready_answers <= settings().not_ready_answers)
    return cudaErrorNotReady;
  force(found->recorded);
  join_host(found->recorded);
  return finish(cudaSuccess);
}

NONNEG_EMU_EXPORT cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event,
                                                  unsigned) {
  const ApiCall call("cudaStreamWaitEvent");
  if (const auto e = call.admit_failable(cudaErrorInvalidResourceHandle)) return e;
  Stream* s = find_stream(stream, "cudaStreamWaitEvent");
  const Event* found = find_event(event, "cudaStreamWaitEvent");
  if (s == nullptr || found == nullptr) return finish(cudaErrorInvalidResourceHandle);
  if (found->capture && found->capture->active) return finish(join_capture(*s, *found));
  if (!found->recorded) return finish(cudaSuccess);
  if (s->capture) {
    s->capture->invalid = true;
    return finish(cudaErrorStreamCaptureIsolation);
  }
  s->waits.push_back(found->recorded);
  return finish(cudaSuccess);
}

// Modelled time: see cost_model.hpp.
NONNEG_EMU_EXPORT cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start,
                                                   cudaEvent_t end) {
  const ApiCall call("cudaEventElapsedTime");
  if (const auto e = call.admit_failable(cudaErrorUnknown)) return e;
  const Event* first = find_event(start, "cudaEventElapsedTime");
  const Event* second = find_event(end, "cudaEventElapsedTime");
  if (first == nullptr || second == nullptr || !first->recorded || !second->recorded ||
      ((first->flags | second->flags) & cudaEventDisableTiming) != 0)
    return finish(cudaErrorInvalidResourceHandle);
  if (!first->recorded->done || !second->recorded->done) return cudaErrorNotReady;
  *milliseconds =
      static_cast<float>(1e3 * (second->recorded->finished_at - first->recorded->finished_at));
  return finish(cudaSuccess);
}

NONNEG_EMU_EXPORT cudaError_t cudaEventElapsedTime_v2(float* milliseconds, cudaEvent_t start,
                                                      cudaEvent_t end) {
  return cudaEventElapsedTime(milliseconds, start, end);
}
