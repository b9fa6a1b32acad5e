// SPDX-License-Identifier: Apache-2.0
// transform(): what a row comes to is its own, whatever the size of the rows beside it, for every
// loss and kind of data.
#include "support/counted_cases.hpp"
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

constexpr Index kRows = 12;
constexpr Index kCols = 9;
constexpr Index kRank = 3;

/// The size of row i among `sizes`.
double size_of(const std::vector<double>& sizes, Index i) {
  return sizes[static_cast<std::size_t>(i) % sizes.size()];
}

Dense with_rows_scaled(Dense A, const std::vector<double>& sizes, double power = 1) {
  for (Index i = 0; i < A.rows; ++i) {
    for (Index j = 0; j < A.cols; ++j) A(i, j) *= std::pow(size_of(sizes, i), power);
  }
  return A;
}

Dense rows_of(const Dense& A, Index first, Index count) {
  Dense rows(count, A.cols);
  for (Index i = 0; i < count; ++i) {
    for (Index j = 0; j < A.cols; ++j) rows(i, j) = A(first + i, j);
  }
  return rows;
}

/// The largest distance of a row of X from that of Y, relative to it.
double largest_row_distance(const Dense& X, const Dense& Y) {
  double largest = 0;
  for (Index i = 0; i < X.rows; ++i) {
    largest = std::max(largest, relative_distance(rows_of(X, i, 1), rows_of(Y, i, 1)));
  }
  return largest;
}

/// Powers of 2, so that a row of either size has the same digits; in float32, too, the smallest is
/// 1e-28 of the largest where products with A are all that is taken, else 1e-18.
const std::vector<double> kFarSizes = {0x1p-10, 1, 0x1p13, 0x1p-80};
const std::vector<double> kSizes = {0x1p-10, 1, 0x1p13, 0x1p-47};

/// P and the row are summed in another order where panels are cut otherwise: roundings of a product
/// over the columns, times the condition of the problem, on which the updates work some 200 times.
template <class T>
constexpr double kCutRounding = 256 * kUnitRoundoff<T>;

template <class Case>
class TransformRowsTest : public SolverTest<Case> {
 protected:
  using Scalar = typename Case::Scalar;

  static Dense transformed(const Dense& A, const Dense& H, const Options& options) {
    const Matrix<Scalar> data = to_matrix<Scalar>(A);
    const Matrix<Scalar> fixed = to_matrix<Scalar>(H);
    return to_dense<Scalar>(transform<Scalar>(data.view(), fixed.view(), options));
  }
  /// The defaults of Options but for the case's algorithm.
  static Options options() {
    Options options = Case::options(0, 200);
    options.tolerance = 1e-4;
    return options;
  }
};
TYPED_TEST_SUITE(TransformRowsTest, BackendCases, SolverNames);

TYPED_TEST(TransformRowsTest, ARowIsWhatItIsAlone) {
  using T = typename TypeParam::Scalar;
  const Dense H = random_matrix(kRank, kCols, 1);
  const Dense plain = rounded<T>(random_matrix(kRows, kCols, 2));
  for (const double floor : {0.0, 0.25}) {
    SCOPED_TRACE(floor);
    Options options = this->options();
    if (floor > 0) options.floor = floor;

    const Dense together = this->transformed(with_rows_scaled(plain, kFarSizes), H, options);

    const Dense alike = this->transformed(plain, H, options);
    EXPECT_LT(largest_row_distance(with_rows_scaled(alike, kFarSizes), together), kCutRounding<T>);
    for (Index i = 0; i < TypeParam::sized(kRows, 4); ++i) {
      const Dense row = rows_of(with_rows_scaled(plain, kFarSizes), i, 1);
      EXPECT_LT(largest_row_distance(this->transformed(row, H, options), rows_of(together, i, 1)),
                kCutRounding<T>)
          << i;
    }
  }
}

TYPED_TEST(TransformRowsTest, AnExactRowBesideALargeOneIsExact) {
  using T = typename TypeParam::Scalar;
  Dense H(2, 4);
  for (Index j = 0; j < 4; ++j) {
    H(0, j) = j < 2 ? 1 : 2;
    H(1, j) = 2;
  }
  Dense A(2, 4);
  for (Index j = 0; j < 4; ++j) {
    A(0, j) = j < 2 ? 3 : 4;
    A(1, j) = 1e6 * static_cast<double>(1 + j % 3);
  }

  const Dense W = this->transformed(A, H, this->options());

  // The condition of H·Hᵀ is 40.
  EXPECT_NEAR(W(0, 0), 1, 4 * 40 * kUnitRoundoff<T>);
  EXPECT_NEAR(W(0, 1), 1, 4 * 40 * kUnitRoundoff<T>);
}

TYPED_TEST(TransformRowsTest, ARowOfZerosAndWhatL1KillsAreZeros) {
  Dense A = random_matrix(4, kCols, 3);
  for (Index j = 0; j < kCols; ++j) {
    A(1, j) = 0;
    A(2, j) *= 1e-6;
  }
  Options options = this->options();
  options.penalties.l1_w = 0.5;

  const Dense W = this->transformed(A, random_matrix(kRank, kCols, 4), options);

  for (Index c = 0; c < kRank; ++c) {
    EXPECT_EQ(W(1, c), 0);
    EXPECT_EQ(W(2, c), 0);
  }
  EXPECT_GT(W(0, 0) + W(0, 1) + W(0, 2), 0);
}

TYPED_TEST(TransformRowsTest, TheSeedPlaysNoPart) {
  const Dense A = random_matrix(kRows, kCols, 5);
  const Dense H = random_matrix(kRank, kCols, 6);
  Options options = this->options();
  const Dense W = this->transformed(A, H, options);
  options.seed = 7;
  EXPECT_EQ(this->transformed(A, H, options).entries, W.entries);
}

template <class Case>
class TransformLossRowsTest : public SolverTest<Case> {};
using LossCases = ::testing::Types<SolverCase<float, Algorithm::mu, BackendKind::cpu>,
                                   SolverCase<double, Algorithm::mu, BackendKind::cpu>,
                                   SolverCase<float, Algorithm::mu, BackendKind::cuda>,
                                   SolverCase<double, Algorithm::mu, BackendKind::cuda>>;
TYPED_TEST_SUITE(TransformLossRowsTest, LossCases, SolverNames);

/// A loss, how A is stored, and which of its entries count how much.
struct Kind {
  double beta;
  Missing missing = Missing::none;
  bool sparse = false;
  bool weighted = false;
};

/// The rows first … of the data, of these sizes.
template <class T>
class KindData {
 public:
  KindData(const Kind& kind, Index first, Index count, const std::vector<double>& sizes)
      : kind_(kind) {
    Dense A = rounded<T>(random_matrix(kRows, kCols, 11, 0.25, 1));
    if (kind.missing == Missing::nan) {
      for (std::size_t e = 0; e < A.entries.size(); e += 5) A.entries[e] = std::nan("");
    }
    if (kind.sparse) {
      for (std::size_t e = 0; e < A.entries.size(); e += 3) A.entries[e] = 0;
    }
    const Dense rows = rows_of(with_rows_scaled(A, sizes), first, count);
    dense_ = to_matrix<T>(rows);
    stored_ = to_sparse<T>(rows);
    weights_ = to_matrix<T>(rows_of(random_matrix(kRows, kCols, 12, 0.5, 2), first, count));
  }

  DataView view() const {
    if (kind_.sparse) return stored_.view();
    const DataView all(dense_.view());
    return kind_.weighted ? all.weighted_by(weights_.view()) : all;
  }

 private:
  Kind kind_;
  Matrix<T> dense_;
  SparseMatrix stored_;
  Matrix<T> weights_;
};

TYPED_TEST(TransformLossRowsTest, ARowIsWhatItIsAlone) {
  using T = typename TypeParam::Scalar;
  const Matrix<T> H = to_matrix<T>(random_matrix(kRank, kCols, 13, 0.1, 1));
  for (const Kind& kind : {Kind{1}, Kind{0}, Kind{-1}, Kind{1.5}, Kind{3},
                           Kind{.beta = 1, .sparse = true}, Kind{.beta = 1.5, .sparse = true},
                           Kind{.beta = 1, .missing = Missing::zeros, .sparse = true},
                           Kind{.beta = 2, .missing = Missing::nan},
                           Kind{.beta = 1, .weighted = true}, Kind{.beta = 2, .weighted = true}}) {
    SCOPED_TRACE(::testing::Message() << kind.beta << (kind.sparse ? " sparse" : ""));
    // The powers of v below β = 1 take less of float32's range.
    const std::vector<double> sizes =
        kind.beta < 1 ? std::vector<double>{0x1p-10, 1, 0x1p13} : kSizes;
    Options options = TypeParam::options(0, TypeParam::sized(200, 30));
    options.tolerance = 1e-4;
    options.beta = kind.beta;
    options.missing = kind.missing;
    const auto transformed = [&](const KindData<T>& data) {
      return to_dense<T>(transform<T>(data.view(), H.view(), options));
    };

    const Dense together = transformed(KindData<T>(kind, 0, kRows, sizes));

    const Dense alike = transformed(KindData<T>(kind, 0, kRows, {1}));
    EXPECT_LT(largest_row_distance(with_rows_scaled(alike, sizes), together), 8 * kCutRounding<T>);
    for (Index i = 0; i < TypeParam::sized(kRows, 3); ++i) {
      EXPECT_LT(largest_row_distance(transformed(KindData<T>(kind, i, 1, sizes)),
                                     rows_of(together, i, 1)),
                8 * kCutRounding<T>)
          << i;
    }
  }
}

TYPED_TEST(TransformLossRowsTest, AColumnThatHLacksLeavesRowsFinite) {
  using T = typename TypeParam::Scalar;
  const Matrix<T> A = to_matrix<T>(random_matrix(kRows, kCols, 14, 0.25, 1e3));
  Dense H = random_matrix(kRank, kCols, 15, 0.1, 1);
  for (Index c = 0; c < kRank; ++c) H(c, 2) = 0;
  const Matrix<T> fixed = to_matrix<T>(H);
  for (const double beta : {-1.0, 0.0, 0.5, 1.0, 1.5}) {
    SCOPED_TRACE(beta);
    Options options = TypeParam::options(0, 20);
    options.beta = beta;
    const Dense W = to_dense<T>(transform<T>(A.view(), fixed.view(), options));
    EXPECT_TRUE(all_finite(W));
    EXPECT_GT(smallest_entry(W), 0);
  }
}

}  // namespace
}  // namespace nonneg::test
