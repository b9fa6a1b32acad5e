// SPDX-License-Identifier: Apache-2.0
// A row's stored entries are taken one after the other; the k components of a factor's row are some
// vectors each, whose number the compiler knows for k < 72.
#include "cpu/sparse_product.hpp"

#include <algorithm>
#include <type_traits>
#include <vector>

#include "cpu/divergence.hpp"
#include "formulas/at_least.hpp"
#include "formulas/beta_divergence.hpp"

namespace nonneg::cpu {

namespace {

/// How many components there are: `kWhole` are so many vectors that the compiler knows, and with
/// kRest some are left, fewer than 8 where there are vectors.
template <int Whole, bool Rest>
struct Components {
  static constexpr int kWhole = Whole;
  static constexpr bool kRest = Rest;
};

/// Calls body(Components<…>{}) for k.
template <class Body>
void with_components(Index k, const Body& body) {
  const auto with = [&]<int Whole>(std::integral_constant<int, Whole>) {
    if (k == Whole) {
      body(Components<Whole, false>{});
    } else {
      body(Components<Whole, true>{});
    }
  };
  switch (k / 8) {
    case 1:
      return with(std::integral_constant<int, 8>{});
    case 2:
      return with(std::integral_constant<int, 16>{});
    case 3:
      return with(std::integral_constant<int, 24>{});
    case 4:
      return with(std::integral_constant<int, 32>{});
    case 5:
      return with(std::integral_constant<int, 40>{});
    case 6:
      return with(std::integral_constant<int, 48>{});
    case 7:
      return with(std::integral_constant<int, 56>{});
    case 8:
      return with(std::integral_constant<int, 64>{});
    default:
      return body(Components<0, true>{});
  }
}

/// Calls body(first, count) for the components that are left of k: four are worth a vector of their
/// own. `count` is a constant where the compiler is to know it.
template <class K, class Body>
void for_the_rest(Index k, const Body& body) {
  if constexpr (K::kRest) {
    Index first = K::kWhole;
    if (K::kWhole == 0 && k >= 8) {
      body(first, k);
      return;
    }
    if (k - first >= 4) {
      body(first, std::integral_constant<Index, 4>{});
      first += 4;
    }
    for (; first < k; ++first) body(first, std::integral_constant<Index, 1>{});
  }
}

/// Multiplied and added up in Sum.
template <class K, class Sum, class T>
Sum inner_product(const T* __restrict x, const T* __restrict y, Index k) {
  const auto product = [&](Index c) { return static_cast<Sum>(x[c]) * static_cast<Sum>(y[c]); };
  Sum sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int c = 0; c < K::kWhole; ++c) sum += product(c);
  for_the_rest<K>(k, [&](Index first, auto count) {
    Sum rest = 0;
#pragma omp simd reduction(+ : rest)
    for (Index c = first; c < first + count; ++c) rest += product(c);
    sum += rest;
  });
  return sum;
}

/// out += factor·x.
template <class K, class T>
void add_scaled(const T* __restrict x, T factor, Index k, T* __restrict out) {
#pragma omp simd
  for (int c = 0; c < K::kWhole; ++c) out[c] += factor * x[c];
  for_the_rest<K>(k, [&](Index first, auto count) {
#pragma omp simd
    for (Index c = first; c < first + count; ++c) out[c] += factor * x[c];
  });
}

/// Calls body(i, e): entry e of the arrays is one of row i.
template <class T, class Body>
void for_each_entry(const SparseRows<T>& A, const Body& body) {
  for (Index i = 0; i < A.rows; ++i) {
    const Index last = A.row_offsets[i + 1] - A.base;
    for (Index e = A.row_offsets[i] - A.base; e < last; ++e) body(i, e);
  }
}

/// The quotient of one stored entry that counts.
template <class T>
Quotient<T> quotient(BetaKind kind, T a, T v, T weight, const Divergence<T>& divergence) {
  v = at_least(v, divergence.least);
  const T power = model_power<ScalarPowers<T>>(kind, v, divergence.beta);
  return {weight * model_quotient(kind, a, v, power), weight * power};
}

/// Calls add(K, i, j, quotient) for each stored entry that counts, with K the Components.
template <class T, class Add>
void for_each_quotient(const SparseRows<T>& A, MatrixView<const T> W, MatrixView<const T> Ht,
                       const Divergence<T>& divergence, const Add& add) {
  const auto with_kind_of_beta = [&]<class K>(K components, auto kind) {
    for_each_entry(A, [&](Index i, Index e) {
      const T weight = A.weights == nullptr ? T{1} : A.weights[e];
      if (weight == T{0}) return;
      const Index j = A.columns[e];
      const T v = inner_product<K, T>(W.row(i), Ht.row(j), W.cols());
      add(components, i, j, quotient<T>(kind, A.values[e], v, weight, divergence));
    });
  };
  with_components(W.cols(), [&](auto components) {
    // An entry's quotient of Kullback-Leibler takes less time than a look at the kind would.
    const BetaKind kind = beta_kind(divergence.beta);
    if (kind == BetaKind::kullback_leibler) {
      with_kind_of_beta(components, std::integral_constant<BetaKind, BetaKind::kullback_leibler>{});
    } else {
      with_kind_of_beta(components, kind);
    }
  });
}

/// Σ body(first, model) over the rows, the first of whose entries it is; their model is in Model.
template <class Model, class T, class Body>
double sum_over_rows(const SparseRows<T>& A, MatrixView<const T> W, MatrixView<const T> Ht,
                     const Body& body) {
  double sum = 0;
  std::vector<Model> model;
  with_components(W.cols(), [&]<class K>(K) {
    for (Index i = 0; i < A.rows; ++i) {
      const Index first = A.row_offsets[i] - A.base;
      const Index count = A.row_offsets[i + 1] - A.base - first;
      model.resize(static_cast<std::size_t>(count));
      for (Index e = 0; e < count; ++e) {
        model[static_cast<std::size_t>(e)] =
            inner_product<K, Model>(W.row(i), Ht.row(A.columns[first + e]), W.cols());
      }
      sum += body(first, model);
    }
  });
  return sum;
}

template <class T>
const T* weights_at(const SparseRows<T>& A, Index first) {
  return A.weights == nullptr ? nullptr : A.weights + first;
}

template <class T>
void set_zero(MatrixView<T> X) {
  for (Index i = 0; i < X.rows(); ++i) std::fill_n(X.row(i), X.cols(), T{0});
}

}  // namespace

template <class T>
void sparse_multiply(const SparseRows<T>& A, MatrixView<const T> B, MatrixView<T> C) {
  set_zero(C);
  with_components(B.cols(), [&]<class K>(K) {
    for_each_entry(A, [&](Index i, Index e) {
      add_scaled<K>(B.row(A.columns[e]), A.values[e], B.cols(), C.row(i));
    });
  });
}

template <class T>
void add_sparse_transposed_product(const SparseRows<T>& A, MatrixView<const T> B, MatrixView<T> C) {
  with_components(B.cols(), [&]<class K>(K) {
    for_each_entry(A, [&](Index i, Index e) {
      add_scaled<K>(B.row(i), A.values[e], B.cols(), C.row(A.columns[e]));
    });
  });
}

template <class T>
void sampled_products(const SparseRows<T>& A, MatrixView<const T> W, MatrixView<const T> Ht,
                      const Divergence<T>& divergence, MatrixView<T> P, MatrixView<T> D) {
  set_zero(P);
  set_zero(D);
  const Index k = W.cols();
  const bool denominators = D.rows() > 0;
  for_each_quotient(A, W, Ht, divergence, [&]<class K>(K, Index i, Index j, const Quotient<T>& q) {
    add_scaled<K>(Ht.row(j), q.numerator, k, P.row(i));
    if (denominators) add_scaled<K>(Ht.row(j), q.denominator, k, D.row(i));
  });
}

template <class T>
void add_sampled_transposed_products(const SparseRows<T>& A, MatrixView<const T> W,
                                     MatrixView<const T> Ht, const Divergence<T>& divergence,
                                     MatrixView<T> P, MatrixView<T> D) {
  const Index k = W.cols();
  const bool denominators = D.rows() > 0;
  for_each_quotient(A, W, Ht, divergence, [&]<class K>(K, Index i, Index j, const Quotient<T>& q) {
    add_scaled<K>(W.row(i), q.numerator, k, P.row(j));
    if (denominators) add_scaled<K>(W.row(i), q.denominator, k, D.row(j));
  });
}

template <class T>
double sampled_divergence(const SparseRows<T>& A, MatrixView<const T> W, MatrixView<const T> Ht,
                          const Divergence<T>& divergence, bool zeros_observed) {
  if (zeros_observed) {
    return sum_over_rows<double>(A, W, Ht, [&](Index first, const std::vector<double>& model) {
      return divergence_beyond_zeros<T>(A.values + first, model.data(), weights_at(A, first),
                                        static_cast<Index>(model.size()), divergence);
    });
  }
  return sum_over_rows<T>(A, W, Ht, [&](Index first, const std::vector<T>& model) {
    return divergence_of<T>(A.values + first, model.data(), weights_at(A, first),
                            static_cast<Index>(model.size()), divergence);
  });
}

#define NONNEG_INSTANTIATE(T)                                                                    \
  template void sparse_multiply(const SparseRows<T>&, MatrixView<const T>, MatrixView<T>);       \
  template void add_sparse_transposed_product(const SparseRows<T>&, MatrixView<const T>,         \
                                              MatrixView<T>);                                    \
  template void sampled_products(const SparseRows<T>&, MatrixView<const T>, MatrixView<const T>, \
                                 const Divergence<T>&, MatrixView<T>, MatrixView<T>);            \
  template void add_sampled_transposed_products(const SparseRows<T>&, MatrixView<const T>,       \
                                                MatrixView<const T>, const Divergence<T>&,       \
                                                MatrixView<T>, MatrixView<T>);                   \
  template double sampled_divergence(const SparseRows<T>&, MatrixView<const T>,                  \
                                     MatrixView<const T>, const Divergence<T>&, bool);
NONNEG_INSTANTIATE(float)
NONNEG_INSTANTIATE(double)
#undef NONNEG_INSTANTIATE

}  // namespace nonneg::cpu
