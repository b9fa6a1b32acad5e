// SPDX-License-Identifier: Apache-2.0
// F ← max(floor, F ⊙ (P ⊘ (D + l1 + l2·F))^exponent), with D from products before, or one row of
// sums for all of F's.
//
// Threads: neighbouring threads take neighbouring 16 bytes of a row where all rows are aligned to
// that, else neighbouring entries; a block takes as many rows as it has threads for. Matrices
// without gaps are taken as one row, unless rows have floors of their own. Reads F, P and D once
// and writes F once: 4·rows·k entries, 3·rows·k where D is one row; bound by memory. NaN passes
// through.
#include "kernels/beta.cuh"
#include "kernels/launch.cuh"
#include "kernels/ratio_update.hpp"

namespace nonneg::cuda {

namespace {

/// Entries that one access moves.
template <class T, int Count>
struct alignas(Count * sizeof(T)) Pack {
  T at[Count];
};

/// Kinds of exponents are told apart when compiled: the usual one costs nothing.
template <class T, int Count, ExponentKind kExponent>
__global__ void __launch_bounds__(kThreads)
    ratio_update(T* F, Index ldf, const T* P, Index ldp, const T* D, Index ldd, Index rows,
                 Index packs, T exponent, RowUpdate<T> update, const T* floors, Index ldfloors) {
  using Entries = Pack<T, Count>;
  const Index row_step = static_cast<Index>(gridDim.y) * blockDim.y;
  for (Index i = static_cast<Index>(blockIdx.y) * blockDim.y + threadIdx.y; i < rows;
       i += row_step) {
    auto* f_row = reinterpret_cast<Entries*>(F + i * ldf);
    const auto* p_row = reinterpret_cast<const Entries*>(P + i * ldp);
    const auto* d_row = reinterpret_cast<const Entries*>(D + i * ldd);
    if (floors != nullptr) update.floor = floors[i * ldfloors];
#pragma unroll 1  // unrolled, it spills on sm_80
    for (Index j = grid_thread(); j < packs; j += grid_threads()) {
      Entries f = f_row[j];
      const Entries p = p_row[j];
      const Entries d = d_row[j];
#pragma unroll
      for (int e = 0; e < Count; ++e) {
        f.at[e] = ratio_step(f.at[e], p.at[e], d.at[e], update, [exponent](T ratio) {
          return ratio_power<DevicePowers<T>>(kExponent, ratio, exponent);
        });
      }
      f_row[j] = f;
    }
  }
}

/// True where every row begins at a multiple of 16 bytes.
template <class T>
bool aligned(const T* data, Index ld) {
  constexpr Index kBytes = 16;
  return reinterpret_cast<std::uintptr_t>(data) % kBytes == 0 &&
         ld * static_cast<Index>(sizeof(T)) % kBytes == 0;
}

/// One row of `cols` or `rows` of them, each F's; D's step is 0 where one row serves all.
template <class T, ExponentKind kExponent>
void launch(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> D, T exponent,
            const RowUpdate<T>& update, MatrixView<const T> floors, cudaStream_t stream) {
  constexpr int kPack = 16 / sizeof(T);
  const T* own_floors = floors.rows() > 0 ? floors.data() : nullptr;
  const bool one_span = F.contiguous() && P.contiguous() && D.contiguous() &&
                        D.rows() == F.rows() && own_floors == nullptr;
  const Index rows = one_span ? 1 : F.rows();
  const Index cols = one_span ? F.rows() * F.cols() : F.cols();
  const Index ldd = D.rows() == 1 ? 0 : D.ld();
  // The step from one row to the next; of a single row there is none.
  const auto step = [one_span](Index ld) { return one_span ? Index{kPack} : ld; };
  const bool packed = cols % kPack == 0 && aligned<T>(F.data(), step(F.ld())) &&
                      aligned<T>(P.data(), step(P.ld())) && aligned<T>(D.data(), step(ldd));
  const Index packs = packed ? cols / kPack : cols;
  int width = 1;
  while (width < kThreads && width < packs) width *= 2;
  const dim3 block(width, kThreads / width);
  const dim3 grid = busy_grid(packs, Index{4} * width, rows, block.y);
  const auto kernel = packed ? ratio_update<T, kPack, kExponent> : ratio_update<T, 1, kExponent>;
  launch_kernel("ratio_update", {grid, block, stream}, kernel, F.data(), F.ld(), P.data(), P.ld(),
                D.data(), ldd, rows, packs, exponent, update, own_floors, floors.ld());
}

}  // namespace

template <class T>
void launch_ratio_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> D, T exponent,
                         const RowUpdate<T>& update, MatrixView<const T> floors,
                         cudaStream_t stream) {
  if (F.empty()) return;
  switch (exponent_kind(exponent)) {
    case ExponentKind::one:
      return launch<T, ExponentKind::one>(F, P, D, exponent, update, floors, stream);
    case ExponentKind::half:
      return launch<T, ExponentKind::half>(F, P, D, exponent, update, floors, stream);
    case ExponentKind::any:
      return launch<T, ExponentKind::any>(F, P, D, exponent, update, floors, stream);
  }
}

template void launch_ratio_update(MatrixView<float>, MatrixView<const float>,
                                  MatrixView<const float>, float, const RowUpdate<float>&,
                                  MatrixView<const float>, cudaStream_t);
template void launch_ratio_update(MatrixView<double>, MatrixView<const double>,
                                  MatrixView<const double>, double, const RowUpdate<double>&,
                                  MatrixView<const double>, cudaStream_t);

}  // namespace nonneg::cuda
