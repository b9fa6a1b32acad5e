// SPDX-License-Identifier: Apache-2.0
#include "streams.hpp"

#include <algorithm>

#include "../findings.hpp"
#include "../race/operation_races.hpp"
#include "../settings.hpp"
#include "../text.hpp"
#include "api.hpp"
#include "capture.hpp"
#include "device.hpp"
#include "faults.hpp"
#include "ledger.hpp"
#include "live_objects.hpp"

namespace nonneg::emulated {
namespace {

std::set<Stream*>& streams() {
  static auto* all = new std::set<Stream*>;
  return *all;
}

Stream* create_stream(unsigned flags, int priority) {
  legacy_stream();
  auto* s = new Stream;
  s->flags = flags;
  s->priority = priority;
  s->line = new_line();
  s->device = current_device();
  streams().insert(s);
  enable_operation_races(settings().stream_check);
  return s;
}

}  // namespace

Stream& legacy_stream() {
  static Stream* legacy = [] {
    auto* s = new Stream;
    s->is_legacy = true;
    s->line = new_line();
    streams().insert(s);
    return s;
  }();
  return *legacy;
}

Stream* find_stream(cudaStream_t handle, const char* call) {
  if (handle == nullptr || handle == cudaStreamLegacy) return &legacy_stream();
  if (handle == cudaStreamPerThread) {
    static thread_local Stream* own = create_stream(0, 0);
    return own;
  }
  auto* s = reinterpret_cast<Stream*>(handle);
  if (streams().count(s) != 0) return s;
  report("use of an invalid or destroyed stream", call);
  return nullptr;
}

bool on_current_device(const Stream& stream) {
  return stream.is_legacy || stream.device == current_device();
}

std::vector<OperationPointer> stream_dependencies(const Stream& s) {
  std::vector<OperationPointer> dependencies = s.waits;
  dependencies.push_back(s.last);
  if (s.is_legacy) {
    for (const Stream* other : streams())
      if (other != &s && other->is_blocking()) dependencies.push_back(other->last);
  } else if (s.is_blocking()) {
    dependencies.push_back(legacy_stream().last);
  }
  return dependencies;
}

void append_to_stream(Stream& s, const OperationPointer& operation) {
  s.last = operation;
  s.waits.clear();
  s.unready_answers = 0;
}

cudaError_t submit(Stream& s, Work work, OperationPointer* queued) {
  if (sticky_error() != cudaSuccess) return finish(sticky_error());
  work.phase = host_phase();
  auto shared = std::make_shared<Work>(std::move(work));
  if (s.capture) return finish(capture_work(s, shared));
  if (s.is_legacy && blocking_stream_captured()) {
    invalidate_blocking_captures();
    return finish(cudaErrorStreamCaptureImplicit);
  }
  const OperationPointer o = enqueue(s.line, shared, stream_dependencies(s));
  append_to_stream(s, o);
  if (queued != nullptr) *queued = o;
  return finish(cudaSuccess);
}

cudaError_t synchronise_stream(Stream& s, const char* call) {
  record_host_wait(call);
  for (const auto& o : stream_dependencies(s)) {
    const bool own =
        s.is_legacy || o == s.last || std::find(s.waits.begin(), s.waits.end(), o) != s.waits.end();
    if (!own) continue;
    force(o);
    join_host(o);
  }
  return finish(cudaSuccess);
}

}  // namespace nonneg::emulated

using namespace nonneg::emulated;

NONNEG_EMU_EXPORT cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned flags,
                                                           int priority) {
  const ApiCall call("cudaStreamCreate");
  if (const auto e = call.admit_on_device(cudaErrorMemoryAllocation)) return e;
  if ((flags & ~1u) != 0) return finish(cudaErrorInvalidValue);
  *stream = reinterpret_cast<cudaStream_t>(create_stream(flags, priority));
  ++live_objects().streams;
  if ((flags & cudaStreamNonBlocking) == 0) ++live_objects().blocking_streams_made;
  return finish(cudaSuccess);
}

NONNEG_EMU_EXPORT cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  return cudaStreamCreateWithPriority(stream, flags, 0);
}

NONNEG_EMU_EXPORT cudaError_t cudaStreamCreate(cudaStream_t* stream) {
  return cudaStreamCreateWithPriority(stream, 0, 0);
}

// The work in it still runs; a blocking stream's work stays ordered before later work of the legacy
// stream.
NONNEG_EMU_EXPORT cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  const ApiCall call("cudaStreamDestroy");
  if (const auto e = call.admit()) return e;
  if (stream == nullptr || stream == cudaStreamLegacy || stream == cudaStreamPerThread)
    return finish(cudaErrorInvalidResourceHandle);
  Stream* s = find_stream(stream, "cudaStreamDestroy");
  if (s == nullptr) return finish(cudaErrorInvalidResourceHandle);
  if (s->capture) {
    s->capture->invalid = true;
    return finish(cudaErrorStreamCaptureUnsupported);
  }
  streams().erase(s);
  if (s->is_blocking() && s->last && !s->last->done) legacy_stream().waits.push_back(s->last);
  if (!s->last || s->last->done) free_line(s->line);
  delete s;
  --live_objects().streams;
  return finish(cudaSuccess);
}

NONNEG_EMU_EXPORT cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  const ApiCall call("cudaStreamSynchronize");
  if (const auto e = call.admit()) return e;
  if (sticky_error() != cudaSuccess) return finish(sticky_error());
  const bool injected = inject_failure("cudaStreamSynchronize");
  Stream* s = find_stream(stream, "cudaStreamSynchronize");
  if (s == nullptr) return finish(cudaErrorInvalidResourceHandle);
  if (const auto e = refuse_wait_in_capture(*s, "cudaStreamSynchronize")) return finish(e);
  // Work that failed has ended too.
  const cudaError_t status = synchronise_stream(*s, "cudaStreamSynchronize");
  return injected ? finish(cudaErrorUnknown) : status;
}

NONNEG_EMU_EXPORT cudaError_t cudaStreamQuery(cudaStream_t stream) {
  const ApiCall call("cudaStreamQuery");
  if (const auto e = call.admit()) return e;
  if (sticky_error() != cudaSuccess) return finish(sticky_error());
  Stream* s = find_stream(stream, "cudaStreamQuery");
  if (s == nullptr) return finish(cudaErrorInvalidResourceHandle);
  if (const auto e = refuse_wait_in_capture(*s, "cudaStreamQuery")) return finish(e);
  const auto dependencies = stream_dependencies(*s);
  const bool pending = std::any_of(dependencies.begin(), dependencies.end(),
                                   [](const OperationPointer& o) { return o && !o->done; });
  if (pending && ++s->unready_answers <= settings().not_ready_answers) {
    record_host_wait("cudaStreamQuery");
    return cudaErrorNotReady;
  }
  return synchronise_stream(*s, "cudaStreamQuery");
}

NONNEG_EMU_EXPORT cudaError_t cudaStreamGetFlags(cudaStream_t stream, unsigned* flags) {
  const ApiCall call("cudaStreamGetFlags");
  const Stream* s = find_stream(stream, "cudaStreamGetFlags");
  if (s == nullptr) return finish(cudaErrorInvalidResourceHandle);
  *flags = s->flags;
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaStreamGetPriority(cudaStream_t stream, int* priority) {
  const ApiCall call("cudaStreamGetPriority");
  const Stream* s = find_stream(stream, "cudaStreamGetPriority");
  if (s == nullptr) return finish(cudaErrorInvalidResourceHandle);
  *priority = s->priority;
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaStreamGetId(cudaStream_t stream, unsigned long long* id) {
  const ApiCall call("cudaStreamGetId");
  const Stream* s = find_stream(stream, "cudaStreamGetId");
  if (s == nullptr) return finish(cudaErrorInvalidResourceHandle);
  *id = s->line;
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaStreamGetDevice(cudaStream_t, int* device) {
  *device = 0;
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaStreamSetAttribute(cudaStream_t, cudaStreamAttrID,
                                                     const cudaStreamAttrValue*) {
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaStreamAttachMemAsync(cudaStream_t, void*, std::size_t, unsigned) {
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
  if (least != nullptr) *least = 0;
  if (greatest != nullptr) *greatest = -5;
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaDeviceSynchronize() {
  const ApiCall call("cudaDeviceSynchronize");
  if (const auto e = call.admit_on_device(cudaErrorUnknown)) return e;
  if (const auto e = refuse_device_wait_in_capture("cudaDeviceSynchronize")) return finish(e);
  record_host_wait("cudaDeviceSynchronize");
  force_all();
  join_host_with_all();
  return finish(cudaSuccess);
}

// Host functions run in the thread that forces them.
NONNEG_EMU_EXPORT cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function,
                                                 void* data) {
  const ApiCall call("cudaLaunchHostFunc");
  if (const auto e = call.admit_failable(cudaErrorMemoryAllocation)) return e;
  Stream* s = find_stream(stream, "cudaLaunchHostFunc");
  if (s == nullptr) return finish(cudaErrorInvalidResourceHandle);
  Work work;
  work.kind = WorkKind::HostFunction;
  work.name = format("host function in stream %u", s->line);
  work.writes_host = true;
  work.run = [function, data] {
    const HostFunctionScope scope;
    function(data);
    return 0.0;
  };
  return submit(*s, std::move(work));
}

NONNEG_EMU_EXPORT cudaError_t cudaStreamAddCallback(cudaStream_t stream,
                                                    cudaStreamCallback_t callback, void* data,
                                                    unsigned) {
  const ApiCall call("cudaStreamAddCallback");
  if (const auto e = call.admit_failable(cudaErrorMemoryAllocation)) return e;
  Stream* s = find_stream(stream, "cudaStreamAddCallback");
  if (s == nullptr) return finish(cudaErrorInvalidResourceHandle);
  if (s->capture) {
    s->capture->invalid = true;
    return finish(cudaErrorStreamCaptureUnsupported);
  }
  Work work;
  work.kind = WorkKind::HostFunction;
  work.name = "stream callback";
  work.writes_host = true;
  work.run = [callback, data, stream] {
    const HostFunctionScope scope;
    callback(stream, cudaSuccess, data);
    return 0.0;
  };
  return submit(*s, std::move(work));
}
