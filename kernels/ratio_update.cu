// F ← max(floor, F ⊙ P ⊘ (D + l1 + l2·F)), with D = F·G from a product before.
//
// Threads: neighbouring threads take neighbouring 16 bytes of a row where all rows are aligned to
// that, else neighbouring entries; matrices without gaps are taken as one row. Reads F, P and D
// once and writes F once: 4·rows·k entries; bound by memory. NaN passes through.
#include "kernels/ratio.cuh"
#include "kernels/ratio_update.hpp"

namespace nonneg::cuda {

namespace {

/// Entries that one access moves.
template <class T, int Count>
struct alignas(Count * sizeof(T)) Pack {
  T at[Count];
};

template <class T, int Count>
__global__ void __launch_bounds__(kThreads)
    ratio_update(T* F, Index ldf, const T* P, Index ldp, const T* D, Index ldd, Index rows,
                 Index packs, RowUpdate<T> update) {
  using Entries = Pack<T, Count>;
  for (Index i = blockIdx.y; i < rows; i += gridDim.y) {
    auto* f_row = reinterpret_cast<Entries*>(F + i * ldf);
    const auto* p_row = reinterpret_cast<const Entries*>(P + i * ldp);
    const auto* d_row = reinterpret_cast<const Entries*>(D + i * ldd);
#pragma unroll 1  // unrolled, it spills on sm_80
    for (Index j = grid_thread(); j < packs; j += grid_threads()) {
      Entries f = f_row[j];
      const Entries p = p_row[j];
      const Entries d = d_row[j];
#pragma unroll
      for (int e = 0; e < Count; ++e) f.at[e] = ratio_updated(f.at[e], p.at[e], d.at[e], update);
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

}  // namespace

template <class T>
void launch_ratio_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> D,
                         const RowUpdate<T>& update, cudaStream_t stream) {
  if (F.empty()) return;
  constexpr int kPack = 16 / sizeof(T);
  const bool one_span = F.contiguous() && P.contiguous() && D.contiguous();
  const Index rows = one_span ? 1 : F.rows();
  const Index cols = one_span ? F.rows() * F.cols() : F.cols();
  // The step from one row to the next; of a single row there is none.
  const auto step = [one_span](Index ld) { return one_span ? Index{kPack} : ld; };
  const bool packed = cols % kPack == 0 && aligned<T>(F.data(), step(F.ld())) &&
                      aligned<T>(P.data(), step(P.ld())) && aligned<T>(D.data(), step(D.ld()));
  const Index packs = packed ? cols / kPack : cols;
  const dim3 grid(grid_size(packs, Index{4} * kThreads, 1 << 16), grid_size(rows, 1, 1 << 14));
  if (packed) {
    ratio_update<T, kPack><<<grid, kThreads, 0, stream>>>(F.data(), F.ld(), P.data(), P.ld(),
                                                          D.data(), D.ld(), rows, packs, update);
  } else {
    ratio_update<T, 1><<<grid, kThreads, 0, stream>>>(F.data(), F.ld(), P.data(), P.ld(), D.data(),
                                                      D.ld(), rows, packs, update);
  }
  check_launch("ratio_update");
}

template void launch_ratio_update(MatrixView<float>, MatrixView<const float>,
                                  MatrixView<const float>, const RowUpdate<float>&, cudaStream_t);
template void launch_ratio_update(MatrixView<double>, MatrixView<const double>,
                                  MatrixView<const double>, const RowUpdate<double>&, cudaStream_t);

}  // namespace nonneg::cuda
