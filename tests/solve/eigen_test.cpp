// SPDX-License-Identifier: Apache-2.0
// <nonneg/eigen.hpp>: Eigen's matrices handed in where they lie, and results as Eigen's.
#include "nonneg/eigen.hpp"

#include <vector>

#include "nonneg/transform.hpp"
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

Options options() {
  Options options;
  options.rank = 2;
  options.max_iterations = 7;
  options.tolerance = 0;
  options.threads = 1;
  return options;
}

template <class T>
class EigenTest : public ::testing::Test {
 protected:
  using Columns = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
  using Rows = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  EigenTest() {
    for (Index i = 0; i < 9; ++i) {
      for (Index j = 0; j < 7; ++j) columns(i, j) = A(i, j);
    }
  }

  void expect_expected(const Result<T>& result) const {
    EXPECT_TRUE(entries_equal(to_dense(result.W), to_dense(expected.W)));
    EXPECT_TRUE(entries_equal(to_dense(result.Ht), to_dense(expected.Ht)));
  }

  // Sparse enough for a sparse matrix, and of numbers that float32 holds.
  const Matrix<T> A = to_matrix<T>(rounded<float>(sparse_matrix(9, 7, 1)));
  const Result<T> expected = factorize<T>(A.view(), options());
  Columns columns = Columns(9, 7);
};
using Scalars = ::testing::Types<float, double>;
TYPED_TEST_SUITE(EigenTest, Scalars);

TYPED_TEST(EigenTest, DenseMatricesOfEitherOrderAreReadWhereTheyLie) {
  const typename TestFixture::Rows rows = this->columns;
  EXPECT_EQ(eigen_view(this->columns).data(), this->columns.data());
  EXPECT_EQ(eigen_view(this->columns).row_stride(), 1);
  EXPECT_EQ(eigen_view(this->columns).col_stride(), 9);
  EXPECT_EQ(eigen_view(rows).row_stride(), 7);
  this->expect_expected(factorize(this->columns, options()));
  this->expect_expected(factorize(rows, options()));
  typename TestFixture::Columns larger = TestFixture::Columns::Constant(20, 20, -1);
  larger.block(4, 5, 9, 7) = this->columns;
  this->expect_expected(factorize(larger.block(4, 5, 9, 7), options()));
  EXPECT_EQ(eigen_view(typename TestFixture::Columns(0, 3)).rows(), 0);
}

TYPED_TEST(EigenTest, ResultsAreMappedWhereTheyLie) {
  using T = TypeParam;
  const auto W = eigen_w(this->expected);
  const auto H = eigen_h(this->expected);
  EXPECT_EQ(W.data(), this->expected.W.data());
  EXPECT_EQ(H.data(), this->expected.Ht.data());
  ASSERT_EQ(H.rows(), 2);
  ASSERT_EQ(H.cols(), 7);
  for (Index i = 0; i < 9; ++i) EXPECT_EQ(W(i, 1), this->expected.W(i, 1));
  for (Index j = 0; j < 7; ++j) EXPECT_EQ(H(1, j), this->expected.Ht(j, 1));
  const Matrix<T> again =
      Transformer<T>(this->expected.H(), options()).transform(eigen_view(this->columns));
  EXPECT_EQ(eigen_map(again).rows(), 9);
}

TYPED_TEST(EigenTest, SparseMatricesAreBorrowedByRowsAndTurnedByColumns) {
  using T = TypeParam;
  Eigen::SparseMatrix<T> by_columns = this->columns.sparseView();
  const Eigen::SparseMatrix<T, Eigen::RowMajor> by_rows = by_columns;
  const SparseMatrix borrowed = eigen_sparse(by_rows);
  EXPECT_EQ(borrowed.view().values(), by_rows.valuePtr());
  EXPECT_EQ(borrowed.view().columns(), by_rows.innerIndexPtr());
  const Result<T> of_rows = factorize(by_rows, options());
  const Result<T> of_columns = factorize(by_columns, options());
  EXPECT_TRUE(entries_equal(to_dense(of_rows.W), to_dense(of_columns.W)));
  EXPECT_LT(relative_distance(model_of(of_rows), model_of(this->expected)),
            sweep_tolerance<T>(9, 7));
  // With room left between the rows.
  by_columns.uncompress();
  const Result<T> of_loose = factorize(by_columns, options());
  EXPECT_TRUE(entries_equal(to_dense(of_rows.W), to_dense(of_loose.W)));
}

TEST(EigenIntegersTest, AreTakenInThePrecisionThatHoldsThem) {
  Eigen::ArrayXXi counts(3, 2);
  counts << 1, 2, 3, 4, 5, 6;
  EXPECT_EQ(factorize(counts, options()).type(), ElementType::float32);
  Eigen::SparseMatrix<int, Eigen::RowMajor> sparse = counts.matrix().sparseView();
  EXPECT_EQ(factorize(sparse, options()).type(), ElementType::float32);
}

TEST(EigenSparseTest, MapsAndBlocksOfSparseMatricesAreTakenToo) {
  Eigen::MatrixXd dense(5, 4);
  dense << 1, 0, 2, 0, 0, 3, 0, 1, 4, 0, 0, 2, 0, 1, 1, 0, 2, 0, 3, 1;
  const Eigen::SparseMatrix<double, Eigen::RowMajor> rows = dense.sparseView();
  const Eigen::SparseMatrix<double> columns = dense.sparseView();
  using Map = Eigen::Map<const Eigen::SparseMatrix<double, Eigen::RowMajor>>;
  const Map map(5, 4, rows.nonZeros(), rows.outerIndexPtr(), rows.innerIndexPtr(), rows.valuePtr());
  EXPECT_EQ(eigen_sparse(map).view().values(), rows.valuePtr());
  const auto entries_of = [](const SparseMatrix& A) {
    Dense entries(A.rows(), A.cols());
    const SparseView view = A.view();
    for (Index i = 0; i < A.rows(); ++i) {
      for (Index e = view.row_offsets()[i]; e < view.row_offsets()[i + 1]; ++e) {
        entries(i, view.columns()[e]) = static_cast<const double*>(view.values())[e];
      }
    }
    return entries;
  };
  const auto block_of = [&](Index first, Index count, Index first_col, Index cols) {
    Dense block(count, cols);
    for (Index i = 0; i < count; ++i) {
      for (Index j = 0; j < cols; ++j) block(i, j) = dense(first + i, first_col + j);
    }
    return block;
  };
  EXPECT_TRUE(entries_equal(entries_of(eigen_sparse(rows.middleRows(0, 3))), block_of(0, 3, 0, 4)));
  EXPECT_TRUE(entries_equal(entries_of(eigen_sparse(rows.middleRows(2, 2))), block_of(2, 2, 0, 4)));
  EXPECT_TRUE(
      entries_equal(entries_of(eigen_sparse(columns.middleCols(1, 3))), block_of(0, 5, 1, 3)));
  const Result<double> wanted = factorize(rows, options());
  EXPECT_TRUE(entries_equal(to_dense(factorize(map, options()).W), to_dense(wanted.W)));
  const Result<double> of_block = factorize(rows.middleRows(1, 3), options());
  EXPECT_EQ(of_block.W.rows(), 3);
}

TEST(EigenCallsTest, EveryCallTakesThem) {
  const Eigen::MatrixXd dense = (Eigen::MatrixXd::Random(6, 5).array() + 1).matrix();
  const Eigen::SparseMatrix<double> sparse = dense.sparseView();
  const Result<double> wanted = factorize(dense, options());
  const auto same = [](const Matrix<double>& X, const Matrix<double>& Y) {
    return entries_equal(to_dense(X), to_dense(Y));
  };
  Solver solver(dense, options());
  solver.run();
  EXPECT_TRUE(same(solver.result().W, wanted.W));
  EXPECT_TRUE(same(factorize<double>(dense, options()).W, wanted.W));
  EXPECT_EQ(factorize<float>(dense, options()).precision, Precision::float32);
  EXPECT_TRUE(same(factorize(dense, options(), start_from(wanted)).W,
                   factorize(eigen_view(dense), options(), start_from(wanted)).W));
  const Matrix<double> H = wanted.H();
  EXPECT_TRUE(same(transform(dense, H, options()), transform(eigen_view(dense), H, options())));
  EXPECT_EQ(transform(sparse, H, options()).rows(), 6);
}

}  // namespace
}  // namespace nonneg::test
