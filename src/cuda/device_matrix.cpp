// SPDX-License-Identifier: Apache-2.0
#include "cuda/device_matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
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

template <class T>
void clear(MatrixView<T> X, cudaStream_t stream) {
  if (X.empty()) return;
  const cudaError_t status =
      X.contiguous() ? cudaMemsetAsync(X.data(), 0, bytes_of<T>(X.rows() * X.cols()), stream)
                     : cudaMemset2DAsync(X.data(), bytes_of<T>(X.ld()), 0, bytes_of<T>(X.cols()),
                                         static_cast<std::size_t>(X.rows()), stream);
  check(status, "cudaMemset2DAsync", "set_zero");
}

template <class T>
void copy_matrix(MatrixView<const T> from, MatrixView<T> to, cudaStream_t stream) {
  if (from.empty()) return;
  const cudaMemcpyKind kind = copy_kind(from.space(), to.space());
  if (from.contiguous() && to.contiguous()) {
    check(cudaMemcpyAsync(to.data(), from.data(), bytes_of<T>(from.rows() * from.cols()), kind,
                          stream),
          "cudaMemcpyAsync", "copy");
  } else {
    check(cudaMemcpy2DAsync(to.data(), bytes_of<T>(to.ld()), from.data(), bytes_of<T>(from.ld()),
                            bytes_of<T>(from.cols()), static_cast<std::size_t>(from.rows()), kind,
                            stream),
          "cudaMemcpy2DAsync", "copy");
  }
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
