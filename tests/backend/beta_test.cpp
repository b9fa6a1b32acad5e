// SPDX-License-Identifier: Apache-2.0
// The primitives of the β-divergence on dense panels against naive loops.
#include "backend/beta_cases.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class BetaTest : public BackendTest<Case> {
 protected:
  using Scalar = typename Case::Scalar;

  double sum_of(const Matrix<double>& sums) { return fetch_sums(this->backend(), sums, 1)[0]; }

  /// Numerators and, where they have entries, denominators.
  struct Products {
    MatrixView<Scalar> P;
    MatrixView<Scalar> D;
  };

  /// Both products of the quotients; the second is added to.
  void take_products(MatrixView<const Scalar> A, MatrixView<const Scalar> weights,
                     MatrixView<const Scalar> W, MatrixView<const Scalar> Ht,
                     const Divergence<Scalar>& divergence, const Products& products,
                     const Products& transposed) {
    Backend<Scalar>& backend = this->backend();
    Matrix<Scalar> workspace = backend.allocate(
        1, backend.quotient_workspace(A.rows(), A.cols(), Ht.cols(), products.D.rows() > 0));
    backend.begin_quotient_products(Ht, workspace.view());
    backend.quotient_products(A, weights, W, Ht, divergence, workspace.view(), products.P,
                              products.D);
    backend.add_transposed_quotient_products(A, weights, W, Ht, divergence, workspace.view(),
                                             transposed.P, transposed.D);
  }
};
TYPED_TEST_SUITE(BetaTest, Backends, BackendNames);

/// Uniform with zeros, and where wanted NaN; positive for β <= 0.
Dense data_for(double beta, Index m, Index n, bool missing) {
  Dense A = beta > 0 ? sparse_matrix(m, n, 21, 0.2) : random_matrix(m, n, 21, 0.1, 2);
  for (std::size_t e = 0; missing && e < A.entries.size(); e += 5) A.entries[e] = std::nan("");
  return A;
}

/// Uniform, every third 0.
Dense weights_for(Index m, Index n) {
  Dense weights = random_matrix(m, n, 22, 0.5, 3);
  for (std::size_t e = 0; e < weights.entries.size(); e += 3) weights.entries[e] = 0;
  return weights;
}

TYPED_TEST(BetaTest, ColumnSumsAreAddedToWhatIsThere) {
  using T = typename TypeParam::Scalar;
  for (const Shape& shape : {Shape{0, 0, 3, 0}, Shape{1, 0, 1, 0}, Shape{37, 0, 33, 2},
                             Shape{1500, 0, 5, 1}, Shape{3, 0, 4100, 0}}) {
    SCOPED_TRACE(shape);
    const Dense F = rounded<T>(random_matrix(shape.m, shape.k, 3));
    auto f = this->put(F, shape.padding);
    auto sums = this->put(Dense(1, shape.k, 0.5));

    this->backend().add_column_sums(f.view(), sums.view());

    Dense expected(1, shape.k, 0.5);
    for (Index i = 0; i < F.rows; ++i) {
      for (Index c = 0; c < F.cols; ++c) expected(0, c) += F(i, c);
    }
    // Summed in double: the sum is rounded to T, and once more where it is added.
    EXPECT_TRUE(entries_close(sums.values(), expected, 2 * kUnitRoundoff<T> + 1e-12));
  }
}

TYPED_TEST(BetaTest, ProductsOfQuotientsAgreeWithTheReference) {
  using T = typename TypeParam::Scalar;
  for (const double beta : betas()) {
    for (const Shape& shape : beta_shapes()) {
      for (const bool weighted : {false, true}) {
        for (const bool denominators : {false, true}) {
          SCOPED_TRACE(::testing::Message() << "beta = " << beta << ", " << shape << ", weighted "
                                            << weighted << ", denominators " << denominators);
          const Dense A = rounded<T>(data_for(beta, shape.m, shape.n, true));
          const Dense weights = rounded<T>(weights_for(shape.m, shape.n));
          const Dense W = rounded<T>(random_matrix(shape.m, shape.k, 4, 0.1, 1));
          const Dense Ht = rounded<T>(random_matrix(shape.n, shape.k, 5, 0.1, 1));
          auto a = this->put(A, shape.padding);
          auto x = this->put(weights, 1);
          auto w = this->put(W, shape.padding);
          auto h = this->put(Ht, shape.padding);
          auto p = this->put(Dense(shape.m, shape.k, std::nan("")), shape.padding);
          auto d = this->put(Dense(shape.m, shape.k, std::nan("")), shape.padding);
          auto c = this->put(Dense(shape.n, shape.k, 0.5), shape.padding);
          auto s = this->put(Dense(shape.n, shape.k, 0.5), shape.padding);

          this->take_products(
              a.view(), weighted ? MatrixView<const T>(x.view()) : MatrixView<const T>(), w.view(),
              h.view(), {beta, T(1e-6)}, {p.view(), denominators ? d.view() : MatrixView<T>()},
              {c.view(), denominators ? s.view() : MatrixView<T>()});

          const Quotients q = quotients_of(A, weighted ? &weights : nullptr, model(W, Ht), beta);
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
          EXPECT_TRUE(d.padding_untouched());
          EXPECT_TRUE(c.padding_untouched());
          EXPECT_TRUE(s.padding_untouched());
        }
      }
    }
  }
}

TYPED_TEST(BetaTest, AModelBelowTheLeastIsTakenAsTheLeast) {
  using T = typename TypeParam::Scalar;
  auto a = this->put(Dense(1, 2, 3));
  auto w = this->put(Dense(1, 1, 0));
  auto h = this->put(Dense(2, 1, 1));
  auto p = this->put(Dense(1, 1));
  auto d = this->put(Dense(1, 1));
  auto unused = this->put(Dense(2, 1));

  this->take_products(a.view(), {}, w.view(), h.view(), {1, T(0.25)}, {p.view(), d.view()},
                      {unused.view(), {}});

  EXPECT_TRUE(entries_close(p.values(), Dense(1, 1, 24), 4 * kUnitRoundoff<T>));
  EXPECT_TRUE(entries_equal(d.values(), Dense(1, 1, 2)));
}

TYPED_TEST(BetaTest, AModelBelowTheLeastHasTheDivergenceOfTheLeast) {
  using T = typename TypeParam::Scalar;
  Matrix<double> sums = this->backend().allocate_sums(1);
  auto a = this->put(Dense(1, 2, 3));
  auto w = this->put(Dense(1, 1, 0));
  auto h = this->put(Dense(2, 1, 1));
  for (const double beta : {-0.5, 0.0, 0.5, 1.0, 1.5, 1.75}) {
    this->backend().clear_sums(sums.data(), 1);

    this->backend().add_divergence(a.view(), {}, w.view(), h.view(), {beta, T(0.25)}, sums.data());

    const double expected = 2 * divergence(3, 0.25, beta);
    EXPECT_NEAR(this->sum_of(sums), expected, 64 * kUnitRoundoff<T> * expected) << beta;
  }
}

TYPED_TEST(BetaTest, AnEntryOfWeightZeroHasNoShareEvenWhereItsOwnIsInfinite) {
  using T = typename TypeParam::Scalar;
  Dense A(1, 2, 3);
  A(0, 1) = static_cast<double>(std::numeric_limits<T>::max());  // over the model beyond T
  Dense weights(1, 2, 1);
  weights(0, 1) = 0;
  auto a = this->put(A);
  auto x = this->put(weights);
  auto w = this->put(Dense(1, 1, 0.25));
  auto h = this->put(Dense(2, 1, 1));
  auto p = this->put(Dense(1, 1));
  auto d = this->put(Dense(1, 1));
  auto q = this->put(Dense(2, 1));
  Matrix<double> sums = this->backend().allocate_sums(1);
  this->backend().clear_sums(sums.data(), 1);

  this->take_products(a.view(), x.view(), w.view(), h.view(), {0, T(1e-6)}, {p.view(), d.view()},
                      {q.view(), {}});
  this->backend().add_divergence(a.view(), x.view(), w.view(), h.view(), {0, T(1e-6)}, sums.data());

  // 3 / v² and 1 / v of the first entry alone.
  EXPECT_TRUE(entries_close(p.values(), Dense(1, 1, 48), 8 * kUnitRoundoff<T>));
  EXPECT_TRUE(entries_close(d.values(), Dense(1, 1, 4), 8 * kUnitRoundoff<T>));
  EXPECT_EQ(q.values()(1, 0), 0);
  const double expected = divergence(3, 0.25, 0);
  EXPECT_NEAR(this->sum_of(sums), expected, 64 * kUnitRoundoff<T> * expected);
}

TYPED_TEST(BetaTest, AQuotientThatFitsTIsRightThoughASquareOnItsWayDoesNot) {
  using T = typename TypeParam::Scalar;
  const double huge = std::sqrt(static_cast<double>(std::numeric_limits<T>::max())) * 1e3;
  const Dense A = rounded<T>(Dense(1, 1, huge));
  auto a = this->put(A);
  auto w = this->put(A);
  auto h = this->put(Dense(1, 1, 1));
  auto p = this->put(Dense(1, 1));
  auto d = this->put(Dense(1, 1));
  auto unused = this->put(Dense(1, 1));

  this->take_products(a.view(), {}, w.view(), h.view(), {0, T(1e-6)}, {p.view(), d.view()},
                      {unused.view(), {}});

  EXPECT_TRUE(entries_close(p.values(), Dense(1, 1, 1 / A(0, 0)), 8 * kUnitRoundoff<T>));
}

TYPED_TEST(BetaTest, RatioUpdatesAgreeWithTheReference) {
  using T = typename TypeParam::Scalar;
  for (const double exponent : {1.0, 0.5, 0.4, 2.0 / 3}) {
    for (const Shape& shape : {Shape{1, 0, 1, 0}, Shape{0, 0, 4, 0}, Shape{37, 0, 33, 1},
                               Shape{130, 0, 16, 0}, Shape{70, 0, 4, 4}, Shape{3, 0, 300, 0}}) {
      for (const bool one_row : {false, true}) {
        SCOPED_TRACE(::testing::Message()
                     << "exponent " << exponent << ", " << shape << ", one row " << one_row);
        const Index d_rows = one_row ? 1 : shape.m;
        const Dense F = rounded<T>(random_matrix(shape.m, shape.k, 5));
        const Dense P = rounded<T>(sparse_matrix(shape.m, shape.k, 6, 0.2));
        Dense D = rounded<T>(random_matrix(d_rows, shape.k, 7, 0.1, 3));
        if (d_rows > 0) D(0, 0) = 0;
        const double floor = 0.125;
        const bool penalised = shape.k != 16;
        const RowUpdate<T> update{penalised ? T(0.25) : T{0}, penalised ? T(0.5) : T{0}, T(floor)};
        auto f = this->put(F, shape.padding);
        auto p = this->put(P, shape.padding);
        auto d = this->put(D, shape.padding);

        this->backend().ratio_update(f.view(), p.view(), d.view(), static_cast<T>(exponent), update,
                                     {});

        Dense expected = F;
        const double power = static_cast<double>(static_cast<T>(exponent));
        for (Index i = 0; i < shape.m; ++i) {
          for (Index c = 0; c < shape.k; ++c) {
            const double denominator = D(one_row ? 0 : i, c) + static_cast<double>(update.l1) +
                                       static_cast<double>(update.l2) * F(i, c);
            if (denominator == 0) continue;
            const double value = F(i, c) * std::pow(P(i, c) / denominator, power);
            expected(i, c) = value < floor ? floor : value;
          }
        }
        // Ratios lie between 2^-24 and 2^5: |log| < 17 multiplies the roundings of the power.
        EXPECT_TRUE(entries_close(f.values(), expected,
                                  (8 + (exponent == 1 ? 0 : 4 * 17)) * kUnitRoundoff<T>));
        EXPECT_TRUE(f.padding_untouched());
      }
    }
  }
}

/// 16 bytes are moved at once where all operands allow it; each in turn does not.
TYPED_TEST(BetaTest, RatioUpdatesTakeOperandsWhereverTheyBegin) {
  using T = typename TypeParam::Scalar;
  constexpr Index kRows = 3;
  constexpr Index kRank = 8;
  const Dense F = rounded<T>(random_matrix(kRows, kRank, 15, 0.1, 1));
  const Dense P = rounded<T>(random_matrix(kRows, kRank, 16, 0.1, 1));
  const Dense D = rounded<T>(random_matrix(kRows, kRank, 17, 0.1, 1));
  Dense expected = F;
  for (std::size_t e = 0; e < F.entries.size(); ++e) {
    expected.entries[e] *= P.entries[e] / D.entries[e];
  }
  struct Place {
    Index gap;
    Index first;
  };
  // Rows that begin an entry off, and rows of a length that takes them off; one row alone as well.
  for (const Index rows : {kRows, Index{1}}) {
    for (const Place place : {Place{4, 1}, Place{1, 0}}) {
      for (int operand = 0; operand < 3; ++operand) {
        SCOPED_TRACE(::testing::Message() << rows << " rows, operand " << operand << ", gap "
                                          << place.gap << ", first " << place.first);
        const auto shifted = [&](const Dense& X, int which) {
          const Place own = which == operand ? place : Place{4, 0};
          Dense all(kRows, kRank + own.gap, kSentinel);
          for (Index i = 0; i < kRows; ++i) {
            for (Index c = 0; c < kRank; ++c) all(i, own.first + c) = X(i, c);
          }
          return std::pair(this->put(all), own);
        };
        auto f = shifted(F, 0);
        auto p = shifted(P, 1);
        auto d = shifted(D, 2);
        const auto view = [&](auto& held) {
          const MatrixView<T> all = held.first.view();
          return MatrixView<T>(all.data() + held.second.first, rows, kRank, all.ld(), all.space());
        };

        this->backend().ratio_update(view(f), view(p), view(d), T{1}, RowUpdate<T>{}, {});

        const Dense found = f.first.values();
        for (Index i = 0; i < kRows; ++i) {
          for (Index c = 0; c < kRank; ++c) {
            const double wanted = i < rows ? expected(i, c) : F(i, c);
            EXPECT_NEAR(found(i, f.second.first + c), wanted, 4 * kUnitRoundoff<T> * wanted);
          }
        }
      }
    }
  }
}

TYPED_TEST(BetaTest, RowsHaveFloorsOfTheirOwn) {
  using T = typename TypeParam::Scalar;
  struct Form {
    Index rows;
    Index k;
    /// Whether one row of denominators serves all.
    bool shared;
  };
  for (const Form& form : {Form{3, 4, false}, Form{3, 4, true}, Form{3, 7, false}, Form{3, 7, true},
                           Form{1, 4, false}, Form{1, 7, true}}) {
    SCOPED_TRACE(::testing::Message()
                 << form.rows << " x " << form.k << ", shared " << form.shared);
    Dense floors(form.rows, 1);
    for (Index i = 0; i < form.rows; ++i) floors(i, 0) = 0.125 * static_cast<double>(3 - i);
    auto f = this->put(Dense(form.rows, form.k, 1));
    auto p = this->put(Dense(form.rows, form.k, 0.25));
    auto d = this->put(Dense(form.shared ? 1 : form.rows, form.k, 1));
    auto own = this->put(floors);
    const RowUpdate<T> update{.floor = 8};

    this->backend().ratio_update(f.view(), p.view(), d.view(), T{1}, update, own.view());

    for (Index i = 0; i < form.rows; ++i) {
      for (Index c = 0; c < form.k; ++c) {
        EXPECT_EQ(f.values()(i, c), std::max(0.25, floors(i, 0)));
      }
    }
  }
}

TYPED_TEST(BetaTest, TheDivergenceIsSummedOverTheObservedEntries) {
  using T = typename TypeParam::Scalar;
  Matrix<double> sums = this->backend().allocate_sums(1);
  for (const double beta : betas()) {
    for (const Shape& shape : beta_shapes()) {
      for (const bool weighted : {false, true}) {
        SCOPED_TRACE(::testing::Message()
                     << "beta = " << beta << ", " << shape << ", weighted " << weighted);
        const Dense A = rounded<T>(data_for(beta, shape.m, shape.n, true));
        const Dense weights = rounded<T>(weights_for(shape.m, shape.n));
        const Dense W = rounded<T>(random_matrix(shape.m, shape.k, 8, 0.1, 1));
        const Dense Ht = rounded<T>(random_matrix(shape.n, shape.k, 9, 0.1, 1));
        auto a = this->put(A, shape.padding);
        auto x = this->put(weights, 1);
        auto w = this->put(W, shape.padding);
        auto h = this->put(Ht, shape.padding);
        const Divergence<T> measure{beta, T(1e-6)};

        this->backend().clear_sums(sums.data(), 1);
        for (int times = 0; times < 2; ++times) {
          this->backend().add_divergence(
              a.view(), weighted ? MatrixView<const T>(x.view()) : MatrixView<const T>(), w.view(),
              h.view(), measure, sums.data());
        }

        const Dense V = model(W, Ht);
        double expected = 0;
        double magnitude = 0;
        for (Index i = 0; i < shape.m; ++i) {
          for (Index j = 0; j < shape.n; ++j) {
            const double weight = weighted ? weights(i, j) : 1;
            if (std::isnan(A(i, j)) || weight == 0) continue;
            expected += 2 * weight * divergence(A(i, j), V(i, j), beta);
            magnitude += 2 * weight * divergence_magnitude(A(i, j), V(i, j), beta);
          }
        }
        EXPECT_NEAR(this->sum_of(sums), expected, magnitude * model_tolerance<T>(shape.k, beta));
      }
    }
  }
}

/// The model is v exactly, and a is off by a few parts in a thousand or less: terms of a's size
/// leave a part (a − v)²/a² of themselves, which float does not have.
TYPED_TEST(BetaTest, TheDivergenceOfAGoodFitDoesNotCancel) {
  using T = typename TypeParam::Scalar;
  Matrix<double> sums = this->backend().allocate_sums(1);
  const Dense W(9, 1, 1);
  const Dense Ht = rounded<T>(random_matrix(150, 1, 12, 0.5, 3));
  auto w = this->put(W);
  auto h = this->put(Ht);
  for (const double part : {1e-2, 1e-4, 4e-6}) {
    const Dense noise = random_matrix(9, 150, 13, 1 - part, 1 + part);
    Dense A(9, 150);
    for (Index i = 0; i < A.rows; ++i) {
      for (Index j = 0; j < A.cols; ++j) A(i, j) = noise(i, j) * Ht(j, 0);
    }
    A = rounded<T>(A);
    auto a = this->put(A);
    for (const double beta : {-1.0, 0.0, 0.5, 1.0, 1.0000001, 1.5, 1.75, 2.0, 3.0}) {
      this->backend().clear_sums(sums.data(), 1);

      this->backend().add_divergence(a.view(), {}, w.view(), h.view(), {beta, T(1e-6)},
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
      EXPECT_NEAR(this->sum_of(sums), expected,
                  (64 * kUnitRoundoff<T> + part * part * part) * expected)
          << "beta " << beta << ", within " << part;
    }
  }
}

TYPED_TEST(BetaTest, TheDivergenceOfZerosIsThatOfTheModel) {
  using T = typename TypeParam::Scalar;
  Matrix<double> sums = this->backend().allocate_sums(1);
  for (const double beta : {0.5, 1.0, 1.5, 2.0, 2.5}) {
    auto a = this->put(Dense(3, 2, 0));
    auto w = this->put(Dense(3, 1, 1));
    auto h = this->put(Dense(2, 1, 4));
    this->backend().clear_sums(sums.data(), 1);

    this->backend().add_divergence(a.view(), {}, w.view(), h.view(), {beta, T(1e-6)}, sums.data());

    const double expected = 6 * std::pow(4.0, beta) / beta;
    EXPECT_NEAR(this->sum_of(sums), expected, 64 * kUnitRoundoff<T> * expected) << beta;
  }
}

TYPED_TEST(BetaTest, TheModelIsSummedFromItsFactors) {
  using T = typename TypeParam::Scalar;
  Matrix<double> sums = this->backend().allocate_sums(1);
  for (const Shape& shape : {Shape{1, 1, 1, 0}, Shape{37, 43, 33, 2}, Shape{1100, 9, 5, 1},
                             Shape{8, 3, 131, 0}, Shape{0, 4, 2, 0}, Shape{4, 0, 2, 0}}) {
    SCOPED_TRACE(shape);
    const Dense W = rounded<T>(random_matrix(shape.m, shape.k, 10));
    const Dense Ht = rounded<T>(random_matrix(shape.n, shape.k, 11));
    auto w = this->put(W, shape.padding);
    auto h = this->put(Ht, shape.padding);
    const Dense V = model(W, Ht);
    for (const int power : {1, 2}) {
      this->backend().clear_sums(sums.data(), 1);

      this->backend().add_model_sum(w.view(), h.view(), power, sums.data());

      const double expected = power == 1 ? entry_sum(V) : squared_norm(V) / 2;
      const Index terms = shape.m + shape.n + shape.k * shape.k;
      EXPECT_NEAR(this->sum_of(sums), expected, gamma<double>(terms) * expected) << power;
    }
  }
}

}  // namespace
}  // namespace nonneg::test
