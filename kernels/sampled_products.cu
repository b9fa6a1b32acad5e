// SPDX-License-Identifier: Apache-2.0
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

/// A lane's components of P_i and D_i while they are added up, in registers. D may have no rows; no
/// row is -1.
template <class T, int kPerLane>
class LaneSums {
 public:
  __device__ LaneSums(const FactorRows<T>& /*P*/, const FactorRows<T>& /*D*/, Index /*i*/,
                      const LaneComponents& /*own*/) {
#pragma unroll
    for (int u = 0; u < kPerLane; ++u) p_[u] = d_[u] = 0;
  }
  __device__ void add(const Quotient<T>& q, const LaneRow<T, kPerLane>& h,
                      const LaneComponents& /*own*/) {
#pragma unroll
    for (int u = 0; u < kPerLane; ++u) p_[u] += q.numerator * h.at[u];
#pragma unroll
    for (int u = 0; u < kPerLane; ++u) d_[u] += q.denominator * h.at[u];
  }
  __device__ void store(const FactorRows<T>& P, const FactorRows<T>& D, Index i,
                        const LaneComponents& own) const {
    if (i < 0) return;
    store(p_, P.row(i), own);
    if (D.data != nullptr) store(d_, D.row(i), own);
  }

 private:
  __device__ static void store(const T (&sums)[kPerLane], T* row, const LaneComponents& own) {
#pragma unroll
    for (int u = 0; u < kPerLane; ++u) {
      const Index c = own.lane + static_cast<Index>(u) * own.width;
      if (c < own.k) row[c] = sums[u];
    }
  }

  T p_[kPerLane];
  T d_[kPerLane];
};

/// The same of more components than registers hold: they are added up in P_i and D_i themselves.
template <class T>
class LaneSums<T, 0> {
 public:
  __device__ LaneSums(const FactorRows<T>& P, const FactorRows<T>& D, Index i,
                      const LaneComponents& own)
      : P_(P), D_(D), i_(i) {
    for (Index c = own.lane; i >= 0 && c < own.k; c += own.width) {
      P.row(i)[c] = 0;
      if (D.data != nullptr) D.row(i)[c] = 0;
    }
  }
  __device__ void add(const Quotient<T>& q, const LaneRow<T, 0>& h, const LaneComponents& own) {
    for (Index c = own.lane; c < own.k; c += own.width) {
      P_.row(i_)[c] += q.numerator * h.row[c];
      if (D_.data != nullptr) D_.row(i_)[c] += q.denominator * h.row[c];
    }
  }
  __device__ void store(const FactorRows<T>& /*P*/, const FactorRows<T>& /*D*/, Index /*i*/,
                        const LaneComponents& /*own*/) const {}

 private:
  const FactorRows<T>& P_;
  const FactorRows<T>& D_;
  Index i_;
};

/// Calls body(column, Ht's row of it, quotient) for the row's stored entries that count, in order.
/// All lanes of the warp come here, as many times as the longest row has entries.
template <int kPerLane, bool kKullbackLeibler, class T, class Body>
__device__ __forceinline__ void for_each_quotient(const Sampled<T>& given,
                                                  const LaneRow<T, kPerLane>& w, Index first,
                                                  Index count, Index longest,
                                                  const LaneComponents& own, const Body& body) {
  const BetaKind kind = kind_in<kKullbackLeibler>(given.kind);
  for (Index s = 0; s < longest; ++s) {
    const StoredEntry<T> entry(given.A, first, s, count);
    const LaneRow<T, kPerLane> h(given.Ht.row(entry.column), own);
    const T v = sum_of_group(w.dot(h, own), own.width);
    if (!entry.counts()) continue;
    body(entry.column, h, quotient(kind, entry.a, v, entry.weight, given.divergence));
  }
}

template <class T, int kPerLane, bool kKullbackLeibler>
__global__ void __launch_bounds__(kThreads, 2)
    sampled_products(Sampled<T> given, FactorRows<T> P, FactorRows<T> D) {
  for_each_sparse_row(given.A, given.width,
                      [&](Index i, Index first, Index count, Index longest, int lane) {
                        const LaneComponents own{lane, given.width, given.k};
                        const LaneRow<T, kPerLane> w(given.W.row(i >= 0 ? i : 0), own);
                        LaneSums<T, kPerLane> sums(P, D, i, own);
                        for_each_quotient<kPerLane, kKullbackLeibler>(
                            given, w, first, count, longest, own,
                            [&](Index /*column*/, const LaneRow<T, kPerLane>& h,
                                const Quotient<T>& q) { sums.add(q, h, own); });
                        sums.store(P, D, i, own);
                      });
}

template <class T, int kPerLane, bool kKullbackLeibler>
__global__ void __launch_bounds__(kThreads, 2)
    add_sampled_transposed_products(Sampled<T> given, FactorRows<T> P, FactorRows<T> D) {
  for_each_sparse_row(
      given.A, given.width, [&](Index i, Index first, Index count, Index longest, int lane) {
        const LaneComponents own{lane, given.width, given.k};
        const LaneRow<T, kPerLane> w(given.W.row(i >= 0 ? i : 0), own);
        for_each_quotient<kPerLane, kKullbackLeibler>(
            given, w, first, count, longest, own,
            [&](Index column, const LaneRow<T, kPerLane>& /*h*/, const Quotient<T>& q) {
              T* p_row = P.row(column);
              T* d_row = D.data == nullptr ? nullptr : D.row(column);
              w.for_each(own, [&](Index c, T w_c) {
                atomicAdd(p_row + c, q.numerator * w_c);
                if (d_row != nullptr) atomicAdd(d_row + c, q.denominator * w_c);
              });
            });
      });
}

template <class T>
FactorRows<T> factor_rows(MatrixView<T> X) {
  return {X.rows() > 0 ? X.data() : nullptr, X.ld()};
}

/// Calls body(PerLane, KullbackLeibler), both std::integral_constant.
template <class Body>
void with_layout(Index k, BetaKind kind, const Body& body) {
  const auto with_rank = [&]<bool kKullbackLeibler>(std::bool_constant<kKullbackLeibler> known) {
    if (k <= kWarp) return body(std::integral_constant<int, 1>{}, known);
    if (k <= 4 * kWarp) return body(std::integral_constant<int, 4>{}, known);
    return body(std::integral_constant<int, 0>{}, known);
  };
  if (kind == BetaKind::kullback_leibler) return with_rank(std::true_type{});
  return with_rank(std::false_type{});
}

/// Launches kernel_of(PerLane, KullbackLeibler) over A's rows.
template <class T, class KernelOf>
void launch(const char* name, const SparseRows<T>& A, MatrixView<const T> W, MatrixView<const T> Ht,
            const Divergence<T>& divergence, MatrixView<T> P, MatrixView<T> D, cudaStream_t stream,
            const KernelOf& kernel_of) {
  const SparseLaunch launch = sparse_launch(A.rows, W.cols());
  const BetaKind kind = beta_kind(divergence.beta);
  const Sampled<T> sampled{A,    factor_rows(W), factor_rows(Ht), W.cols(),
                           kind, divergence,     launch.width};
  with_layout(W.cols(), kind, [&](auto per_lane, auto known) {
    const auto kernel = kernel_of(per_lane, known);
    launch_kernel(name, {launch.blocks, kThreads, stream}, kernel, sampled, factor_rows(P),
                  factor_rows(D));
  });
}

}  // namespace

template <class T>
void launch_sampled_products(const SparseRows<T>& A, MatrixView<const T> W, MatrixView<const T> Ht,
                             const Divergence<T>& divergence, MatrixView<T> P, MatrixView<T> D,
                             cudaStream_t stream) {
  if (W.empty()) return;
  launch("sampled_products", A, W, Ht, divergence, P, D, stream, [](auto per_lane, auto known) {
    return &sampled_products<T, per_lane.value, known.value>;
  });
}

template <class T>
void launch_add_sampled_transposed_products(const SparseRows<T>& A, MatrixView<const T> W,
                                            MatrixView<const T> Ht, const Divergence<T>& divergence,
                                            MatrixView<T> P, MatrixView<T> D, cudaStream_t stream) {
  if (W.empty() || A.entries == 0) return;
  launch("add_sampled_transposed_products", A, W, Ht, divergence, P, D, stream,
         [](auto per_lane, auto known) {
           return &add_sampled_transposed_products<T, per_lane.value, known.value>;
         });
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
