// SPDX-License-Identifier: Apache-2.0
// out(i, j) = scale · stored(i, j), from any stored type to the compute type.
//
// Threads: each takes packs of neighbouring entries, as many as make 16 bytes of the wider type;
// where `out` has gaps or starts off its alignment, single entries. Reads each stored entry and
// writes each widened one once; bound by memory. NaN and infinities keep their meaning, as do
// subnormal numbers: the product is taken in double.
#include "data/widen.hpp"
#include "kernels/launch.cuh"
#include "kernels/widen.hpp"

namespace nonneg::cuda {

namespace {

template <class E, int kCount>
struct alignas(sizeof(E) * kCount) Pack {
  E entry[kCount];
};

template <class T, class E, int kCount>
__global__ void widen_packs(const E* stored, double scale, T* out, Index packs) {
  const auto* from = reinterpret_cast<const Pack<E, kCount>*>(stored);
  auto* to = reinterpret_cast<Pack<T, kCount>*>(out);
  for (Index p = grid_thread(); p < packs; p += grid_threads()) {
    const Pack<E, kCount> in = from[p];
    Pack<T, kCount> result;
#pragma unroll
    for (int e = 0; e < kCount; ++e) result.entry[e] = widened<T>(in.entry[e], scale);
    to[p] = result;
  }
}

template <class T, class E>
__global__ void widen_rows(const E* stored, double scale, T* out, Index ld, Index rows,
                           Index cols) {
  for (Index i = blockIdx.y; i < rows; i += gridDim.y) {
    for (Index j = grid_thread(); j < cols; j += grid_threads()) {
      out[i * ld + j] = widened<T>(stored[i * cols + j], scale);
    }
  }
}

template <class X>
bool aligned(const X* pointer, std::size_t bytes) {
  return reinterpret_cast<std::uintptr_t>(pointer) % bytes == 0;
}

template <class T, class E>
void widen_as(const E* stored, double scale, MatrixView<T> out, cudaStream_t stream) {
  constexpr int kCount = static_cast<int>(16 / std::max(sizeof(T), sizeof(E)));
  const Index entries = out.rows() * out.cols();
  Index done = 0;
  if (out.contiguous() && aligned(stored, sizeof(E) * kCount) &&
      aligned(out.data(), sizeof(T) * kCount)) {
    const Index packs = entries / kCount;
    if (packs > 0) {
      launch_kernel("widen_packs", {busy_grid(packs, kThreads), kThreads, stream},
                    widen_packs<T, E, kCount>, stored, scale, out.data(), packs);
    }
    done = packs * kCount;
    if (done == entries) return;
  }
  // The packs' remainder as one short row, or all rows.
  const bool rest = done > 0;
  const Index rows = rest ? 1 : out.rows();
  const Index cols = rest ? entries - done : out.cols();
  const dim3 grid = busy_grid(cols, kThreads, rows, 1);
  launch_kernel("widen_rows", {grid, kThreads, stream}, widen_rows<T, E>, stored + done, scale,
                out.data() + done, out.ld(), rows, cols);
}

}  // namespace

template <class T>
void launch_widen(const void* stored, ElementType type, double scale, MatrixView<T> out,
                  cudaStream_t stream) {
  if (out.empty()) return;
  with_element_type(type, [&]<class E>(const E*) {
    widen_as<T, E>(static_cast<const E*>(stored), scale, out, stream);
  });
}

template void launch_widen(const void*, ElementType, double, MatrixView<float>, cudaStream_t);
template void launch_widen(const void*, ElementType, double, MatrixView<double>, cudaStream_t);

}  // namespace nonneg::cuda
