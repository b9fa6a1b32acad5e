// For the stored entries (i, j) of sparse rows, with v = Σ_c W(i, c)·Ht(j, c) and the quotients
// q = weight·a·v^(β−2), d = weight·v^(β−1):
//   sampled products             P_i = Σ q·Ht_j, D_i = Σ d·Ht_j
//   their transposes             P_j += Σ q·W_i, D_j += Σ d·W_i, by atomic additions
//
// Threads: as kernels/sparse_rows.cuh lays them out. Up to 128 components a lane keeps its own of
// W_i and of the sums in registers; above, they are read from memory and the sums added to there,
// by the same lane each time. Reads each entry of A once and a row of Ht for it, which stays in the
// cache for small n·k; nothing but the products is written. Bound by the reads of Ht. An entry that
// is NaN or of weight 0 has no share; NaN in the factors passes through.
#include "kernels/sampled_products.hpp"
#include "kernels/sampled_rows.cuh"

namespace nonneg::cuda {

namespace {

/// β as the compiler knows it for Kullback-Leibler, else as it was handed in.
template <bool kKullbackLeibler>
__device__ BetaKind kind_in(BetaKind given) {
  return kKullbackLeibler ? BetaKind::kullback_leibler : given;
}

template <class T, int kPerLane, bool kKullbackLeibler>
__global__ void __launch_bounds__(kThreads, 2)
    sampled_products(Sampled<T> given, FactorRows<T> P, FactorRows<T> D) {
  const BetaKind kind = kind_in<kKullbackLeibler>(given.kind);
  const int width = given.width;
  const Index k = given.k;
  for_each_sparse_row(
      given.A, width, [&](Index i, Index first, Index count, Index longest, int lane) {
        const bool inside = i >= 0;
        const T* w_row = given.W.row(inside ? i : 0);
        if constexpr (kPerLane > 0) {
          LaneRow<T, kPerLane> w;
          LaneRow<T, kPerLane> p;
          LaneRow<T, kPerLane> d;
          w.load(w_row, lane, width, k);
          p.clear();
          d.clear();
          for (Index s = 0; s < longest; ++s) {
            const StoredEntry<T> entry(given.A, first, s, count);
            LaneRow<T, kPerLane> h;
            h.load(given.Ht.row(entry.column), lane, width, k);
            const T v = sum_of_group(w.dot(h), width);
            if (!entry.counts()) continue;
            const Quotient<T> q = quotient(kind, entry.a, v, entry.weight, given.divergence);
            p.add_scaled(q.numerator, h);
            d.add_scaled(q.denominator, h);
          }
          if (!inside) return;
          p.store(P.row(i), lane, width, k);
          if (D.data != nullptr) d.store(D.row(i), lane, width, k);
        } else {
          for (Index c = lane; inside && c < k; c += width) {
            P.row(i)[c] = 0;
            if (D.data != nullptr) D.row(i)[c] = 0;
          }
          for (Index s = 0; s < longest; ++s) {
            const StoredEntry<T> entry(given.A, first, s, count);
            const T* h_row = given.Ht.row(entry.column);
            const T v = sum_of_group(lane_dot(w_row, h_row, lane, width, k), width);
            if (!entry.counts()) continue;
            const Quotient<T> q = quotient(kind, entry.a, v, entry.weight, given.divergence);
            for (Index c = lane; c < k; c += width) {
              P.row(i)[c] += q.numerator * h_row[c];
              if (D.data != nullptr) D.row(i)[c] += q.denominator * h_row[c];
            }
          }
        }
      });
}

template <class T, int kPerLane, bool kKullbackLeibler>
__global__ void __launch_bounds__(kThreads, 2)
    add_sampled_transposed_products(Sampled<T> given, FactorRows<T> P, FactorRows<T> D) {
  const BetaKind kind = kind_in<kKullbackLeibler>(given.kind);
  const int width = given.width;
  const Index k = given.k;
  for_each_sparse_row(
      given.A, width, [&](Index i, Index first, Index count, Index longest, int lane) {
        const T* w_row = given.W.row(i >= 0 ? i : 0);
        LaneRow<T, (kPerLane > 0 ? kPerLane : 1)> w;
        if constexpr (kPerLane > 0) w.load(w_row, lane, width, k);
        for (Index s = 0; s < longest; ++s) {
          const StoredEntry<T> entry(given.A, first, s, count);
          const T* h_row = given.Ht.row(entry.column);
          T share;
          if constexpr (kPerLane > 0) {
            LaneRow<T, kPerLane> h;
            h.load(h_row, lane, width, k);
            share = w.dot(h);
          } else {
            share = lane_dot(w_row, h_row, lane, width, k);
          }
          const T v = sum_of_group(share, width);
          if (!entry.counts()) continue;
          const Quotient<T> q = quotient(kind, entry.a, v, entry.weight, given.divergence);
          T* p_row = P.row(entry.column);
          T* d_row = D.data == nullptr ? nullptr : D.row(entry.column);
          const auto add = [&](Index c, T w_c) {
            atomicAdd(p_row + c, q.numerator * w_c);
            if (d_row != nullptr) atomicAdd(d_row + c, q.denominator * w_c);
          };
          if constexpr (kPerLane > 0) {
#pragma unroll
            for (int u = 0; u < kPerLane; ++u) {
              const Index c = lane + static_cast<Index>(u) * width;
              if (c < k) add(c, w.at[u]);
            }
          } else {
            for (Index c = lane; c < k; c += width) add(c, w_row[c]);
          }
        }
      });
}

/// Calls body(PerLane, KullbackLeibler), both std::integral_constant.
template <class T, class Body>
void with_layout(Index k, T beta, const Body& body) {
  const auto with_rank = [&]<bool kKullbackLeibler>(std::bool_constant<kKullbackLeibler> known) {
    if (k <= kWarp) return body(std::integral_constant<int, 1>{}, known);
    if (k <= 4 * kWarp) return body(std::integral_constant<int, 4>{}, known);
    return body(std::integral_constant<int, 0>{}, known);
  };
  if (kind_of(beta) == BetaKind::kullback_leibler) return with_rank(std::true_type{});
  return with_rank(std::false_type{});
}

template <class T>
FactorRows<T> factor_rows(MatrixView<T> X) {
  return {X.rows() > 0 ? X.data() : nullptr, X.ld()};
}

}  // namespace

template <class T>
void launch_sampled_products(const SparseRows<T>& A, MatrixView<const T> W, MatrixView<const T> Ht,
                             const Divergence<T>& divergence, MatrixView<T> P, MatrixView<T> D,
                             cudaStream_t stream) {
  if (W.empty()) return;
  const SparseLaunch launch = sparse_launch(A.rows, W.cols(), kMaxSparseBlocks);
  const Sampled<T> sampled{A,           factor_rows(W),           factor_rows(Ht),
                           W.cols(),    kind_of(divergence.beta), divergence,
                           launch.width};
  with_layout(W.cols(), divergence.beta, [&](auto per_lane, auto known) {
    sampled_products<T, per_lane.value, known.value>
        <<<launch.blocks, kThreads, 0, stream>>>(sampled, factor_rows(P), factor_rows(D));
  });
  check_launch("sampled_products");
}

template <class T>
void launch_add_sampled_transposed_products(const SparseRows<T>& A, MatrixView<const T> W,
                                            MatrixView<const T> Ht, const Divergence<T>& divergence,
                                            MatrixView<T> P, MatrixView<T> D, cudaStream_t stream) {
  if (W.empty() || A.entries == 0) return;
  const SparseLaunch launch = sparse_launch(A.rows, W.cols(), kMaxSparseBlocks);
  const Sampled<T> sampled{A,           factor_rows(W),           factor_rows(Ht),
                           W.cols(),    kind_of(divergence.beta), divergence,
                           launch.width};
  with_layout(W.cols(), divergence.beta, [&](auto per_lane, auto known) {
    add_sampled_transposed_products<T, per_lane.value, known.value>
        <<<launch.blocks, kThreads, 0, stream>>>(sampled, factor_rows(P), factor_rows(D));
  });
  check_launch("add_sampled_transposed_products");
}

#define NONNEG_INSTANTIATE(T)                                                                     \
  template void launch_sampled_products(const SparseRows<T>&, MatrixView<const T>,                \
                                        MatrixView<const T>, const Divergence<T>&, MatrixView<T>, \
                                        MatrixView<T>, cudaStream_t);                             \
  template void launch_add_sampled_transposed_products(                                           \
      const SparseRows<T>&, MatrixView<const T>, MatrixView<const T>, const Divergence<T>&,       \
      MatrixView<T>, MatrixView<T>, cudaStream_t);
NONNEG_INSTANTIATE(float)
NONNEG_INSTANTIATE(double)
#undef NONNEG_INSTANTIATE

}  // namespace nonneg::cuda
