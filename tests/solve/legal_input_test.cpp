// SPDX-License-Identifier: Apache-2.0
// Input that is odd but legal: finite factors and a sane error, always.
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class LegalInputTest : public ::testing::Test {
 protected:
  using Scalar = typename Case::Scalar;

  /// Runs and checks what must hold of every run; the errors before and after.
  static Result<Scalar> run(const Dense& A, Index rank, Index iterations = 50) {
    Options options = Case::options(rank, iterations);
    options.seed = 1;
    return checked(factorize_dense<Scalar>(A, options));
  }

  static Result<Scalar> checked(Result<Scalar> result) {
    EXPECT_TRUE(all_finite(to_dense<Scalar>(result.W)));
    EXPECT_TRUE(all_finite(to_dense<Scalar>(result.Ht)));
    EXPECT_GE(smallest_entry(to_dense<Scalar>(result.W)), 0);
    EXPECT_GE(smallest_entry(to_dense<Scalar>(result.Ht)), 0);
    EXPECT_GE(result.relative_error, 0);
    EXPECT_LE(result.relative_error, 1);
    for (const LossRecord& record : result.loss_history) {
      EXPECT_TRUE(std::isfinite(record.loss));
      EXPECT_TRUE(std::isfinite(record.objective));
    }
    return result;
  }
};
TYPED_TEST_SUITE(LegalInputTest, SolverCases, SolverNames);

TYPED_TEST(LegalInputTest, AllZeroFromTheCallersFactorsIsFittedByZero) {
  using T = typename TypeParam::Scalar;
  const Result<T> result = this->checked(
      factorize_dense<T>(Dense(7, 5), TypeParam::options(2, 20), {Dense(7, 2, 1), Dense(5, 2, 1)}));
  EXPECT_EQ(largest(model_of(result)), 0);
}

TYPED_TEST(LegalInputTest, AConstantMatrixIsOfRankOne) {
  using T = typename TypeParam::Scalar;
  EXPECT_LT(this->run(Dense(30, 20, 7), 1).relative_error, 64 * kUnitRoundoff<T>);
  this->run(Dense(30, 20, 7), 4);
}

TYPED_TEST(LegalInputTest, OneRowAndOneColumnAreFittedExactly) {
  using T = typename TypeParam::Scalar;
  for (const Index rank : {1, 3}) {
    SCOPED_TRACE(rank);
    EXPECT_LT(this->run(random_matrix(1, 20, 2), rank, 500).relative_error,
              64 * kUnitRoundoff<T> + 1e-6);
    EXPECT_LT(this->run(random_matrix(20, 1, 3), rank, 500).relative_error,
              64 * kUnitRoundoff<T> + 1e-6);
  }
  EXPECT_LT(this->run(Dense(1, 1, 5), 1).relative_error, 64 * kUnitRoundoff<T>);
}

TYPED_TEST(LegalInputTest, TheRankMayExceedBothSizes) {
  this->run(random_matrix(4, 6, 4), 9, 300);
  this->run(random_matrix(6, 4, 5), 70, 100);
}

TYPED_TEST(LegalInputTest, AMatrixOfExactlyRankKIsFitted) {
  EXPECT_LT(this->run(planted_sparse(30, 20, 2, 6).A, 2, 3000).relative_error, 1e-3);
}

TYPED_TEST(LegalInputTest, AMatrixOfLowerRankThanKIsFitted) {
  EXPECT_LT(this->run(planted_sparse(30, 20, 2, 6).A, 5, 1000).relative_error, 0.02);
}

TYPED_TEST(LegalInputTest, OneEntryAmongZerosIsFound) {
  Dense A(20, 30);
  A(13, 17) = 4;
  EXPECT_LT(this->run(A, 2, 200).relative_error, 1e-3);
}

TYPED_TEST(LegalInputTest, NegativeZeroIsZero) {
  Dense A = random_matrix(6, 5, 7);
  A(2, 2) = -0.0;
  this->run(A, 2);
}

TYPED_TEST(LegalInputTest, EntriesNearTheEndsOfTheTypeAreScaledFor) {
  using T = typename TypeParam::Scalar;
  const Dense A = noisy_planted(30, 20, 3, 8);
  const double unit = largest(A);
  const double expected = this->run(A, 3).relative_error;
  std::vector<double> sizes = {3e38, 1e30, 1e-30, 1e-37};
  if (sizeof(T) == sizeof(double)) sizes = {1e100, 1e150, 1e-100, 1e-150, 1e-300};
  for (const double size : sizes) {
    SCOPED_TRACE(size);
    EXPECT_NEAR(this->run(scaled(A, size / unit), 3).relative_error, expected, 1e-3 * expected);
  }
}

TYPED_TEST(LegalInputTest, HugeAndTinyEntriesMayMeet) {
  using T = typename TypeParam::Scalar;
  Dense A = random_matrix(20, 15, 9);
  A(3, 4) = sizeof(T) == sizeof(float) ? 3e38 : 1e150;
  A(5, 6) = sizeof(T) == sizeof(float) ? 1e-45 : 1e-323;
  this->run(A, 3);
}

TYPED_TEST(LegalInputTest, Float64DataBeyondFloatAreFittedOrRefusedInEitherPrecision) {
  using T = typename TypeParam::Scalar;
  for (const double size : {1e60, 1e100, 1e-60, 1e-100, 1e-323}) {
    SCOPED_TRACE(size);
    const Matrix<double> A = to_matrix<double>(Dense(6, 5, size));
    try {
      const Result<T> result =
          this->checked(factorize<T>(DataView(A.view()), TypeParam::options(1, 50)));
      // What is said to be a fit is one: in units in which nothing underflows, W·H is constant.
      const double unit = std::sqrt(size);
      const Dense fitted =
          model(scaled(to_dense<T>(result.W), 1 / unit), scaled(to_dense<T>(result.Ht), 1 / unit));
      EXPECT_LT(relative_distance(fitted, Dense(6, 5, A(0, 0) / size)),
                result.relative_error + 1e-3);
    } catch (const InvalidArgument& error) {
      EXPECT_TRUE(mentions(error.what(), "precision"));
    }
  }
}

TYPED_TEST(LegalInputTest, ZerosInTheFirstFactorsAreSaidUnderMultiplicativeUpdates) {
  using T = typename TypeParam::Scalar;
  const Dense A = random_matrix(6, 5, 10);
  Factors start = random_start(6, 5, 2, 11);
  const Options options = TypeParam::options(2, 50);
  EXPECT_TRUE(factorize_dense<T>(A, options, start).warnings.empty());
  start.W(3, 1) = 0;
  start.W(4, 0) = 0;

  const Result<T> result = this->checked(factorize_dense<T>(A, options, start));

  if (TypeParam::kAlgorithm == Algorithm::mu) {
    ASSERT_EQ(result.warnings.size(), 1U);
    EXPECT_TRUE(mentions(result.warnings[0], "W0"));
    EXPECT_TRUE(mentions(result.warnings[0], "2"));
    EXPECT_TRUE(mentions(result.warnings[0], "zero"));
  } else {
    EXPECT_TRUE(result.warnings.empty());
  }
}

TYPED_TEST(LegalInputTest, FirstFactorsOfZerosAreLegal) {
  using T = typename TypeParam::Scalar;
  Options options = TypeParam::options(2, 20);
  this->checked(factorize_dense<T>(random_matrix(6, 5, 12), options, {Dense(6, 2), Dense(5, 2)}));
  options.floor = 0;
  this->checked(factorize_dense<T>(random_matrix(6, 5, 12), options, {Dense(6, 2), Dense(5, 2)}));
}

}  // namespace
}  // namespace nonneg::test
