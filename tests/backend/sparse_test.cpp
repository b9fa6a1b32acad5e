// SPDX-License-Identifier: Apache-2.0
// The primitives on stored entries against naive loops.
#include <cstring>

#include "backend/beta_cases.hpp"

namespace nonneg::test {
namespace {

/// Sparse rows in a backend's memory, which must outlive them: what is not NaN is stored.
template <class T>
class SparseOperand {
 public:
  SparseOperand(Backend<T>& backend, const Dense& A, const Dense* weights = nullptr,
                Index base = 0) {
    std::vector<Index> offsets{base};
    std::vector<std::int32_t> columns;
    std::vector<T> values;
    std::vector<T> own_weights;
    for (Index i = 0; i < A.rows; ++i) {
      for (Index j = 0; j < A.cols; ++j) {
        if (std::isnan(A(i, j))) continue;
        columns.push_back(static_cast<std::int32_t>(j));
        values.push_back(static_cast<T>(A(i, j)));
        if (weights != nullptr) own_weights.push_back(static_cast<T>((*weights)(i, j)));
      }
      offsets.push_back(base + static_cast<Index>(columns.size()));
    }
    rows_.row_offsets = put(backend, offsets);
    rows_.base = base;
    rows_.columns = put(backend, columns);
    rows_.values = put(backend, values);
    if (weights != nullptr) rows_.weights = put(backend, own_weights);
    rows_.rows = A.rows;
    rows_.cols = A.cols;
    rows_.entries = static_cast<Index>(values.size());
  }

  const SparseRows<T>& rows() const { return rows_; }

 private:
  /// A copy of the array, in memory for entries of T.
  template <class E>
  const E* put(Backend<T>& backend, const std::vector<E>& array) {
    const std::size_t bytes = array.size() * sizeof(E);
    Matrix<T> host(1, static_cast<Index>(bytes / sizeof(T) + 1));
    if (bytes > 0) std::memcpy(host.data(), array.data(), bytes);
    memory_.push_back(backend.allocate(host.rows(), host.cols()));
    const Matrix<T>& from = host;
    backend.copy(from.view(), memory_.back().view());
    return reinterpret_cast<const E*>(memory_.back().data());
  }

  std::vector<Matrix<T>> memory_;
  SparseRows<T> rows_;
};

/// About a third of the entries stored, some of them 0 where β allows it; the second row and the
/// third column are empty, the fourth row is full.
Dense stored_entries(double beta, Index m, Index n) {
  Dense A = random_matrix(m, n, 31, 0.1, 2);
  Random random(32);
  for (Index i = 0; i < m; ++i) {
    for (Index j = 0; j < n; ++j) {
      const double draw = random.uniform();
      if (i == 1 || j == 2 || (draw < 0.66 && i != 3)) A(i, j) = std::nan("");
      if (beta > 0 && draw > 0.95 && !std::isnan(A(i, j))) A(i, j) = 0;
    }
  }
  return A;
}

Dense with_zeros(Dense A) {
  for (double& entry : A.entries) entry = std::isnan(entry) ? 0 : entry;
  return A;
}

/// Weights, of which some are 0.
Dense some_weights(Index m, Index n) {
  Dense weights = random_matrix(m, n, 33, 0.5, 3);
  for (std::size_t e = 0; e < weights.entries.size(); e += 4) weights.entries[e] = 0;
  return weights;
}

/// Those of a β-divergence, and for β = 1 more rows than the grid of one multiprocessor takes at a
/// time.
std::vector<Shape> sparse_shapes(double beta) {
  std::vector<Shape> shapes = beta_shapes();
  if (beta == 1) shapes.push_back({2100, 4, 2, 1});
  return shapes;
}

template <class Case>
class SparseTest : public BackendTest<Case> {};
TYPED_TEST_SUITE(SparseTest, Backends, BackendNames);

TYPED_TEST(SparseTest, ProductsAreThoseOfTheDenseMatrix) {
  using T = typename TypeParam::Scalar;
  for (const Shape& shape : sparse_shapes(1)) {
    for (const Index base : {Index{0}, Index{11}}) {
      SCOPED_TRACE(shape);
      const Dense stored = rounded<T>(stored_entries(1, shape.m, shape.n));
      const Dense A = with_zeros(stored);
      const Dense Ht = rounded<T>(random_matrix(shape.n, shape.k, 1, -1, 1));
      const Dense W = rounded<T>(random_matrix(shape.m, shape.k, 2, -1, 1));
      const Dense C = rounded<T>(random_matrix(shape.n, shape.k, 3, -1, 1));
      const SparseOperand<T> a(this->backend(), stored, nullptr, base);
      auto h = this->put(Ht, shape.padding);
      auto w = this->put(W, shape.padding);
      auto p = this->put(Dense(shape.m, shape.k, std::nan("")), shape.padding);
      auto c = this->put(C, shape.padding);

      this->backend().multiply(a.rows(), h.view(), p.view());
      this->backend().add_transposed_product(a.rows(), w.view(), c.view());

      const Dense p_magnitude = product(absolute(A), absolute(Ht));
      EXPECT_TRUE(entries_near(p.values(), product(A, Ht), [&](Index i, Index j) {
        return product_tolerance<T>(shape.n, p_magnitude(i, j));
      }));
      Dense expected = transposed_product(A, W);
      Dense magnitude = transposed_product(absolute(A), absolute(W));
      for (std::size_t e = 0; e < C.entries.size(); ++e) {
        expected.entries[e] += C.entries[e];
        magnitude.entries[e] += std::abs(C.entries[e]);
      }
      EXPECT_TRUE(entries_near(c.values(), expected, [&](Index i, Index j) {
        return product_tolerance<T>(shape.m + 1, magnitude(i, j));
      }));
      EXPECT_TRUE(p.padding_untouched());
      EXPECT_TRUE(c.padding_untouched());
    }
  }
}

TYPED_TEST(SparseTest, MakeDensePutsZerosWhereNothingIsStored) {
  using T = typename TypeParam::Scalar;
  for (const Shape& shape : sparse_shapes(1)) {
    SCOPED_TRACE(shape);
    const Dense stored = rounded<T>(stored_entries(1, shape.m, shape.n));
    const SparseOperand<T> a(this->backend(), stored, nullptr, 5);
    auto out = this->put(Dense(shape.m, shape.n, std::nan("")), shape.padding);

    this->backend().make_dense(a.rows(), out.view());

    EXPECT_TRUE(entries_equal(out.values(), with_zeros(stored)));
    EXPECT_TRUE(out.padding_untouched());
  }
}

TYPED_TEST(SparseTest, SampledProductsAgreeWithTheReference) {
  using T = typename TypeParam::Scalar;
  for (const double beta : betas()) {
    for (const Shape& shape : sparse_shapes(beta)) {
      for (const bool weighted : {false, true}) {
        SCOPED_TRACE(::testing::Message()
                     << "beta = " << beta << ", " << shape << ", weighted " << weighted);
        const Dense A = rounded<T>(stored_entries(beta, shape.m, shape.n));
        const Dense weights = rounded<T>(some_weights(shape.m, shape.n));
        const Dense W = rounded<T>(random_matrix(shape.m, shape.k, 4, 0.1, 1));
        const Dense Ht = rounded<T>(random_matrix(shape.n, shape.k, 5, 0.1, 1));
        const Dense* own_weights = weighted ? &weights : nullptr;
        const SparseOperand<T> a(this->backend(), A, own_weights, weighted ? 3 : 0);
        auto w = this->put(W, shape.padding);
        auto h = this->put(Ht, shape.padding);
        auto p = this->put(Dense(shape.m, shape.k, std::nan("")), shape.padding);
        auto d = this->put(Dense(shape.m, shape.k, std::nan("")), shape.padding);
        auto c = this->put(Dense(shape.n, shape.k, 0.5), shape.padding);
        auto s = this->put(Dense(shape.n, shape.k, 0.5), shape.padding);
        const Divergence<T> divergence{beta, T(1e-6)};
        const bool denominators = beta != 1 || weighted;
        const auto if_wanted = [&](MatrixView<T> X) { return denominators ? X : MatrixView<T>(); };

        this->backend().sampled_products(a.rows(), w.view(), h.view(), divergence, p.view(),
                                         if_wanted(d.view()));
        this->backend().add_sampled_transposed_products(a.rows(), w.view(), h.view(), divergence,
                                                        c.view(), if_wanted(s.view()));

        const Quotients q = quotients_of(A, own_weights, model(W, Ht), beta);
        const double tolerance =
            model_tolerance<T>(shape.k, beta) + gamma<T>(shape.m + shape.n + 2);
        const auto plus_half = [](Dense X) {
          for (double& entry : X.entries) entry += 0.5;
          return X;
        };
        EXPECT_TRUE(entries_close(p.values(), product(q.numerators, Ht), tolerance));
        EXPECT_TRUE(
            entries_close(c.values(), plus_half(transposed_product(q.numerators, W)), tolerance));
        if (denominators) {
          EXPECT_TRUE(entries_close(d.values(), product(q.denominators, Ht), tolerance));
          EXPECT_TRUE(entries_close(s.values(), plus_half(transposed_product(q.denominators, W)),
                                    tolerance));
        }
        EXPECT_TRUE(p.padding_untouched());
        EXPECT_TRUE(c.padding_untouched());
      }
    }
  }
}

TYPED_TEST(SparseTest, SampledDivergencesAgreeWithTheReference) {
  using T = typename TypeParam::Scalar;
  Matrix<double> sums = this->backend().allocate_sums(1);
  for (const double beta : betas()) {
    for (const Shape& shape : beta_shapes()) {
      for (const bool weighted : {false, true}) {
        for (const bool zeros_observed : {false, true}) {
          if (zeros_observed && beta <= 0) continue;
          SCOPED_TRACE(::testing::Message() << "beta = " << beta << ", " << shape << ", weighted "
                                            << weighted << ", zeros " << zeros_observed);
          const Dense A = rounded<T>(stored_entries(beta, shape.m, shape.n));
          const Dense weights = rounded<T>(some_weights(shape.m, shape.n));
          const Dense W = rounded<T>(random_matrix(shape.m, shape.k, 6, 0.1, 1));
          const Dense Ht = rounded<T>(random_matrix(shape.n, shape.k, 7, 0.1, 1));
          const SparseOperand<T> a(this->backend(), A, weighted ? &weights : nullptr);
          auto w = this->put(W, shape.padding);
          auto h = this->put(Ht, shape.padding);
          this->backend().clear_sums(sums.data(), 1);

          this->backend().add_sampled_divergence(a.rows(), w.view(), h.view(), {beta, T(1e-6)},
                                                 zeros_observed, sums.data());

          const Dense V = model(W, Ht);
          double expected = 0;
          double magnitude = 0;
          for (Index i = 0; i < shape.m; ++i) {
            for (Index j = 0; j < shape.n; ++j) {
              if (std::isnan(A(i, j))) continue;
              const double weight = weighted ? weights(i, j) : 1;
              expected += weight * divergence(A(i, j), V(i, j), beta);
              magnitude += weight * divergence_magnitude(A(i, j), V(i, j), beta);
              if (!zeros_observed) continue;
              expected -= weight * divergence(0, V(i, j), beta);
              magnitude += weight * divergence_magnitude(0, V(i, j), beta);
            }
          }
          EXPECT_NEAR(fetch_sums(this->backend(), sums, 1)[0], expected,
                      magnitude * model_tolerance<T>(shape.k, beta));
        }
      }
    }
  }
}

TYPED_TEST(SparseTest, AModelBelowTheLeastIsTakenAsTheLeast) {
  using T = typename TypeParam::Scalar;
  Matrix<double> sums = this->backend().allocate_sums(1);
  const SparseOperand<T> a(this->backend(), Dense(1, 2, 3));
  auto w = this->put(Dense(1, 1, 0));
  auto h = this->put(Dense(2, 1, 1));
  for (const double beta : {-0.5, 0.0, 0.5, 1.0, 1.5}) {
    for (const bool zeros_observed : {false, true}) {
      if (zeros_observed && beta <= 0) continue;
      this->backend().clear_sums(sums.data(), 1);

      this->backend().add_sampled_divergence(a.rows(), w.view(), h.view(), {beta, T(0.25)},
                                             zeros_observed, sums.data());

      const double of_zero = zeros_observed ? divergence(0, 0.25, beta) : 0;
      const double expected = 2 * (divergence(3, 0.25, beta) - of_zero);
      EXPECT_NEAR(fetch_sums(this->backend(), sums, 1)[0], expected,
                  64 * kUnitRoundoff<T> * (std::abs(expected) + 2 * of_zero))
          << beta << ", " << zeros_observed;
    }
    // A model of 0 has products with Ht, and of W none.
    auto p = this->put(Dense(1, 1));
    auto d = this->put(Dense(1, 1));
    this->backend().sampled_products(a.rows(), w.view(), h.view(), {beta, T(0.25)}, p.view(),
                                     d.view());
    EXPECT_TRUE(entries_close(p.values(), Dense(1, 1, 6 * std::pow(0.25, beta - 2)),
                              32 * kUnitRoundoff<T>));
    EXPECT_TRUE(entries_close(d.values(), Dense(1, 1, 2 * std::pow(0.25, beta - 1)),
                              32 * kUnitRoundoff<T>));
  }
}

TYPED_TEST(SparseTest, AnEntryOfWeightZeroHasNoShareEvenWhereItsOwnIsInfinite) {
  using T = typename TypeParam::Scalar;
  Dense A(1, 2, 3);
  A(0, 1) = static_cast<double>(std::numeric_limits<T>::max());  // over the model beyond T
  Dense weights(1, 2, 1);
  weights(0, 1) = 0;
  const SparseOperand<T> a(this->backend(), A, &weights);
  auto w = this->put(Dense(1, 1, 0.25));
  auto h = this->put(Dense(2, 1, 1));
  auto p = this->put(Dense(1, 1));
  auto d = this->put(Dense(1, 1));
  auto q = this->put(Dense(2, 1));
  auto r = this->put(Dense(2, 1));
  Matrix<double> sums = this->backend().allocate_sums(1);
  this->backend().clear_sums(sums.data(), 1);
  const Divergence<T> itakura_saito{0, T(1e-6)};

  this->backend().sampled_products(a.rows(), w.view(), h.view(), itakura_saito, p.view(), d.view());
  this->backend().add_sampled_transposed_products(a.rows(), w.view(), h.view(), itakura_saito,
                                                  q.view(), r.view());
  this->backend().add_sampled_divergence(a.rows(), w.view(), h.view(), itakura_saito, false,
                                         sums.data());

  // 3 / v² and 1 / v of the first entry alone.
  EXPECT_TRUE(entries_close(p.values(), Dense(1, 1, 48), 8 * kUnitRoundoff<T>));
  EXPECT_TRUE(entries_close(d.values(), Dense(1, 1, 4), 8 * kUnitRoundoff<T>));
  EXPECT_EQ(q.values()(1, 0), 0);
  EXPECT_EQ(r.values()(1, 0), 0);
  const double expected = divergence(3, 0.25, 0);
  EXPECT_NEAR(fetch_sums(this->backend(), sums, 1)[0], expected, 64 * kUnitRoundoff<T> * expected);
}

/// As of dense data: terms of a's size leave a part (a − v)²/a² of themselves.
TYPED_TEST(SparseTest, TheDivergenceOfAGoodFitDoesNotCancel) {
  using T = typename TypeParam::Scalar;
  Matrix<double> sums = this->backend().allocate_sums(1);
  const Dense Ht = rounded<T>(random_matrix(40, 1, 16, 0.5, 3));
  auto w = this->put(Dense(3, 1, 1));
  auto h = this->put(Ht);
  for (const double part : {1e-2, 1e-4}) {
    Dense A = random_matrix(3, 40, 17, 1 - part, 1 + part);
    for (Index i = 0; i < A.rows; ++i) {
      for (Index j = 0; j < A.cols; ++j) A(i, j) *= Ht(j, 0);
    }
    A = rounded<T>(A);
    const SparseOperand<T> a(this->backend(), A);
    for (const double beta : {0.0, 0.5, 1.0, 1.75, 2.0}) {
      this->backend().clear_sums(sums.data(), 1);

      this->backend().add_sampled_divergence(a.rows(), w.view(), h.view(), {beta, T(1e-6)}, false,
                                             sums.data());

      double expected = 0;
      for (Index i = 0; i < A.rows; ++i) {
        for (Index j = 0; j < A.cols; ++j) {
          const double v = Ht(j, 0);
          const double t = (A(i, j) - v) / v;
          // Taylor's series in t; what is left out is a part of some t³.
          expected += std::pow(v, beta) * t * t *
                      (0.5 + (beta - 2) / 6 * t + (beta - 2) * (beta - 3) / 24 * t * t);
        }
      }
      EXPECT_NEAR(fetch_sums(this->backend(), sums, 1)[0], expected,
                  (64 * kUnitRoundoff<T> + part * part * part) * expected)
          << "beta " << beta << ", within " << part;
    }
  }
}

/// The stored entries' share is what is left of sums over all of the model's entries.
TYPED_TEST(SparseTest, TheDivergenceOfAGoodFitWithObservedZerosCancelsInDoubleAlone) {
  using T = typename TypeParam::Scalar;
  Matrix<double> sums = this->backend().allocate_sums(1);
  constexpr Index kSide = 60;
  constexpr Index kRank = 5;
  // Component c is of its own rows and columns, so that the model is 0 where nothing is stored.
  Dense W(kSide, kRank);
  Dense Ht(kSide, kRank);
  const Dense drawn = rounded<T>(random_matrix(kSide, 2, 14, 0.5, 3));
  for (Index i = 0; i < kSide; ++i) {
    W(i, i % kRank) = drawn(i, 0);
    Ht(i, i % kRank) = drawn(i, 1);
  }
  const Dense V = model(W, Ht);
  const Dense noise = random_matrix(kSide, kSide, 15, 1 - 1e-5, 1 + 1e-5);
  Dense A(kSide, kSide, std::nan(""));
  for (Index i = 0; i < kSide; ++i) {
    for (Index j = 0; j < kSide; ++j) {
      if (V(i, j) > 0) A(i, j) = V(i, j) * noise(i, j);
    }
  }
  A = rounded<T>(A);
  const SparseOperand<T> a(this->backend(), A, nullptr);
  auto w = this->put(W);
  auto h = this->put(Ht);
  for (const int power : {1, 2}) {
    this->backend().clear_sums(sums.data(), 1);

    this->backend().add_sampled_divergence(
        a.rows(), w.view(), h.view(), {static_cast<double>(power), T(1e-30)}, true, sums.data());
    this->backend().add_model_sum(w.view(), h.view(), power, sums.data());

    double expected = 0;
    double magnitude = 0;
    for (Index i = 0; i < kSide; ++i) {
      for (Index j = 0; j < kSide; ++j) {
        if (!(V(i, j) > 0)) continue;
        const double change = A(i, j) - V(i, j);
        expected += change * change / 2 / (power == 1 ? V(i, j) : 1);
        magnitude += std::pow(V(i, j), power);
      }
    }
    EXPECT_NEAR(fetch_sums(this->backend(), sums, 1)[0], expected,
                1e-4 * expected + 256 * kUnitRoundoff<double> * magnitude)
        << power;
  }
}

}  // namespace
}  // namespace nonneg::test
