// SPDX-License-Identifier: Apache-2.0
// Matrix, MatrixView and DataView.
#include "nonneg/matrix.hpp"

#include "nonneg/data_view.hpp"
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

static_assert(!std::is_copy_constructible_v<Matrix<float>>);
static_assert(!std::is_copy_assignable_v<Matrix<float>>);
static_assert(std::is_nothrow_move_constructible_v<Matrix<float>>);
static_assert(std::is_nothrow_move_assignable_v<Matrix<float>>);
static_assert(std::is_convertible_v<MatrixView<float>, MatrixView<const float>>);
static_assert(!std::is_convertible_v<MatrixView<const float>, MatrixView<float>>);

TEST(MatrixViewTest, EntriesLieByRowAndLeadingDimension) {
  std::vector<double> memory(12);
  for (std::size_t e = 0; e < 12; ++e) memory[e] = static_cast<double>(e);
  const MatrixView<double> view(memory.data(), 3, 2, 4);
  EXPECT_EQ(view(0, 1), 1);
  EXPECT_EQ(view(2, 1), 9);
  EXPECT_EQ(view.row(1), memory.data() + 4);
  EXPECT_FALSE(view.contiguous());
  EXPECT_TRUE(view.row_block(1, 1).contiguous());
  EXPECT_TRUE(MatrixView<double>(memory.data(), 3, 4).contiguous());
}

TEST(MatrixViewTest, RowBlocksInsideAreViewsOfTheSameMemory) {
  std::vector<double> memory(12);
  const MatrixView<double> view(memory.data(), 3, 2, 4);
  const MatrixView<double> block = view.row_block(1, 2);
  EXPECT_EQ(block.data(), memory.data() + 4);
  EXPECT_EQ(block.rows(), 2);
  EXPECT_EQ(block.cols(), 2);
  EXPECT_EQ(block.ld(), 4);
  EXPECT_TRUE(view.row_block(3, 0).empty());
  EXPECT_EQ(view.row_block(0, 3).rows(), 3);
}

TEST(MatrixViewTest, RowBlocksOutsideAreRefused) {
  std::vector<double> memory(12);
  const MatrixView<double> view(memory.data(), 3, 2, 4);
  constexpr Index kMax = std::numeric_limits<Index>::max();
  for (const auto& [first, count] : std::vector<std::pair<Index, Index>>{
           {-1, 1}, {0, 4}, {3, 1}, {4, 0}, {1, -1}, {1, 3}, {kMax, 1}, {1, kMax}, {kMax, kMax}}) {
    SCOPED_TRACE(::testing::Message() << first << " + " << count);
    const std::string message =
        message_of<InvalidArgument>([&, f = first, c = count] { view.row_block(f, c); });
    EXPECT_TRUE(mentions(message, std::to_string(first)));
    EXPECT_TRUE(mentions(message, "3 rows"));
  }
}

TEST(MatrixViewTest, ShapesThatCannotBeAreRefused) {
  double entry = 0;
  EXPECT_THROW(MatrixView<double>(&entry, -1, 1, 1), InvalidArgument);
  EXPECT_THROW(MatrixView<double>(&entry, 1, -1, 1), InvalidArgument);
  EXPECT_THROW(MatrixView<double>(&entry, 1, 2, 1), InvalidArgument);
  EXPECT_NO_THROW(MatrixView<double>(nullptr, 0, 0, 0));
}

TEST(MatrixViewTest, OffsetsBeyond32BitsAreExact) {
  // Addresses only: nothing is read, and no memory stands behind them.
  auto* base = reinterpret_cast<std::uint8_t*>(std::uintptr_t{1} << 40);  // NOLINT
  const MatrixView<std::uint8_t> view(base, Index{1} << 33, 3, 5);
  const auto offset = [&](const std::uint8_t* p) {
    return reinterpret_cast<std::uintptr_t>(p) - (std::uintptr_t{1} << 40);  // NOLINT
  };
  EXPECT_EQ(offset(view.row(Index{1} << 32)), (std::uintptr_t{1} << 32) * 5);
  const MatrixView<std::uint8_t> block = view.row_block((Index{1} << 33) - 2, 2);
  EXPECT_EQ(offset(block.data()), ((std::uintptr_t{1} << 33) - 2) * 5);
  const DataView data(view);
  EXPECT_EQ(data.bytes(), (std::uint64_t{1} << 33) * 3);
  EXPECT_EQ(
      offset(static_cast<const std::uint8_t*>(data.row_block((Index{1} << 33) - 1, 1).data())),
      ((std::uintptr_t{1} << 33) - 1) * 5);
}

TEST(MatrixTest, HostMemoryIsAlignedAndWithoutGaps) {
  for (const auto& [rows, cols] : std::vector<std::pair<Index, Index>>{{1, 1}, {597, 43}, {3, 7}}) {
    const Matrix<float> X(rows, cols);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(X.data()) % 64, 0U);  // NOLINT
    EXPECT_EQ(X.size(), rows * cols);
    EXPECT_EQ(X.view().ld(), cols);
    EXPECT_EQ(X.space(), MemorySpace::host);
  }
}

TEST(MatrixTest, MovingTakesTheEntriesAndLeavesNothing) {
  Matrix<double> from(2, 3);
  from(1, 2) = 7;
  const double* data = from.data();

  Matrix<double> to = std::move(from);

  EXPECT_EQ(to.data(), data);
  EXPECT_EQ(to(1, 2), 7);
  EXPECT_TRUE(from.empty());         // NOLINT(bugprone-use-after-move): what a move leaves
  EXPECT_EQ(from.data(), nullptr);   // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(from.view().rows(), 0);  // NOLINT(bugprone-use-after-move)

  Matrix<double> other(5, 5);
  other = std::move(to);
  EXPECT_EQ(other.data(), data);
  EXPECT_EQ(other.rows(), 2);
  EXPECT_EQ(to.rows(), 0);  // NOLINT(bugprone-use-after-move)
}

TEST(MatrixTest, MovingOntoItselfKeepsTheEntries) {
  Matrix<double> X(2, 3);
  X(1, 2) = 7;
  Matrix<double>& same = X;
  X = std::move(same);
  ASSERT_EQ(X.rows(), 2);
  EXPECT_EQ(X(1, 2), 7);
}

TEST(MatrixTest, ForeignMemoryGoesBackThroughItsDeleterOnce) {
  int given_back = 0;
  float memory[6] = {};
  {
    Matrix<float> X(memory, 2, 3, MemorySpace::host, [&](float*) { ++given_back; });
    Matrix<float> moved = std::move(X);
    EXPECT_EQ(given_back, 0);
    EXPECT_EQ(moved.data(), memory);
    moved = Matrix<float>(1, 1);
    EXPECT_EQ(given_back, 1);
  }
  EXPECT_EQ(given_back, 1);
}

TEST(MatrixTest, EmptyAndImpossibleShapes) {
  EXPECT_TRUE(Matrix<float>().empty());
  EXPECT_EQ(Matrix<float>(0, 5).cols(), 5);
  EXPECT_EQ(Matrix<float>(5, 0).rows(), 5);
  EXPECT_THROW(Matrix<float>(-1, 5), InvalidArgument);
  EXPECT_THROW(Matrix<float>(5, -1), InvalidArgument);
  EXPECT_THROW(Matrix<float>(Index{1} << 40, Index{1} << 40), OutOfMemory);
}

TEST(DataViewTest, TypesHaveTheirSizesAndNames) {
  EXPECT_EQ(element_size(ElementType::uint8), 1U);
  EXPECT_EQ(element_size(ElementType::float16), 2U);
  EXPECT_EQ(element_size(ElementType::int32), 4U);
  EXPECT_EQ(element_size(ElementType::uint64), 8U);
  EXPECT_EQ(element_name(ElementType::float16), "float16");
  EXPECT_EQ(element_name(ElementType::int8), "int8");
}

TEST(DataViewTest, ReadsAsItsOwnTypeOnly) {
  const Matrix<float> X = to_matrix<float>(random_matrix(6, 4, 1));
  const DataView view(X.view());
  EXPECT_EQ(view.type(), ElementType::float32);
  EXPECT_EQ(view.bytes(), 6U * 4 * 4);
  EXPECT_TRUE(view.row_major());
  EXPECT_TRUE(entries_equal(to_dense(view.as<float>()), to_dense(X)));
  EXPECT_THROW(view.as<double>(), InvalidArgument);
  EXPECT_THROW(DataView(X.data(), ElementType::float32, 4, 6, 1, 4).as<float>(), InvalidArgument);
  EXPECT_THROW(DataView(X.data(), ElementType::float32, 4, 4, 2, 1).as<float>(), InvalidArgument);
}

TEST(DataViewTest, ShapesThatCannotBeAreRefused) {
  const float entry = 0;
  EXPECT_THROW(DataView(&entry, ElementType::float32, -1, 1, 1, 1), InvalidArgument);
  EXPECT_THROW(DataView(&entry, ElementType::float32, 1, -1, 1, 1), InvalidArgument);
  EXPECT_THROW(DataView(&entry, ElementType::float32, 1, 1, 0, 1), InvalidArgument);
  EXPECT_THROW(DataView(&entry, ElementType::float32, 1, 1, 1, 0), InvalidArgument);
  EXPECT_THROW(DataView(&entry, ElementType::float32, 1, 1, 1, 1).row_block(0, 2), InvalidArgument);
  EXPECT_THROW(DataView(&entry, ElementType::float32, 1, 1, 1, 1).row_block(-1, 1),
               InvalidArgument);
  EXPECT_TRUE(DataView().empty());
}

}  // namespace
}  // namespace nonneg::test
