// SPDX-License-Identifier: Apache-2.0
// Rows and columns of which nothing is observed: they have no answer, which a warning says.
#include "support/counted_cases.hpp"
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

constexpr Index kRows = 9;
constexpr Index kCols = 7;
constexpr Index kRank = 2;

/// How a row or a column comes to have no observed entry.
enum class Left { nan, zero_weights, not_stored };

template <class Case>
class UnobservedTest : public SolverTest<Case> {
 protected:
  using Scalar = typename Case::Scalar;

  /// Rows 3, 4 and 8 and column 5 are left out.
  static bool left_out(Index i, Index j) { return i == 3 || i == 4 || i == 8 || j == 5; }

  UnobservedTest()
      : A_(random_matrix(kRows, kCols, 1, 0.25, 1)), weights_(kRows, kCols, 1), stored_(A_) {
    for (Index i = 0; i < kRows; ++i) {
      for (Index j = 0; j < kCols; ++j) {
        if (!left_out(i, j)) continue;
        weights_(i, j) = 0;
        stored_(i, j) = 0;
      }
    }
    Dense holes = A_;
    for (Index i = 0; i < kRows; ++i) {
      for (Index j = 0; j < kCols; ++j) {
        if (left_out(i, j)) holes(i, j) = std::nan("");
      }
    }
    dense_ = to_matrix<Scalar>(A_);
    holes_ = to_matrix<Scalar>(holes);
    w_ = to_matrix<Scalar>(weights_);
    sparse_ = to_sparse<Scalar>(stored_);
  }

  DataView view(Left how) const {
    if (how == Left::nan) return holes_.view();
    if (how == Left::not_stored) return sparse_.view();
    return DataView(dense_.view()).weighted_by(w_.view());
  }

  static Options options(Left how, double beta) {
    Options options = Case::options(kRank, 30);
    options.beta = beta;
    options.missing = how == Left::nan          ? Missing::nan
                      : how == Left::not_stored ? Missing::zeros
                                                : Missing::none;
    return options;
  }

 private:
  Dense A_;
  Dense weights_;
  Dense stored_;
  Matrix<Scalar> dense_;
  Matrix<Scalar> holes_;
  Matrix<Scalar> w_;
  SparseMatrix sparse_;
};
using LossCases = ::testing::Types<SolverCase<float, Algorithm::mu, BackendKind::cpu>,
                                   SolverCase<double, Algorithm::mu, BackendKind::cpu>,
                                   SolverCase<double, Algorithm::mu, BackendKind::cuda>>;
TYPED_TEST_SUITE(UnobservedTest, LossCases, SolverNames);

TYPED_TEST(UnobservedTest, TheirFactorsAreZerosAndAWarningCountsThem) {
  using T = typename TypeParam::Scalar;
  for (const Left how : {Left::nan, Left::zero_weights, Left::not_stored}) {
    for (const double beta : {2.0, 1.0, 0.0}) {
      SCOPED_TRACE(::testing::Message() << static_cast<int>(how) << ", beta " << beta);

      const Result<T> result = factorize<T>(this->view(how), this->options(how, beta));

      EXPECT_EQ(result.unobserved_rows, (std::vector<Index>{3, 4, 8}));
      EXPECT_EQ(result.unobserved_columns, (std::vector<Index>{5}));
      ASSERT_EQ(result.warnings.size(), 1U);
      EXPECT_TRUE(mentions(result.warnings[0], "3 rows and 1 column of A have no observed entry"));
      for (Index c = 0; c < kRank; ++c) {
        for (Index i = 0; i < kRows; ++i) {
          EXPECT_EQ(result.W(i, c) == 0, i == 3 || i == 4 || i == 8) << i;
        }
        for (Index j = 0; j < kCols; ++j) EXPECT_EQ(result.Ht(j, c) == 0, j == 5) << j;
      }
      EXPECT_LT(result.relative_error, 1);
    }
  }
}

TYPED_TEST(UnobservedTest, UnderAPenaltyTheyAreAtTheFloor) {
  using T = typename TypeParam::Scalar;
  Options options = this->options(Left::nan, 1);
  options.penalties = {.l1_w = 0.1, .l1_h = 0.1};
  const Result<T> result = factorize<T>(this->view(Left::nan), options);
  for (Index c = 0; c < kRank; ++c) {
    EXPECT_LT(result.W(3, c), 1e-9);
    EXPECT_LT(result.Ht(5, c), 1e-9);
  }
}

TYPED_TEST(UnobservedTest, NewRowsAreZerosToo) {
  using T = typename TypeParam::Scalar;
  const Matrix<T> H = to_matrix<T>(random_matrix(kRank, kCols, 3, 0.1, 1));
  for (const Left how : {Left::nan, Left::zero_weights, Left::not_stored}) {
    for (const double beta : {2.0, 1.0, 0.0}) {
      for (const double l1 : {0.0, 0.1}) {
        SCOPED_TRACE(::testing::Message() << static_cast<int>(how) << ", beta " << beta);
        std::vector<std::string> warnings;
        Options options = this->options(how, beta);
        options.penalties.l1_w = l1;

        const Matrix<T> W = transform<T>(this->view(how), H.view(), options, &warnings);

        ASSERT_EQ(warnings.size(), 1U);
        EXPECT_TRUE(mentions(warnings[0], "3 rows of A have no observed entry"));
        for (Index c = 0; c < kRank; ++c) {
          EXPECT_EQ(W(3, c), 0);
          EXPECT_EQ(W(8, c), 0);
        }
        EXPECT_GT(W(0, 0) + W(0, 1), 0);
      }
    }
  }
}

TEST(Unobserved, CompleteDataHasNoWarning) {
  const Matrix<double> A = to_matrix<double>(random_matrix(kRows, kCols, 1));
  const Matrix<double> w = to_matrix<double>(Dense(kRows, kCols, 2));
  Options options;
  options.rank = kRank;
  options.backend = BackendKind::cpu;
  EXPECT_TRUE(factorize<double>(A.view(), options).warnings.empty());
  const auto weighted = factorize<double>(DataView(A.view()).weighted_by(w.view()), options);
  EXPECT_TRUE(weighted.warnings.empty());
  EXPECT_TRUE(weighted.unobserved_rows.empty());
}

}  // namespace
}  // namespace nonneg::test
