// SPDX-License-Identifier: Apache-2.0
/// Matrices in device memory: made, cleared, copied, and widened from the host.
#pragma once

#include <cuda_runtime_api.h>

#include "cuda/stream.hpp"
#include "nonneg/data_view.hpp"
#include "nonneg/matrix.hpp"

namespace nonneg::cuda {

/// Uninitialised rows × cols of the current device's memory, which is `device`. Waits for the work
/// of `stream`, which must outlive it, before it is given back. Throws InvalidArgument for a
/// negative size, OutOfMemory.
template <class E>
Matrix<E> allocate_matrix(int device, Stream& stream, Index rows, Index cols);

/// Queues a copy of `rows` rows of `width` bytes each, `to_pitch` and `from_pitch` bytes apart,
/// which may be more than the 2 GiB that one call of CUDA's takes.
void copy_rows(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch,
               std::size_t width, std::size_t rows, cudaMemcpyKind kind, cudaStream_t stream,
               const char* doing);

/// Queues zeros into `rows` rows of `width` bytes each, `pitch` bytes apart, which may be more than
/// that as well.
void clear_rows(void* to, std::size_t pitch, std::size_t width, std::size_t rows,
                cudaStream_t stream, const char* doing);

/// Queues X = 0, X in device memory.
template <class T>
void clear(MatrixView<T> X, cudaStream_t stream);

/// Queues to = from, which are of one shape. Either side may lie on the host, and then must stay as
/// it is until the stream has come so far.
template <class T>
void copy_matrix(MatrixView<const T> from, MatrixView<T> to, cudaStream_t stream);

/// out = scale · stored, which lies on the host and is packed by up to `threads` threads. Takes and
/// gives back staging memory, and waits for its use: sources do better in a sweep.
template <class T>
void widen_from_host(const DataView& stored, double scale, MatrixView<T> out, Stream& stream,
                     int threads);

/// Throws InvalidArgument that names the primitive.
[[noreturn]] void refuse_host_memory(const char* primitive);

/// Refuses what lies on the host, where a kernel would read or write some other memory.
template <class... Views>
void require_on_device(const char* primitive, const Views&... views) {
  if (!(... && (views.space() == MemorySpace::device))) refuse_host_memory(primitive);
}

}  // namespace nonneg::cuda
