// SPDX-License-Identifier: Apache-2.0
// Weights of any size: c·weights give the same factors and c times the loss.
#include "support/counted_cases.hpp"
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

constexpr Index kRows = 15;
constexpr Index kCols = 12;
constexpr Index kRank = 3;

template <class Case>
class WeightScaleTest : public SolverTest<Case> {
 protected:
  using Scalar = typename Case::Scalar;

  static Options options(double beta) {
    Options options = Case::options(kRank, 20);
    options.beta = beta;
    return options;
  }

  /// A run on A, or on its entries above ¼ as sparse data, with c times the weights, all of which
  /// are below 2 and stored as float64; and penalties of c times their strengths.
  static Result<Scalar> weighted(double c, Options options, bool sparse = false) {
    options.penalties = {.l1_w = 0.25 * c, .l1_h = 0.125 * c, .l2_w = 0.5 * c, .l2_h = 0.25 * c};
    const Dense A = random_matrix(kRows, kCols, 1, 0.01, 1);
    const Dense weights = scaled(random_matrix(kRows, kCols, 2, 0.5, 2), c);
    if (!sparse) {
      const Matrix<Scalar> data = to_matrix<Scalar>(A);
      const Matrix<double> w = to_matrix<double>(weights);
      return factorize<Scalar>(DataView(data.view()).weighted_by(w.view()), options);
    }
    options.missing = Missing::zeros;
    const SparseMatrix data = to_sparse<Scalar>(A, [](double a) { return a > 0.25; });
    const SparseMatrix w = to_sparse<double>(weights);
    return factorize<Scalar>(DataView(data.view()).weighted_by(w.view()), options);
  }
};
using LossCases = ::testing::Types<SolverCase<float, Algorithm::mu, BackendKind::cpu>,
                                   SolverCase<double, Algorithm::mu, BackendKind::cpu>,
                                   SolverCase<float, Algorithm::mu, BackendKind::cuda>,
                                   SolverCase<double, Algorithm::mu, BackendKind::cuda>>;
TYPED_TEST_SUITE(WeightScaleTest, LossCases, SolverNames);

TYPED_TEST(WeightScaleTest, FactorsAreTheSameAndTheLossIsAsManyTimes) {
  using T = typename TypeParam::Scalar;
  for (const double beta : {2.0, 1.0, 0.5}) {
    for (const bool sparse : {false, true}) {
      SCOPED_TRACE(::testing::Message() << beta << (sparse ? " sparse" : ""));
      const Result<T> plain = this->weighted(1, this->options(beta), sparse);
      EXPECT_GT(plain.relative_error, 0.1);
      for (const double c : {0x1p-990, 0x1p-130, 0x1p130, 0x1p990}) {
        SCOPED_TRACE(c);
        const Result<T> result = this->weighted(c, this->options(beta), sparse);

        // c is a power of 2: not one digit differs.
        EXPECT_EQ(to_dense<T>(result.W).entries, to_dense<T>(plain.W).entries);
        EXPECT_EQ(to_dense<T>(result.Ht).entries, to_dense<T>(plain.Ht).entries);
        EXPECT_EQ(result.relative_error, plain.relative_error);
        EXPECT_EQ(result.loss_history.back().loss, c * plain.loss_history.back().loss);
        EXPECT_NEAR(result.loss_history.back().objective / c, plain.loss_history.back().objective,
                    1e-12 * plain.loss_history.back().objective);
      }
    }
  }
}

TYPED_TEST(WeightScaleTest, HugeDataAndTinyWeightsAreBothScaled) {
  using T = typename TypeParam::Scalar;
  const Matrix<double> data = to_matrix<double>(random_matrix(kRows, kCols, 1, 0.01, 1));
  const Matrix<double> large =
      to_matrix<double>(scaled(random_matrix(kRows, kCols, 1, 0.01, 1), 0x1p100));
  const Matrix<double> w = to_matrix<double>(random_matrix(kRows, kCols, 2, 0.5, 2));
  const Matrix<double> tiny =
      to_matrix<double>(scaled(random_matrix(kRows, kCols, 2, 0.5, 2), 0x1p-900));
  const Options options = this->options(1);
  const auto plain = factorize<T>(DataView(data.view()).weighted_by(w.view()), options);
  const auto both = factorize<T>(DataView(large.view()).weighted_by(tiny.view()), options);
  EXPECT_LT(relative_distance(model_of<T>(both), scaled(model_of<T>(plain), 0x1p100)),
            256 * kUnitRoundoff<T>);
  EXPECT_NEAR(both.loss_history.back().loss / 0x1p-800, plain.loss_history.back().loss,
              1e-5 * plain.loss_history.back().loss);
}

TYPED_TEST(WeightScaleTest, NewRowsAreTheSame) {
  using T = typename TypeParam::Scalar;
  const Matrix<T> data = to_matrix<T>(random_matrix(kRows, kCols, 1, 0.01, 1));
  const Matrix<T> H = to_matrix<T>(random_matrix(kRank, kCols, 3, 0.1, 1));
  const auto transformed = [&](double c) {
    const Matrix<double> w = to_matrix<double>(scaled(random_matrix(kRows, kCols, 2, 0.5, 2), c));
    return to_dense<T>(
        transform<T>(DataView(data.view()).weighted_by(w.view()), H.view(), this->options(1)));
  };
  EXPECT_EQ(transformed(0x1p-990).entries, transformed(1).entries);
  EXPECT_EQ(transformed(0x1p990).entries, transformed(1).entries);
}

TYPED_TEST(WeightScaleTest, WhatTheTypeDoesNotHoldIsRefused) {
  using T = typename TypeParam::Scalar;
  const double apart = sizeof(T) == sizeof(float) ? 0x1p-110 : 0x1p-910;
  const Matrix<double> data = to_matrix<double>(random_matrix(kRows, kCols, 1, 0.01, 1));
  Dense weights = random_matrix(kRows, kCols, 2, 0.5, 2);
  // A single tiny weight counts for nothing; a row or a column of them would have no answer.
  weights(3, 4) = apart;
  const auto run = [&] {
    const Matrix<double> w = to_matrix<double>(weights);
    return factorize<T>(DataView(data.view()).weighted_by(w.view()), this->options(2));
  };
  EXPECT_NO_THROW(run());
  for (Index i = 0; i < kRows; ++i) weights(i, 4) = apart;
  std::string message = message_of<InvalidArgument>(run);
  EXPECT_TRUE(mentions(message, "column 4"));
  EXPECT_TRUE(mentions(message, "precision = float64") || sizeof(T) == sizeof(double));
  for (Index j = 0; j < kCols; ++j) weights(3, j) = apart / 4;
  EXPECT_TRUE(mentions(message_of<InvalidArgument>(run), "row 3"));
}

TEST(WeightScale, ALossBeyondFloat64NamesTheWeights) {
  const Matrix<double> data = to_matrix<double>(Dense(4, 3, 1e5));
  const Matrix<double> w = to_matrix<double>(Dense(4, 3, 1e300));
  Options options;
  options.rank = 1;
  options.backend = BackendKind::cpu;
  const std::string message = message_of<InvalidArgument>(
      [&] { factorize<double>(DataView(data.view()).weighted_by(w.view()), options); });
  EXPECT_TRUE(mentions(message, "weights of A are up to 1e+300"));
}

TEST(WeightScale, IsAPowerOfTwo) {
  const Matrix<double> data = to_matrix<double>(Dense(4, 3, 1));
  const DataView A(data.view());
  EXPECT_EQ(A.weighted_by(A, 0x1p-1074).weight_scale(), 0x1p-1074);
  for (const double scale : {0.0, -2.0, 3.0, double{INFINITY}, std::nan("")}) {
    EXPECT_THROW(A.weighted_by(A, scale), InvalidArgument) << scale;
  }
}

}  // namespace
}  // namespace nonneg::test
