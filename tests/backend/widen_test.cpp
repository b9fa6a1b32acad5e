// SPDX-License-Identifier: Apache-2.0
// Backend::widen: every stored type, any strides, a power of two as scale.
#include <cmath>
#include <cstring>
#include <limits>

#include "support/backends.hpp"
#include "support/cases.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

/// Where entry (i, j) of a matrix lies, and how much memory it takes.
struct Layout {
  Index row_stride = 1;
  Index col_stride = 1;
};

std::vector<Layout> layouts(Index rows, Index cols) {
  return {{cols, 1}, {cols + 3, 1}, {1, rows}, {1, rows + 2}, {2 * cols, 2}};
}

template <class Case>
class WidenTest : public BackendTest<Case> {
 protected:
  using Scalar = typename Case::Scalar;

  template <class E>
  Dense widened(const std::vector<E>& memory, Index rows, Index cols, Layout layout, double scale,
                Index padding = 3) {
    auto out = this->put(Dense(rows, cols, std::nan("")), padding);
    const DataView stored(memory.data(), ElementTypeOf<E>::value, rows, cols, layout.row_stride,
                          layout.col_stride);
    this->backend().widen(stored, scale, out.view());
    EXPECT_TRUE(out.padding_untouched());
    return out.values();
  }

  /// Values (given row by row, row-major) of type E in every layout and under several scales.
  template <class E>
  void check(Index rows, Index cols, const std::vector<E>& values) {
    SCOPED_TRACE(element_name(ElementTypeOf<E>::value));
    for (const Layout layout : layouts(rows, cols)) {
      SCOPED_TRACE(layout.row_stride);
      SCOPED_TRACE(layout.col_stride);
      std::vector<E> memory(static_cast<std::size_t>((rows - 1) * layout.row_stride +
                                                     (cols - 1) * layout.col_stride + 1),
                            E{77});
      for (Index i = 0; i < rows; ++i) {
        for (Index j = 0; j < cols; ++j) {
          memory[static_cast<std::size_t>(i * layout.row_stride + j * layout.col_stride)] =
              values[static_cast<std::size_t>(i * cols + j)];
        }
      }
      for (const double scale : {1.0, 0x1p-5, 0x1p10}) {
        Dense expected(rows, cols);
        for (std::size_t e = 0; e < values.size(); ++e) {
          expected.entries[e] =
              static_cast<double>(static_cast<Scalar>(static_cast<double>(values[e]) * scale));
        }
        // A 64-bit integer may be rounded to Scalar at once or by way of double.
        const double fraction =
            sizeof(E) == 8 && std::is_integral_v<E> ? 2 * kUnitRoundoff<Scalar> : 0;
        EXPECT_TRUE(entries_close(widened(memory, rows, cols, layout, scale), expected, fraction));
      }
    }
  }

  template <class E>
  void check_integers() {
    using Limits = std::numeric_limits<E>;
    std::vector<E> values;
    values.reserve(35 * 67);
    Random random(41);
    for (int e = 0; e < 35 * 67; ++e) {
      values.push_back(static_cast<E>(random.uniform() * (static_cast<double>(Limits::max()) / 2)));
    }
    values[0] = Limits::max();
    values[1] = Limits::min();
    values[2] = 0;
    values[3] = 1;
    values[4] = static_cast<E>(Limits::max() / 2 + 1);
    check<E>(35, 67, values);
    check<E>(67, 35, values);
    check<E>(1, 1, {Limits::max()});
  }
};
TYPED_TEST_SUITE(WidenTest, Backends, BackendNames);

TYPED_TEST(WidenTest, ReadsEveryIntegerType) {
  this->template check_integers<std::uint8_t>();
  this->template check_integers<std::int8_t>();
  this->template check_integers<std::uint16_t>();
  this->template check_integers<std::int16_t>();
  this->template check_integers<std::uint32_t>();
  this->template check_integers<std::int32_t>();
  this->template check_integers<std::uint64_t>();
  this->template check_integers<std::int64_t>();
}

TYPED_TEST(WidenTest, ReadsFloat32AndFloat64) {
  const Dense values = random_matrix(67, 35, 42, -2, 2);
  this->template check<double>(67, 35, values.entries);
  const std::vector<float> rounded_values(values.entries.begin(), values.entries.end());
  this->template check<float>(67, 35, rounded_values);
}

TYPED_TEST(WidenTest, ReadsFloat16WithItsSpecialNumbers) {
  const std::vector<Half> memory = {Half{0x0000}, Half{0x8000}, Half{0x0001}, Half{0x03FF},
                                    Half{0x0400}, Half{0x3555}, Half{0x3C00}, Half{0xC000},
                                    Half{0x7BFF}, Half{0x7C00}, Half{0xFC00}, Half{0x7E00},
                                    Half{0x7C01}, Half{0x8001}, Half{0x3BFF}, Half{0x4248}};
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::nan("");
  Dense expected(4, 4);
  expected.entries = {
      0,    -0.0, 0x1p-24, 1023 * 0x1p-24, 0x1p-14,        1365 * 0x1p-12, 1, -2, 65504, inf,
      -inf, nan,  nan,     -0x1p-24,       2047 * 0x1p-11, 3.140625};

  EXPECT_TRUE(entries_equal(this->widened(memory, 4, 4, {4, 1}, 1), expected));
  EXPECT_TRUE(entries_equal(this->widened(memory, 4, 4, {4, 1}, 0x1p20), scaled(expected, 0x1p20)));
  EXPECT_TRUE(entries_equal(this->widened(memory, 4, 4, {1, 4}, 1), transpose(expected)));
}

TYPED_TEST(WidenTest, SubnormalEntriesSurviveTheScale) {
  // 1e-323 is 2^-1073; nothing of it is left in float, and nothing where subnormals are flushed.
  const std::vector<double> tiny(200, 1e-323);
  EXPECT_TRUE(entries_equal(this->widened(tiny, 100, 2, {2, 1}, 0x1p1000), Dense(100, 2, 0x1p-73)));
  EXPECT_TRUE(
      entries_equal(this->widened(tiny, 100, 2, {1, 100}, 0x1p1000), Dense(100, 2, 0x1p-73)));
  const std::vector<float> tiny_floats(200, 0x1p-149F);
  EXPECT_TRUE(
      entries_equal(this->widened(tiny_floats, 100, 2, {2, 1}, 0x1p100), Dense(100, 2, 0x1p-49)));
}

TYPED_TEST(WidenTest, WorkBeforeItDoesNotFlushSubnormals) {
  // Products may flush subnormals on their threads; those threads read data afterwards.
  auto a = this->put(random_matrix(600, 40, 43));
  auto b = this->put(random_matrix(40, 8, 44));
  auto c = this->put(Dense(600, 8));
  this->backend().multiply(a.view(), b.view(), c.view());
  this->backend().hals_update(c.view(), c.view(), b.view().row_block(0, 8), {});
  const std::vector<double> tiny(600, 1e-323);

  EXPECT_TRUE(entries_equal(this->widened(tiny, 600, 1, {1, 1}, 0x1p1000), Dense(600, 1, 0x1p-73)));
  volatile double smallest = std::numeric_limits<double>::denorm_min();
  EXPECT_GT(smallest * 2, 0) << "the calling thread flushes subnormals";
}

TYPED_TEST(WidenTest, HugeEntriesAreScaledBeforeTheyAreNarrowed) {
  const std::vector<double> huge = {1e300, 0x1p1000};
  const Dense result = this->widened(huge, 1, 2, {2, 1}, 0x1p-1000);
  EXPECT_EQ(result(0, 1), 1);
  EXPECT_NEAR(result(0, 0), 1e300 * 0x1p-1000, 1e-7);
}

TYPED_TEST(WidenTest, NaNAndInfinityKeepTheirMeaning) {
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<double> memory = {std::nan(""), inf, -inf, 1};
  Dense expected(2, 2);
  expected.entries = {std::nan(""), inf, -inf, 4};
  EXPECT_TRUE(entries_equal(this->widened(memory, 2, 2, {2, 1}, 4), expected));
}

TYPED_TEST(WidenTest, BlocksOfRowsAreTheRowsOfTheWhole) {
  const Dense values = random_matrix(20, 6, 45);
  const std::vector<float> memory(values.entries.begin(), values.entries.end());
  const DataView column_major(memory.data(), ElementType::float32, 6, 20, 1, 6);
  auto whole = this->put(Dense(6, 20));
  auto block = this->put(Dense(3, 20));

  this->backend().widen(column_major, 1, whole.view());
  this->backend().widen(column_major.row_block(2, 3), 1, block.view());

  const Dense all = whole.values();
  const Dense part = block.values();
  for (Index i = 0; i < 3; ++i) {
    for (Index j = 0; j < 20; ++j) EXPECT_EQ(part(i, j), all(2 + i, j));
  }
}

TYPED_TEST(WidenTest, AnEmptyMatrixIsLegal) {
  const std::vector<float> memory(1);
  EXPECT_EQ(this->widened(memory, 0, 5, {5, 1}, 1).rows, 0);
  EXPECT_EQ(this->widened(memory, 5, 0, {1, 1}, 1).cols, 0);
}

/// Several entries are moved at once where the first is aligned to that.
TYPED_TEST(WidenTest, WhatIsWidenedMayBeginAnywhere) {
  using T = typename TypeParam::Scalar;
  std::vector<float> memory(24);
  for (std::size_t e = 0; e < memory.size(); ++e) memory[e] = static_cast<float>(e) + 0.5F;
  const DataView stored(memory.data(), ElementType::float32, 1, 24, 24, 1);
  auto out = this->put(Dense(1, 26, kSentinel));
  const MatrixView<T> all = out.view();

  this->backend().widen(stored, 2, MatrixView<T>(all.data() + 1, 1, 24, 24, all.space()));

  const Dense found = out.values();
  EXPECT_EQ(found(0, 0), kSentinel);
  EXPECT_EQ(found(0, 25), kSentinel);
  for (Index j = 0; j < 24; ++j) EXPECT_EQ(found(0, j + 1), 2 * static_cast<double>(j) + 1);
}

}  // namespace
}  // namespace nonneg::test
