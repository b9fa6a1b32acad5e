// SPDX-License-Identifier: Apache-2.0
// Copies and memsets. What is asynchronous for the host follows CUDA's documented API
// synchronisation behaviour: pageable uploads of cudaMemcpy are taken at the call and land later.
// What is called Async reads and writes when it runs, pageable memory as well as pinned: of
// pageable memory it is only said that the call might wait.
#include <cuda_runtime_api.h>

#include <cstring>
#include <memory>

#include "../findings.hpp"
#include "../memory/arena.hpp"
#include "../settings.hpp"
#include "../text.hpp"
#include "api.hpp"
#include "capture.hpp"
#include "cost_model.hpp"
#include "ledger.hpp"

namespace nonneg::emulated {
namespace {

constexpr std::size_t kMaxPitch = 2147483647;

/// Rows of `width` bytes at two pitches.
struct CopyShape {
  char* target = nullptr;
  const char* source = nullptr;
  std::size_t target_pitch = 0, source_pitch = 0;
  std::size_t width = 0, height = 0;

  std::size_t bytes() const { return width * height; }
  std::size_t target_extent() const { return (height - 1) * target_pitch + width; }
  std::size_t source_extent() const { return (height - 1) * source_pitch + width; }
};

/// A copy with what is known about it at the call.
struct Copy {
  CopyShape shape;
  cudaMemcpyKind kind = cudaMemcpyDefault;
  const char* call = "";
  std::string name;
  bool to_device = false, from_device = false;
  bool to_pinned = false, from_pinned = false;
  std::shared_ptr<std::vector<char>> taken;  ///< the source rows, where they are read at the call
  bool is_hashed = false;
  std::uint64_t hash = 0;  ///< of a source that is read later, at the call
};

bool inside_device(const void* pointer, std::size_t bytes, const char* call) {
  if (is_accessible(pointer, bytes)) return true;
  report("copy/set outside device memory",
         format("%s: %p + %zu is not inside one device allocation", call, pointer, bytes));
  return false;
}

bool side_is_valid(const void* pointer, std::size_t bytes, bool device, const char* call) {
  if (device) return inside_device(pointer, bytes, call);
  if (!is_device_address(pointer)) return true;
  report("host side of a copy is device memory", format("%s: %p", call, pointer));
  return false;
}

std::uint64_t hash_rows(const char* source, std::size_t pitch, std::size_t width,
                        std::size_t height) {
  std::uint64_t h = 1469598103934665603ull;
  for (std::size_t row = 0; row < height; ++row) {
    const char* p = source + row * pitch;
    std::size_t i = 0;
    for (; i + 8 <= width; i += 8) {
      std::uint64_t word;
      std::memcpy(&word, p + i, 8);
      h = (h ^ word) * 0x9E3779B97F4A7C15ull;
      h ^= h >> 29;
    }
    for (; i < width; ++i) h = (h ^ static_cast<std::uint8_t>(p[i])) * 1099511628211ull;
  }
  return h;
}

std::uint64_t hash_source(const CopyShape& s) {
  return hash_rows(s.source, s.source_pitch, s.width, s.height);
}

cudaMemcpyKind resolved_kind(const CopyShape& s, cudaMemcpyKind kind) {
  if (kind != cudaMemcpyDefault) return kind;
  if (is_device_address(s.target))
    return is_device_address(s.source) ? cudaMemcpyDeviceToDevice : cudaMemcpyHostToDevice;
  return is_device_address(s.source) ? cudaMemcpyDeviceToHost : cudaMemcpyHostToHost;
}

std::string ledger_class(const Copy& c) {
  switch (c.kind) {
    case cudaMemcpyHostToDevice:
      return c.from_pinned ? "H2D pinned" : "H2D pageable";
    case cudaMemcpyDeviceToHost:
      return c.to_pinned ? "D2H pinned" : "D2H pageable";
    case cudaMemcpyDeviceToDevice:
      return "D2D";
    default:
      return "H2H";
  }
}

bool memory_is_alive(const Copy& c) {
  const bool target_must_live = c.to_device || c.to_pinned;
  const bool source_must_live = c.from_device || c.from_pinned;
  return (!target_must_live || is_accessible(c.shape.target, c.shape.target_extent())) &&
         (!source_must_live || is_accessible(c.shape.source, c.shape.source_extent()));
}

double run_copy(const Copy& c, const std::string& class_name) {
  const CopyShape& s = c.shape;
  if (!memory_is_alive(c)) {
    report("copy on memory freed before it ran", c.name);
    set_sticky_error(cudaErrorIllegalAddress);
    return 0;
  }
  if (c.is_hashed && hash_source(s) != c.hash)
    report(c.from_pinned ? "pinned buffer changed before its copy had run"
                         : "host memory changed before its copy had run",
           c.name);
  const DeviceAccess access;
  for (std::size_t row = 0; row < s.height; ++row) {
    const char* source =
        c.taken ? c.taken->data() + row * s.width : s.source + row * s.source_pitch;
    char* target = s.target + row * s.target_pitch;
    if (c.from_device) check_written(source, s.width, c.call);
    if (c.from_device || c.from_pinned) record_operation_access(source, s.width, false);
    std::memmove(target, source, s.width);
    if (c.to_device) mark_written(target, s.width);
    if (c.to_device || c.to_pinned) record_operation_access(target, s.width, true);
  }
  record_transfer(class_name, s.bytes());
  const auto bytes = static_cast<double>(s.bytes());
  return c.kind == cudaMemcpyDeviceToDevice ? device_seconds(2 * bytes, 0) : bus_seconds(bytes);
}

/// A source is read now, or must not change until the copy has run.
void take_source(Copy& c, bool now) {
  const CopyShape& s = c.shape;
  if (now) {
    c.taken = std::make_shared<std::vector<char>>(s.bytes());
    for (std::size_t row = 0; row < s.height; ++row)
      std::memcpy(c.taken->data() + row * s.width, s.source + row * s.source_pitch, s.width);
  } else if (!host_write_pending()) {
    c.hash = hash_source(s);
    c.is_hashed = true;
  }
}

/// A download's target holds no promise until it has ended: 0xFF makes an early read
/// visible. Not where other pending work may need the bytes.
void poison_target(const Copy& c) {
  if (settings().order == Order::Eager || !settings().poison_downloads) return;
  if (host_range_pending(c.shape.target, c.shape.target_extent())) return;
  for (std::size_t row = 0; row < c.shape.height; ++row)
    std::memset(c.shape.target + row * c.shape.target_pitch, 0xFF, c.shape.width);
}

HostRange host_range(const Copy& c) {
  HostRange range;
  if (!c.to_device) {
    range.begin = reinterpret_cast<std::uint64_t>(c.shape.target);
    range.end = range.begin + c.shape.target_extent();
  } else if (!c.from_device && !c.taken) {
    range.begin = reinterpret_cast<std::uint64_t>(c.shape.source);
    range.end = range.begin + c.shape.source_extent();
  }
  return range;
}

cudaError_t copy(const CopyShape& shape, cudaMemcpyKind kind, cudaStream_t stream, bool async,
                 const char* name) {
  const ApiCall call(name);
  if (const auto e = call.admit_failable(cudaErrorInvalidValue)) return e;
  Stream* s = find_stream(stream, name);
  if (s == nullptr) return finish(cudaErrorInvalidResourceHandle);
  if (!async)
    if (const auto e = refuse_unsafe_in_capture(name)) return finish(e);
  if (shape.width == 0 || shape.height == 0) return finish(cudaSuccess);
  Copy c;
  c.shape = shape;
  c.kind = resolved_kind(shape, kind);
  c.call = name;
  c.to_device = c.kind == cudaMemcpyHostToDevice || c.kind == cudaMemcpyDeviceToDevice;
  c.from_device = c.kind == cudaMemcpyDeviceToHost || c.kind == cudaMemcpyDeviceToDevice;
  if (!side_is_valid(shape.target, shape.target_extent(), c.to_device, name) ||
      !side_is_valid(shape.source, shape.source_extent(), c.from_device, name))
    return finish(cudaErrorInvalidValue);
  c.to_pinned = !c.to_device && is_pinned(shape.target, shape.target_extent());
  c.from_pinned = !c.from_device && is_pinned(shape.source, shape.source_extent());
  const std::string class_name = ledger_class(c);
  c.name =
      format("%s %s of %zu bytes in stream %u", name, class_name.c_str(), shape.bytes(), s->line);

  const bool captured = s->capture != nullptr;
  const bool waits_for_pageable = !async || settings().blocking_pageable;
  if (!c.from_device && !captured) take_source(c, !c.from_pinned && waits_for_pageable);
  const bool blocking_pageable_upload =
      !async && c.kind == cudaMemcpyHostToDevice && !c.from_pinned;
  if (blocking_pageable_upload && !captured) synchronise_stream(*s, name);
  if (!c.to_device && c.from_device && async && !captured) poison_target(c);

  Work work;
  work.kind = WorkKind::Copy;
  work.name = c.name;
  work.writes_host = !c.to_device;
  work.host_range = host_range(c);
  work.run = [c, class_name] { return run_copy(c, class_name); };
  OperationPointer queued;
  const cudaError_t error = submit(*s, std::move(work), &queued);
  if (error != cudaSuccess || !queued) return error;

  bool blocks = false;
  if (async)
    blocks = (c.kind == cudaMemcpyDeviceToHost && !c.to_pinned && waits_for_pageable) ||
             (c.kind == cudaMemcpyHostToHost && !(c.to_pinned && c.from_pinned));
  else
    blocks = c.kind != cudaMemcpyDeviceToDevice &&
             (!blocking_pageable_upload || settings().blocking_uploads);
  if (blocks) {
    if (!blocking_pageable_upload)
      record_host_wait(async ? std::string(name) + " (pageable)" : std::string(name));
    force(queued);
    join_host(queued);
  }
  return finish(cudaSuccess);
}

CopyShape linear(void* target, const void* source, std::size_t bytes) {
  return {static_cast<char*>(target),    static_cast<const char*>(source), bytes, bytes, bytes,
          bytes > 0 ? std::size_t{1} : 0};
}

/// cudaDevAttrMaxPitch is that of real devices. The pitch of a single row is looked at as well.
bool valid_pitch(std::size_t pitch, std::size_t width, std::size_t height) {
  return height == 0 || (width <= pitch && pitch <= kMaxPitch);
}

CopyShape pitched(void* target, std::size_t target_pitch, const void* source,
                  std::size_t source_pitch, std::size_t width, std::size_t height) {
  return {static_cast<char*>(target),
          static_cast<const char*>(source),
          target_pitch,
          source_pitch,
          width,
          height};
}

// Asynchronous for the host, also without Async in the name.
cudaError_t set(void* target, std::size_t pitch, int value, std::size_t width, std::size_t height,
                cudaStream_t stream, bool async, const char* name) {
  const ApiCall call(name);
  if (const auto e = call.admit_failable(cudaErrorInvalidValue)) return e;
  Stream* s = find_stream(stream, name);
  if (s == nullptr) return finish(cudaErrorInvalidResourceHandle);
  if (!async)
    if (const auto e = refuse_unsafe_in_capture(name)) return finish(e);
  if (width == 0 || height == 0) return finish(cudaSuccess);
  if (height > 1 && !valid_pitch(pitch, width, height)) return finish(cudaErrorInvalidPitchValue);
  const std::size_t extent = (height - 1) * pitch + width;
  if (!inside_device(target, extent, name)) return finish(cudaErrorInvalidValue);
  auto* bytes = static_cast<char*>(target);
  Work work;
  work.kind = WorkKind::Set;
  work.name = format("%s of %zu bytes in stream %u", name, width * height, s->line);
  work.run = [=, text = work.name] {
    if (!is_accessible(bytes, extent)) {
      report("memset on memory freed before it ran", text);
      set_sticky_error(cudaErrorIllegalAddress);
      return 0.0;
    }
    const DeviceAccess access;
    for (std::size_t row = 0; row < height; ++row) {
      std::memset(bytes + row * pitch, value, width);
      mark_written(bytes + row * pitch, width);
      record_operation_access(bytes + row * pitch, width, true);
    }
    record_transfer("memset", width * height);
    return device_seconds(static_cast<double>(width * height), 0);
  };
  return submit(*s, std::move(work));
}

}  // namespace
}  // namespace nonneg::emulated

using namespace nonneg::emulated;

NONNEG_EMU_EXPORT cudaError_t cudaMemcpy(void* target, const void* source, std::size_t bytes,
                                         cudaMemcpyKind kind) {
  return copy(linear(target, source, bytes), kind, nullptr, false, "cudaMemcpy");
}

NONNEG_EMU_EXPORT cudaError_t cudaMemcpyAsync(void* target, const void* source, std::size_t bytes,
                                              cudaMemcpyKind kind, cudaStream_t stream) {
  return copy(linear(target, source, bytes), kind, stream, true, "cudaMemcpyAsync");
}

NONNEG_EMU_EXPORT cudaError_t cudaMemcpy2D(void* target, std::size_t target_pitch,
                                           const void* source, std::size_t source_pitch,
                                           std::size_t width, std::size_t height,
                                           cudaMemcpyKind kind) {
  if (!valid_pitch(target_pitch, width, height) || !valid_pitch(source_pitch, width, height))
    return finish(cudaErrorInvalidPitchValue);
  return copy(pitched(target, target_pitch, source, source_pitch, width, height), kind, nullptr,
              false, "cudaMemcpy2D");
}

NONNEG_EMU_EXPORT cudaError_t cudaMemcpy2DAsync(void* target, std::size_t target_pitch,
                                                const void* source, std::size_t source_pitch,
                                                std::size_t width, std::size_t height,
                                                cudaMemcpyKind kind, cudaStream_t stream) {
  if (!valid_pitch(target_pitch, width, height) || !valid_pitch(source_pitch, width, height))
    return finish(cudaErrorInvalidPitchValue);
  return copy(pitched(target, target_pitch, source, source_pitch, width, height), kind, stream,
              true, "cudaMemcpy2DAsync");
}

NONNEG_EMU_EXPORT cudaError_t cudaMemset(void* target, int value, std::size_t bytes) {
  return set(target, bytes, value, bytes, bytes > 0 ? 1 : 0, nullptr, false, "cudaMemset");
}

NONNEG_EMU_EXPORT cudaError_t cudaMemsetAsync(void* target, int value, std::size_t bytes,
                                              cudaStream_t stream) {
  return set(target, bytes, value, bytes, bytes > 0 ? 1 : 0, stream, true, "cudaMemsetAsync");
}

NONNEG_EMU_EXPORT cudaError_t cudaMemset2D(void* target, std::size_t pitch, int value,
                                           std::size_t width, std::size_t height) {
  return set(target, pitch, value, width, height, nullptr, false, "cudaMemset2D");
}

NONNEG_EMU_EXPORT cudaError_t cudaMemset2DAsync(void* target, std::size_t pitch, int value,
                                                std::size_t width, std::size_t height,
                                                cudaStream_t stream) {
  return set(target, pitch, value, width, height, stream, true, "cudaMemset2DAsync");
}
