#include "nonneg/sparse_matrix.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <utility>

#include "io/io_testing.hpp"
#include "nonneg/error.hpp"

namespace nonneg::test {
namespace {

using ::testing::HasSubstr;
using Values = std::vector<double>;
using Int32s = std::vector<std::int32_t>;
using Int64s = std::vector<std::int64_t>;
using Floats = std::vector<float>;

/// [[0, 2, 0, 1], [0, 0, 0, 0], [3, 0, 4, 0]]
const Values kDense{0, 2, 0, 1, 0, 0, 0, 0, 3, 0, 4, 0};

template <class Action>
std::string refusal(Action&& action) {
  return words_of<InvalidArgument>(std::forward<Action>(action));
}

TEST(SparseMatrix, TakesCompressedRows) {
  const auto A =
      SparseMatrix::from_csr(3, 4, Int64s{0, 2, 2, 4}, Int32s{1, 3, 0, 2}, Values{2, 1, 3, 4});

  EXPECT_EQ(A.rows(), 3);
  EXPECT_EQ(A.cols(), 4);
  EXPECT_EQ(A.entries(), 4);
  EXPECT_EQ(A.type(), ElementType::float64);
  EXPECT_EQ(dense_entries(A.view()), kDense);
}

TEST(SparseMatrix, BorrowsCompressedRowsWhereTheyLie) {
  const Int64s offsets{0, 2, 2, 4};
  const Int32s columns{1, 3, 0, 2};
  const Values values{2, 1, 3, 4};
  auto A = SparseMatrix::borrow_csr(3, 4, offsets, columns, values);

  EXPECT_EQ(A.rows(), 3);
  EXPECT_EQ(A.entries(), 4);
  EXPECT_EQ(dense_entries(A.view()), kDense);
  EXPECT_EQ(A.view().row_offsets(), offsets.data());
  EXPECT_EQ(A.view().columns(), columns.data());
  EXPECT_EQ(A.view().values(), values.data());
  const SparseMatrix copy = A;
  A = SparseMatrix();
  EXPECT_EQ(dense_entries(copy.view()), kDense);
}

TEST(SparseMatrix, BorrowsWhatItCanAndConvertsTheRest) {
  const Int32s offsets{0, 2, 2, 4};
  const Int32s columns{1, 3, 0, 2};
  const Int64s wide_columns{1, 3, 0, 2};
  const Floats values{2, 1, 3, 4};
  const auto narrow = SparseMatrix::borrow_csr(3, 4, offsets, columns, values);
  EXPECT_EQ(narrow.view().columns(), columns.data());
  EXPECT_EQ(narrow.view().values(), values.data());
  EXPECT_EQ(dense_entries(narrow.view()), kDense);
  SparseMatrix wide = SparseMatrix::borrow_csr(3, 4, offsets, wide_columns, values);
  const SparseMatrix moved = std::move(wide);
  EXPECT_EQ(moved.view().values(), values.data());
  EXPECT_EQ(dense_entries(moved.view()), kDense);
}

TEST(SparseMatrix, BorrowsNothingThatASolverCannotReadWhereItLies) {
  const Int32s offsets{0, 2, 2, 4};
  const Floats values{2, 1, 3, 4};
  const auto borrow = [&](const Int32s& columns, const ArrayView& of) {
    return refusal([&] { SparseMatrix::borrow_csr(3, 4, offsets, columns, of); });
  };
  EXPECT_THAT(borrow({3, 1, 0, 2}, values), HasSubstr("row 0 has column 1 after column 3"));
  EXPECT_THAT(borrow({1, 3, 2, 2}, values), HasSubstr("row 2 has column 2 after column 2"));
  EXPECT_THAT(borrow({1, 4, 0, 2}, values), HasSubstr("columns[1] is 4"));
  EXPECT_THAT(borrow({1, 3, 0, 2}, Int32s{2, 1, 3, 4}), HasSubstr("values of int32"));
  EXPECT_THAT(borrow({1, 3, 0}, values), HasSubstr("3 indices, but 4 values"));
  EXPECT_THAT(refusal([&] {
                const Int64s falling{0, 2, 9, 4};
                const Int32s columns{1, 3, 0, 2};
                SparseMatrix::borrow_csr(3, 4, falling, columns, values);
              }),
              HasSubstr("offsets[3] is 4, below the 9"));
}

TEST(SparseMatrix, TurnsCompressedColumnsToRows) {
  const auto A =
      SparseMatrix::from_csc(3, 4, Int32s{0, 1, 2, 3, 4}, Int64s{2, 0, 2, 0}, Floats{3, 2, 4, 1});

  EXPECT_EQ(A.type(), ElementType::float32);
  EXPECT_EQ(dense_entries(A.view()), kDense);
}

TEST(SparseMatrix, TakesTripletsInAnyOrder) {
  const auto A =
      SparseMatrix::from_triplets(3, 4, Int32s{2, 0, 2, 0}, Int64s{2, 3, 0, 1}, Floats{4, 1, 3, 2});

  EXPECT_EQ(dense_entries(A.view()), kDense);
}

TEST(SparseMatrix, SortsTheColumnsOfEachRow) {
  const auto A =
      SparseMatrix::from_csr(3, 4, Int32s{0, 2, 2, 4}, Int32s{3, 1, 2, 0}, Floats{1, 2, 4, 3});

  EXPECT_EQ(dense_entries(A.view()), kDense);
}

TEST(SparseMatrix, SumsEntriesThatAreThereMoreThanOnce) {
  const auto by_rows = SparseMatrix::from_csr(3, 4, Int32s{0, 3, 3, 6}, Int32s{3, 1, 1, 2, 0, 2},
                                              Floats{1, 0.5F, 1.5F, 1, 3, 3});
  const auto by_columns = SparseMatrix::from_csc(
      3, 4, Int32s{0, 1, 3, 5, 6}, Int32s{2, 0, 0, 2, 2, 0}, Floats{3, 1, 1, 1, 3, 1});
  const auto triplets = SparseMatrix::from_triplets(3, 4, Int32s{2, 0, 2, 0, 2},
                                                    Int32s{2, 1, 0, 3, 2}, Floats{1, 2, 3, 1, 3});

  for (const SparseMatrix* A : {&by_rows, &by_columns, &triplets}) {
    EXPECT_EQ(A->entries(), 4);
    EXPECT_EQ(dense_entries(A->view()), kDense);
  }
}

TEST(SparseMatrix, KeepsZerosThatAreStoredAndValuesOfAnyKind) {
  const double nan = std::numeric_limits<double>::quiet_NaN();

  const auto A = SparseMatrix::from_csr(1, 3, Int32s{0, 3}, Int32s{0, 1, 2}, Values{0, -1, nan});

  EXPECT_EQ(A.entries(), 3);
  EXPECT_EQ(dense_entries(A.view())[1], -1);
  EXPECT_TRUE(std::isnan(dense_entries(A.view())[2]));
}

TEST(SparseMatrix, KeepsIntegersInFloat32WhereThatIsExact) {
  const auto row = [](ArrayView values) {
    return SparseMatrix::from_csr(1, 2, Int32s{0, 2}, Int32s{0, 1}, values);
  };
  EXPECT_EQ(row(std::vector<std::uint8_t>{1, 255}).type(), ElementType::float32);
  EXPECT_EQ(row(Int64s{-16777216, 16777216}).type(), ElementType::float32);
  EXPECT_EQ(row(Int64s{1, 16777217}).type(), ElementType::float64);
  EXPECT_EQ(dense_entries(row(Int64s{1, 16777217}).view()), (Values{1, 16777217}));
  EXPECT_EQ(row(std::vector<std::uint64_t>{1, 1ULL << 40U}).type(), ElementType::float64);
  // 1.5 in binary16.
  const auto halves = row(std::vector<Half>{{0x3E00}, {0x4000}});
  EXPECT_EQ(halves.type(), ElementType::float32);
  EXPECT_EQ(dense_entries(halves.view()), (Values{1.5, 2}));
}

TEST(SparseMatrix, WidensIntegersWhoseSumFloat32WouldRound) {
  const auto A = SparseMatrix::from_triplets(1, 1, Int32s{0, 0}, Int32s{0, 0}, Int32s{16777216, 1});

  EXPECT_EQ(A.type(), ElementType::float64);
  EXPECT_EQ(dense_entries(A.view()), Values{16777217});
}

TEST(SparseMatrix, AgreesWithItselfHoweverItIsHandedIn) {
  // 597 x 43, about a tenth filled, some positions twice: every way gives the same matrix.
  constexpr Index kRows = 597;
  constexpr Index kCols = 43;
  Int32s rows;
  Int32s columns;
  Floats values;
  std::uint32_t state = 1;
  for (int e = 0; e < 2600; ++e) {
    state = state * 1664525U + 1013904223U;
    rows.push_back(static_cast<std::int32_t>((state >> 8U) % kRows));
    columns.push_back(static_cast<std::int32_t>((state >> 20U) % kCols));
    values.push_back(static_cast<float>(state >> 28U));
  }
  Values expected(static_cast<std::size_t>(kRows * kCols));
  std::vector<std::vector<std::pair<std::int32_t, float>>> lines(kCols);
  for (std::size_t e = 0; e < rows.size(); ++e) {
    expected[static_cast<std::size_t>(rows[e] * kCols + columns[e])] +=
        static_cast<double>(values[e]);
    lines[static_cast<std::size_t>(columns[e])].emplace_back(rows[e], values[e]);
  }
  Int64s offsets{0};
  Int32s row_indices;
  Floats by_column;
  for (const auto& line : lines) {
    for (const auto& [row, value] : line) {
      row_indices.push_back(row);
      by_column.push_back(value);
    }
    offsets.push_back(std::ssize(row_indices));
  }

  const auto triplets = SparseMatrix::from_triplets(kRows, kCols, rows, columns, values);
  const auto turned = SparseMatrix::from_csc(kRows, kCols, offsets, row_indices, by_column);

  EXPECT_EQ(dense_entries(triplets.view()), expected);
  EXPECT_EQ(dense_entries(turned.view()), expected);
  EXPECT_EQ(turned.entries(), triplets.entries());
}

TEST(SparseMatrix, MayBeEmpty) {
  EXPECT_EQ(SparseMatrix().view().rows(), 0);
  EXPECT_EQ(SparseMatrix::from_csr(3, 0, Int32s{0, 0, 0, 0}, Int32s{}, Floats{}).entries(), 0);
  EXPECT_EQ(SparseMatrix::from_csc(0, 2, Int32s{0, 0, 0}, Int32s{}, Floats{}).view().cols(), 2);
  EXPECT_EQ(SparseMatrix::from_triplets(2, 2, Int32s{}, Int32s{}, Values{}).view().rows(), 2);
}

TEST(SparseMatrix, KeepsItsViewWhenMoved) {
  auto first = SparseMatrix::from_csr(1, 2, Int32s{0, 1}, Int32s{1}, Floats{5});
  const SparseView view = first.view();

  SparseMatrix second = std::move(first);

  EXPECT_EQ(second.view().values(), view.values());
  EXPECT_EQ(dense_entries(view), (Values{0, 5}));
  // NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move): it is left 0 x 0
  EXPECT_EQ(first.rows(), 0);
  EXPECT_EQ(first.cols(), 0);
  EXPECT_EQ(first.entries(), 0);
  EXPECT_EQ(first.view().entries(), 0);
  first = std::move(second);
  EXPECT_EQ(dense_entries(first.view()), (Values{0, 5}));
}

TEST(SparseMatrix, RefusesNullPointersToEntriesThatThereShouldBe) {
  const Int32s offsets{0, 1, 2};
  const Int32s columns{0, 1};
  const Floats values{1, 2};
  const auto null_of = [](ElementType type, Index size) { return ArrayView(nullptr, type, size); };
  const auto refused = [&](ArrayView at, ArrayView of, ArrayView with) {
    for (const auto make : {&SparseMatrix::from_csr, &SparseMatrix::from_csc}) {
      EXPECT_THAT(refusal([&] { make(2, 2, at, of, with); }), HasSubstr("are a null pointer"));
    }
    SparseMatrix (*const borrow)(Index, Index, ArrayView, ArrayView, ArrayView) =
        &SparseMatrix::borrow_csr;
    return refusal([&] { borrow(2, 2, at, of, with); });
  };
  EXPECT_THAT(refused(null_of(ElementType::int32, 3), columns, values), HasSubstr("offsets are"));
  EXPECT_THAT(refused(null_of(ElementType::int64, 3), columns, values), HasSubstr("offsets are"));
  EXPECT_THAT(refused(offsets, null_of(ElementType::int32, 2), values), HasSubstr("columns are"));
  EXPECT_THAT(refused(offsets, columns, null_of(ElementType::float32, 2)),
              HasSubstr("values are a null pointer, said to have 2 entries"));
  EXPECT_EQ(
      SparseMatrix::from_triplets(2, 2, null_of(ElementType::int32, 0),
                                  null_of(ElementType::int32, 0), null_of(ElementType::float32, 0))
          .entries(),
      0);
}

TEST(SparseMatrix, RefusesOffsetsThatDoNotFit) {
  const auto csr = [](const Int32s& offsets) {
    return refusal([&] { SparseMatrix::from_csr(2, 3, offsets, Int32s{0, 1}, Floats{1, 2}); });
  };
  EXPECT_EQ(csr({0, 2}), "2 offsets for 2 rows: there must be 3");
  EXPECT_EQ(csr({1, 1, 2}), "offsets[0] is 1: the first must be 0");
  EXPECT_EQ(csr({0, 2, 1}), "offsets[2] is 1, below the 2 before it: offsets must ascend");
  EXPECT_EQ(csr({0, 1, 1}),
            "offsets[2] is 1, but there are 2 entries: the last offset counts them");
  EXPECT_EQ(csr({0, -1, 2}), "offsets[1] is -1, outside 0 ... 9223372036854775806");
  EXPECT_EQ(refusal([] {
              SparseMatrix::from_csc(2, 3, Int32s{0, 2, 2}, Int32s{0, 1}, Floats{1, 2});
            }),
            "3 offsets for 3 columns: there must be 4");
}

TEST(SparseMatrix, RefusesIndicesOutsideWithPositionAndValue) {
  EXPECT_EQ(refusal([] {
              SparseMatrix::from_csr(2, 3, Int32s{0, 1, 2}, Int32s{0, 3}, Floats{1, 2});
            }),
            "columns[1] is 3, outside 0 ... 2");
  EXPECT_EQ(refusal([] {
              SparseMatrix::from_csc(2, 1, Int32s{0, 2}, Int64s{0, -7}, Floats{1, 2});
            }),
            "rows[1] is -7, outside 0 ... 1");
  EXPECT_EQ(
      refusal([] { SparseMatrix::from_triplets(2, 2, Int64s{4294967296}, Int64s{0}, Floats{1}); }),
      "rows[0] is 4294967296, outside 0 ... 1");
  EXPECT_EQ(refusal([] { SparseMatrix::from_triplets(2, 0, Int32s{0}, Int32s{0}, Floats{1}); }),
            "columns[0] is 0, but the matrix is empty");
}

TEST(SparseMatrix, RefusesArraysThatDoNotFitTogether) {
  EXPECT_EQ(refusal([] {
              SparseMatrix::from_csr(1, 3, Int32s{0, 2}, Int32s{0, 1}, Floats{1});
            }),
            "2 indices, but 1 values: each entry has one of both");
  EXPECT_EQ(refusal([] {
              SparseMatrix::from_triplets(1, 3, Int32s{0}, Int32s{0, 1}, Floats{1});
            }),
            "2 indices, but 1 values: each entry has one of both");
  EXPECT_EQ(refusal([] {
              SparseMatrix::from_csr(1, 3, Int32s{0, 1}, Floats{0}, Floats{1});
            }),
            "columns are float32: they must be integers");
}

TEST(SparseMatrix, RefusesSizesThatItCannotHave) {
  EXPECT_EQ(refusal([] {
              SparseMatrix::from_csr(1, 2147483648, Int32s{0, 0}, Int32s{}, Floats{});
            }),
            "2147483648 columns: a sparse matrix may have at most 2147483647 columns");
  EXPECT_EQ(SparseMatrix::from_csr(1, 2147483647, Int32s{0, 0}, Int32s{}, Floats{}).cols(),
            2147483647);
  EXPECT_EQ(refusal([] { SparseMatrix::from_csr(-1, 2, Int32s{}, Int32s{}, Floats{}); }),
            "a sparse matrix of -1 x 2: sizes must be >= 0");
  // The offsets of so many rows would be 8 PB.
  EXPECT_NE(words_of<OutOfMemory>([] {
              SparseMatrix::from_triplets(Index{1} << 50U, 1, Int32s{}, Int32s{}, Floats{});
            }).find("cannot allocate"),
            std::string::npos);
}

}  // namespace
}  // namespace nonneg::test
