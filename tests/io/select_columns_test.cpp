// SPDX-License-Identifier: Apache-2.0
// Some columns of a matrix.
#include "io/select_columns.hpp"

#include "data/dense_copy.hpp"
#include "io_testing.hpp"
#include "nonneg/error.hpp"
#include "nonneg/matrix.hpp"

namespace nonneg::io {
namespace {

/// 3 × 5 with entry (i, j) = 10·i + j, in any strides.
template <class E>
struct Numbered {
  explicit Numbered(bool by_columns) : entries(15) {
    const Index row_stride = by_columns ? 1 : 5;
    const Index col_stride = by_columns ? 3 : 1;
    for (Index i = 0; i < 3; ++i) {
      for (Index j = 0; j < 5; ++j) {
        entries[static_cast<std::size_t>(i * row_stride + j * col_stride)] =
            static_cast<E>(10 * i + j);
      }
    }
    view = DataView(entries.data(), ElementTypeOf<E>::value, 3, 5, row_stride, col_stride);
  }

  std::vector<E> entries;
  DataView view;
};

void expect_columns(const DataView& selected, const std::vector<Index>& columns) {
  ASSERT_EQ(selected.rows(), 3);
  ASSERT_EQ(selected.cols(), std::ssize(columns));
  const Matrix<double> dense = dense_copy<double>(selected);
  for (Index i = 0; i < 3; ++i) {
    for (Index j = 0; j < selected.cols(); ++j) {
      EXPECT_EQ(dense(i, j), 10 * static_cast<double>(i) +
                                 static_cast<double>(columns[static_cast<std::size_t>(j)]));
    }
  }
}

TEST(SelectColumns, OfDenseDataKeepTypeAndOrderOfRowsOrColumns) {
  const std::vector<Index> columns{3, 0, 4};
  for (const bool by_columns : {false, true}) {
    const Numbered<std::uint8_t> bytes(by_columns);
    const LoadedMatrix selected = select_columns(bytes.view, columns);
    EXPECT_EQ(selected.view.type(), ElementType::uint8);
    EXPECT_EQ(selected.view.row_major(), !by_columns);
    expect_columns(selected.view, columns);
    expect_columns(select_columns(Numbered<double>(by_columns).view, columns).view, columns);
  }
}

TEST(SelectColumns, OfDenseDataMayBeRepeatedOrNone) {
  const Numbered<float> A(false);
  expect_columns(select_columns(A.view, std::vector<Index>{1, 1, 2}).view, {1, 1, 2});
  expect_columns(select_columns(A.view, {}).view, {});
}

TEST(SelectColumns, OfSparseDataStaySparse) {
  // 0 and 11 and 24, and nothing else.
  const std::vector<Index> rows{1, 2, 2};
  const std::vector<Index> at{1, 4, 0};
  const std::vector<float> values{11, 24, 20};
  const SparseMatrix A = SparseMatrix::from_triplets(3, 5, rows, at, values);
  const LoadedMatrix selected = select_columns(A.view(), std::vector<Index>{4, 1});
  ASSERT_TRUE(selected.view.sparse());
  EXPECT_EQ(selected.view.stored().entries(), 2);
  EXPECT_EQ(selected.view.type(), ElementType::float32);
  const Matrix<double> dense = dense_copy<double>(selected.view);
  EXPECT_EQ(dense(2, 0), 24);
  EXPECT_EQ(dense(1, 1), 11);
  EXPECT_EQ(dense(2, 1), 0);
}

TEST(SelectColumns, ThatAreNotThereAreRefused) {
  const Numbered<float> A(false);
  EXPECT_THROW(select_columns(A.view, std::vector<Index>{5}), InvalidArgument);
  EXPECT_THROW(select_columns(A.view, std::vector<Index>{-1}), InvalidArgument);
}

}  // namespace
}  // namespace nonneg::io
