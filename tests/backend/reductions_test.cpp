// SPDX-License-Identifier: Apache-2.0
// Backend::dot, factor_sums and the squares of add_divergence: sums in double, whatever T.
#include <cmath>
#include <limits>

#include "support/backends.hpp"
#include "support/cases.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

template <class Case>
class ReductionsTest : public BackendTest<Case> {
 protected:
  using Scalar = typename Case::Scalar;

  double dot(const Dense& X, const Dense& Y, Index padding = 0) {
    auto x = this->put(X, padding);
    auto y = this->put(Y, 2 * padding);
    Matrix<double> sums = this->backend().allocate_sums(1);
    this->backend().dot(x.view(), y.view(), sums.data());
    return fetch_sums(this->backend(), sums, 1)[0];
  }

  FactorSums factor_sums(const Dense& F, Index padding = 0) {
    auto f = this->put(F, padding);
    Matrix<double> sums = this->backend().allocate_sums(3);
    this->backend().factor_sums(f.view(), sums.data());
    const std::vector<double> host = fetch_sums(this->backend(), sums, 3);
    return {host[0], host[1], host[2]};
  }

  static constexpr Divergence<Scalar> kHalfSquares{kFrobenius, Scalar{0}};

  /// A sum of 0, for primitives that add.
  Matrix<double> zero_sum() {
    Matrix<double> sums = this->backend().allocate_sums(1);
    this->backend().clear_sums(sums.data(), 1);
    return sums;
  }

  double residual(const Dense& A, const Dense& W, const Dense& Ht, Index padding = 0) {
    auto a = this->put(A, padding);
    auto w = this->put(W, padding);
    auto ht = this->put(Ht, 2 * padding);
    Matrix<double> sums = zero_sum();
    this->backend().add_divergence(a.view(), {}, w.view(), ht.view(), kHalfSquares, sums.data());
    return 2 * fetch_sums(this->backend(), sums, 1)[0];
  }

  /// How far ‖A − W·Htᵀ‖² may be off when each entry of W·Htᵀ is computed in Scalar.
  double residual_tolerance(const Dense& A, const Dense& W, const Dense& Ht) {
    const Dense fitted = model(W, Ht);
    const Dense magnitude = model(absolute(W), absolute(Ht));
    double allowed = 0;
    for (std::size_t e = 0; e < A.entries.size(); ++e) {
      const double error = product_tolerance<Scalar>(W.cols, magnitude.entries[e]);
      allowed += 2 * std::abs(A.entries[e] - fitted.entries[e]) * error + error * error;
    }
    return allowed + gamma<double>(A.rows * A.cols + 1) * squared_distance(A, fitted);
  }
};
TYPED_TEST_SUITE(ReductionsTest, Backends, BackendNames);

TYPED_TEST(ReductionsTest, DotAgreesWithTheReferenceAtAwkwardSizes) {
  using T = typename TypeParam::Scalar;
  for (const Shape& shape : awkward_shapes()) {
    SCOPED_TRACE(shape);
    const Dense X = rounded<T>(random_matrix(shape.m, shape.n, 1, -1, 1));
    const Dense Y = rounded<T>(random_matrix(shape.m, shape.n, 2, -1, 1));
    double expected = 0;
    double magnitude = 0;
    for (std::size_t e = 0; e < X.entries.size(); ++e) {
      expected += X.entries[e] * Y.entries[e];
      magnitude += std::abs(X.entries[e] * Y.entries[e]);
    }
    EXPECT_NEAR(this->dot(X, Y, shape.padding), expected,
                2 * gamma<double>(shape.m * shape.n + 1) * magnitude);
  }
}

TYPED_TEST(ReductionsTest, DotSumsInDouble) {
  // 2^12 and 2^-13 squared are 50 binary orders apart: float would lose the small one.
  Dense X(3, 1);
  X.entries = {0x1p12, 0x1p-13, 0x1p12};
  Dense Y(3, 1);
  Y.entries = {0x1p12, 0x1p-13, -0x1p12};
  EXPECT_EQ(this->dot(X, Y), 0x1p-26);
}

TYPED_TEST(ReductionsTest, DotOverwritesAndIsZeroForNothing) {
  auto x = this->put(Dense(2, 2, 3));
  auto nothing = this->put(Dense(0, 4));
  Matrix<double> sums = this->backend().allocate_sums(1);
  this->backend().dot(x.view(), x.view(), sums.data());
  EXPECT_EQ(fetch_sums(this->backend(), sums, 1)[0], 36);
  this->backend().dot(x.view(), x.view(), sums.data());
  EXPECT_EQ(fetch_sums(this->backend(), sums, 1)[0], 36);
  this->backend().dot(nothing.view(), nothing.view(), sums.data());
  EXPECT_EQ(fetch_sums(this->backend(), sums, 1)[0], 0);
}

TYPED_TEST(ReductionsTest, ColumnDotsAgreeWithTheReferenceAtAwkwardSizes) {
  using T = typename TypeParam::Scalar;
  for (const Shape& shape : awkward_shapes()) {
    SCOPED_TRACE(shape);
    const Dense X = rounded<T>(random_matrix(shape.m, shape.k, 1, -1, 1));
    const Dense Y = rounded<T>(random_matrix(shape.m, shape.k, 2, -1, 1));
    auto x = this->put(X, shape.padding);
    auto y = this->put(Y, 2 * shape.padding);
    Matrix<double> sums = this->backend().allocate_sums(shape.k);
    this->backend().column_dots(x.view(), y.view(), sums.data());
    const std::vector<double> found = fetch_sums(this->backend(), sums, shape.k);
    for (Index c = 0; c < shape.k; ++c) {
      double expected = 0;
      for (Index i = 0; i < shape.m; ++i) expected += X(i, c) * Y(i, c);
      EXPECT_NEAR(found[static_cast<std::size_t>(c)], expected,
                  2 * gamma<double>(shape.m + 1) * static_cast<double>(shape.m));
    }
  }
}

TYPED_TEST(ReductionsTest, ColumnDotsOverwriteAndAreZeroForNothing) {
  // 2^12 and 2^-13 squared are 50 binary orders apart: float would lose the small one.
  Dense X(3, 2);
  X.entries = {0x1p12, 1, 0x1p-13, 2, 0x1p12, 3};
  Dense Y(3, 2);
  Y.entries = {0x1p12, 1, 0x1p-13, 1, -0x1p12, 1};
  auto x = this->put(X);
  auto y = this->put(Y);
  auto nothing = this->put(Dense(0, 2));
  Matrix<double> sums = this->backend().allocate_sums(2);
  for (int time = 0; time < 2; ++time) {
    this->backend().column_dots(x.view(), y.view(), sums.data());
    EXPECT_EQ(fetch_sums(this->backend(), sums, 2), (std::vector<double>{0x1p-26, 6}));
  }
  this->backend().column_dots(nothing.view(), nothing.view(), sums.data());
  EXPECT_EQ(fetch_sums(this->backend(), sums, 2), (std::vector<double>{0, 0}));
}

TYPED_TEST(ReductionsTest, FactorSumsAgreeWithTheReferenceAtAwkwardSizes) {
  using T = typename TypeParam::Scalar;
  for (const Shape& shape : awkward_shapes()) {
    SCOPED_TRACE(shape);
    const Dense F = rounded<T>(random_matrix(shape.m, shape.k, 3));
    const FactorSums sums = this->factor_sums(F, shape.padding);
    const double error = 2 * gamma<double>(shape.m * shape.k + 1);
    EXPECT_NEAR(sums.sum, entry_sum(F), error * entry_sum(F));
    EXPECT_NEAR(sums.sum_of_squares, squared_norm(F), error * squared_norm(F));
    EXPECT_EQ(sums.non_finite, 0);
  }
}

TYPED_TEST(ReductionsTest, FactorSumsCountWhatIsNotFinite) {
  Dense F(597, 10, 1);
  F(0, 0) = kInf;
  F(300, 5) = -kInf;
  F(300, 6) = std::nan("");
  F(596, 9) = std::nan("");
  const FactorSums sums = this->factor_sums(F, 2);
  EXPECT_EQ(sums.non_finite, 4);
  EXPECT_TRUE(std::isnan(sums.sum));
  EXPECT_TRUE(std::isnan(sums.sum_of_squares));
}

TYPED_TEST(ReductionsTest, AnInfiniteEntryIsLeftOutOfNoSum) {
  Dense F(70, 3, 1);
  F(69, 2) = kInf;
  const FactorSums sums = this->factor_sums(F);
  EXPECT_EQ(sums.non_finite, 1);
  EXPECT_EQ(sums.sum, kInf);
  EXPECT_EQ(sums.sum_of_squares, kInf);
}

TYPED_TEST(ReductionsTest, LargeEntriesDoNotOverflowTheirSumOfSquares) {
  const FactorSums sums = this->factor_sums(Dense(3, 1, 1e38));
  EXPECT_NEAR(sums.sum_of_squares, 3e76, 1e70);
  EXPECT_EQ(sums.non_finite, 0);
}

TYPED_TEST(ReductionsTest, ResidualAgreesWithTheReferenceAtAwkwardSizes) {
  using T = typename TypeParam::Scalar;
  for (const Shape& shape : awkward_shapes()) {
    SCOPED_TRACE(shape);
    const Dense A = rounded<T>(random_matrix(shape.m, shape.n, 4));
    const Dense W = rounded<T>(random_matrix(shape.m, shape.k, 5));
    const Dense Ht = rounded<T>(random_matrix(shape.n, shape.k, 6));
    EXPECT_NEAR(this->residual(A, W, Ht, shape.padding), squared_residual(A, W, Ht),
                this->residual_tolerance(A, W, Ht));
  }
}

TYPED_TEST(ReductionsTest, ResidualOfAnExactProductIsRoundingOnly) {
  using T = typename TypeParam::Scalar;
  const Dense W = rounded<T>(random_matrix(597, 7, 7));
  const Dense Ht = rounded<T>(random_matrix(43, 7, 8));
  const Dense A = rounded<T>(model(W, Ht));
  EXPECT_NEAR(this->residual(A, W, Ht, 5), squared_residual(A, W, Ht),
              this->residual_tolerance(A, W, Ht));
  EXPECT_LT(this->residual(A, W, Ht, 5), gamma<T>(9) * gamma<T>(9) * squared_norm(A));
}

TYPED_TEST(ReductionsTest, ResidualsOfPanelsAddUp) {
  using T = typename TypeParam::Scalar;
  const Dense A = rounded<T>(random_matrix(597, 43, 9));
  const Dense W = rounded<T>(random_matrix(597, 10, 10));
  const Dense Ht = rounded<T>(random_matrix(43, 10, 11));
  auto a = this->put(A, 5);
  auto w = this->put(W, 1);
  auto ht = this->put(Ht, 2);
  for (const Index height : {Index{1}, Index{63}, Index{64}, Index{200}}) {
    SCOPED_TRACE(height);
    Matrix<double> sums = this->zero_sum();
    for (Index first = 0; first < A.rows; first += height) {
      const Index count = std::min(height, A.rows - first);
      this->backend().add_divergence(a.view().row_block(first, count), {},
                                     w.view().row_block(first, count), ht.view(),
                                     this->kHalfSquares, sums.data());
    }
    EXPECT_NEAR(2 * fetch_sums(this->backend(), sums, 1)[0], squared_residual(A, W, Ht),
                this->residual_tolerance(A, W, Ht));
  }
}

TYPED_TEST(ReductionsTest, ResidualDoesNotHideNaN) {
  Dense W(70, 2, 1);
  W(69, 1) = std::nan("");
  EXPECT_TRUE(std::isnan(this->residual(Dense(70, 3, 2), W, Dense(3, 2, 1))));
}

TYPED_TEST(ReductionsTest, SumsDoNotDependOnTheNumberOfThreads) {
  using T = typename TypeParam::Scalar;
  const Dense X = rounded<T>(random_matrix(597, 43, 12));
  std::vector<double> dots;
  std::vector<double> squares;
  for (const int threads : {1, 2, 3}) {
    const auto backend = TypeParam::make(threads);
    Operand<T> x(*backend, X, 5);
    Matrix<double> sums = backend->allocate_sums(3);
    backend->dot(x.view(), x.view(), sums.data());
    dots.push_back(fetch_sums(*backend, sums, 1)[0]);
    backend->factor_sums(x.view(), sums.data());
    squares.push_back(fetch_sums(*backend, sums, 3)[1]);
  }
  const double error = 2 * gamma<double>(597 * 43) * squared_norm(X);
  for (const double sum : dots) EXPECT_NEAR(sum, dots[0], error);
  for (const double sum : squares) EXPECT_NEAR(sum, squares[0], error);
}

}  // namespace
}  // namespace nonneg::test
