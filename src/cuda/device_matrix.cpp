// SPDX-License-Identifier: Apache-2.0
#include "cuda/device_matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "cuda/check.hpp"
#include "cuda/device.hpp"
#include "cuda/device_buffer.hpp"
#include "cuda/panel_stager.hpp"
#include "kernels/widen.hpp"
#include "nonneg/error.hpp"

namespace nonneg::cuda {

namespace {

template <class T>
std::size_t bytes_of(Index entries) {
  return static_cast<std::size_t>(entries) * sizeof(T);
}

/// Bytes between two rows that one call takes at most: cudaDevAttrMaxPitch of every device.
constexpr std::size_t kMaxPitch = std::numeric_limits<std::int32_t>::max();

cudaMemcpyKind copy_kind(MemorySpace from, MemorySpace to) {
  if (from == MemorySpace::host) {
    return to == MemorySpace::host ? cudaMemcpyHostToHost : cudaMemcpyHostToDevice;
  }
  return to == MemorySpace::host ? cudaMemcpyDeviceToHost : cudaMemcpyDeviceToDevice;
}

}  // namespace

template <class E>
Matrix<E> allocate_matrix(int device, Stream& stream, Index rows, Index cols) {
  if (rows < 0 || cols < 0) {
    throw InvalidArgument(fmt::format("matrix of {} x {}: sizes must be >= 0", rows, cols));
  }
  const std::string what = fmt::format("a matrix of {} x {}", rows, cols);
  constexpr Index kMaxEntries = std::numeric_limits<Index>::max() / Index{sizeof(E)};
  if (cols > 0 && rows > kMaxEntries / cols) {
    constexpr auto kAsked = std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t free = free_memory(device);
    throw OutOfMemory(
        fmt::format("cannot allocate {} on cuda:{}: {} bytes free", what, device, free), kAsked,
        free);
  }
  // A function object must be copyable, which a buffer is not. Memory may be freed from any device.
  auto buffer = std::make_shared<DeviceBuffer>(static_cast<std::uint64_t>(rows * cols) * sizeof(E),
                                               what.c_str());
  E* data = buffer->template as<E>();
  return Matrix<E>(data, rows, cols, MemorySpace::device,
                   [owner = std::move(buffer), &stream](E*) mutable {
                     stream.drain();
                     owner.reset();
                   });
}

void copy_rows(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch,
               std::size_t width, std::size_t rows, cudaMemcpyKind kind, cudaStream_t stream,
               const char* doing) {
  if (rows == 0 || width == 0) return;
  auto* out = static_cast<std::byte*>(to);
  const auto* in = static_cast<const std::byte*>(from);
  if (rows == 1 || (to_pitch == width && from_pitch == width)) {
    check(cudaMemcpyAsync(out, in, rows * width, kind, stream), "cudaMemcpyAsync", doing);
  } else if (std::max(to_pitch, from_pitch) <= kMaxPitch) {
    check(cudaMemcpy2DAsync(out, to_pitch, in, from_pitch, width, rows, kind, stream),
          "cudaMemcpy2DAsync", doing);
  } else {
    for (std::size_t i = 0; i < rows; ++i) {
      check(cudaMemcpyAsync(out + i * to_pitch, in + i * from_pitch, width, kind, stream),
            "cudaMemcpyAsync", doing);
    }
  }
}

void clear_rows(void* to, std::size_t pitch, std::size_t width, std::size_t rows,
                cudaStream_t stream, const char* doing) {
  if (rows == 0 || width == 0) return;
  auto* out = static_cast<std::byte*>(to);
  if (rows == 1 || pitch == width) {
    check(cudaMemsetAsync(out, 0, rows * width, stream), "cudaMemsetAsync", doing);
  } else if (pitch <= kMaxPitch) {
    check(cudaMemset2DAsync(out, pitch, 0, width, rows, stream), "cudaMemset2DAsync", doing);
  } else {
    for (std::size_t i = 0; i < rows; ++i) {
      check(cudaMemsetAsync(out + i * pitch, 0, width, stream), "cudaMemsetAsync", doing);
    }
  }
}

template <class T>
void clear(MatrixView<T> X, cudaStream_t stream) {
  clear_rows(X.data(), bytes_of<T>(X.ld()), bytes_of<T>(X.cols()),
             static_cast<std::size_t>(X.rows()), stream, "set_zero");
}

template <class T>
void copy_matrix(MatrixView<const T> from, MatrixView<T> to, cudaStream_t stream) {
  copy_rows(to.data(), bytes_of<T>(to.ld()), from.data(), bytes_of<T>(from.ld()),
            bytes_of<T>(from.cols()), static_cast<std::size_t>(from.rows()),
            copy_kind(from.space(), to.space()), stream, "copy");
}

template <class T>
void widen_from_host(const DataView& stored, double scale, MatrixView<T> out, Stream& stream,
                     int threads) {
  if (out.empty()) return;
  const Index piece = PanelStager::piece_rows(stored);
  PanelStager stager(stored, piece, stream, threads);
  for (Index first = 0; first < out.rows(); first += piece) {
    const Index count = std::min(piece, out.rows() - first);
    launch_widen<T>(stager.stage(stored.row_block(first, count)), stored.type(), scale,
                    out.row_block(first, count), stream.get());
    stager.release();
  }
}

void refuse_host_memory(const char* primitive) {
  throw InvalidArgument(
      fmt::format("{}: a matrix lies in host memory; copy it to the device first", primitive));
}

template Matrix<float> allocate_matrix(int, Stream&, Index, Index);
template Matrix<double> allocate_matrix(int, Stream&, Index, Index);
template void clear(MatrixView<float>, cudaStream_t);
template void clear(MatrixView<double>, cudaStream_t);
template void copy_matrix(MatrixView<const float>, MatrixView<float>, cudaStream_t);
template void copy_matrix(MatrixView<const double>, MatrixView<double>, cudaStream_t);
template void widen_from_host(const DataView&, double, MatrixView<float>, Stream&, int);
template void widen_from_host(const DataView&, double, MatrixView<double>, Stream&, int);

}  // namespace nonneg::cuda
