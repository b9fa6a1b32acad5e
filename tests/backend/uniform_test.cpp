// SPDX-License-Identifier: Apache-2.0
// Backend::fill_uniform: the first factors, the same on every machine.
#include <cmath>

#include "devices/make_backend.hpp"
#include "support/backends.hpp"
#include "support/cases.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class UniformTest : public BackendTest<Case> {
 protected:
  using Scalar = typename Case::Scalar;

  Dense filled(Index rows, Index cols, UniformKey key, Index first_row = 0, double upper = 1,
               double floor = 0) {
    auto f = this->put(Dense(rows, cols, std::nan("")), 3);
    this->backend().fill_uniform(f.view(), key, first_row, static_cast<Scalar>(upper),
                                 static_cast<Scalar>(floor));
    EXPECT_TRUE(f.padding_untouched());
    return f.values();
  }
};
TYPED_TEST_SUITE(UniformTest, Backends, BackendNames);

TYPED_TEST(UniformTest, GivesTheKeptTable) {
  // Entry (row, column) of matrix `matrix` under `seed`. The first line is Philox's known answer
  // for a counter and key of zeros, 0x6627e8d5e169c58d, as a fraction of 2^64. Runs are repeatable
  // across versions only while this table stands.
  struct Line {
    std::uint64_t seed;
    std::uint32_t matrix;
    Index row;
    Index column;
    double value;
  };
  const std::vector<Line> table = {
      {0, 0, 0, 0, 0x6627e8d5e169cp-52},  {0, 1, 0, 0, 0x2dce73e51348ep-52},
      {42, 0, 0, 0, 0x9ceaf05377f54p-52}, {42, 0, 596, 42, 0x6b0ebe1b6381dp-52},
      {42, 1, 3, 7, 0x73c91eb707bedp-52}, {1099511627781, 1, 8589934593, 2, 0x4cdb1d69e7db5p-52},
  };
  for (const Line& line : table) {
    const Dense row = this->filled(1, line.column + 1, {line.seed, line.matrix}, line.row);
    EXPECT_NEAR(row(0, line.column), line.value, 0x1p-23)
        << line.seed << " " << line.matrix << " " << line.row << " " << line.column;
  }
}

TYPED_TEST(UniformTest, EntriesDoNotDependOnHowRowsAreCut) {
  const UniformKey key{123456789012345, 1};
  const Dense whole = this->filled(597, 10, key);
  for (const Index height : {Index{1}, Index{7}, Index{64}, Index{300}}) {
    for (Index first = 0; first < whole.rows; first += height) {
      const Index count = std::min(height, whole.rows - first);
      const Dense part = this->filled(count, 10, key, first);
      for (Index i = 0; i < count; ++i) {
        for (Index j = 0; j < 10; ++j) ASSERT_EQ(part(i, j), whole(first + i, j)) << first + i;
      }
    }
  }
}

TYPED_TEST(UniformTest, EntriesDoNotDependOnTheNumberOfColumns) {
  const Dense narrow = this->filled(20, 3, {9, 0});
  const Dense wide = this->filled(20, 33, {9, 0});
  for (Index i = 0; i < 20; ++i) {
    for (Index j = 0; j < 3; ++j) EXPECT_EQ(narrow(i, j), wide(i, j));
  }
}

TYPED_TEST(UniformTest, BothPrecisionsAgree) {
  Options options;
  options.rank = 1;
  options.backend = BackendKind::cpu;
  const auto reference = make_backend<double>(options);
  Matrix<double> expected(597, 10);
  reference->fill_uniform(expected.view(), {77, 1}, 5, 1.0, 0.0);

  const Dense actual = this->filled(597, 10, {77, 1}, 5);

  EXPECT_TRUE(entries_near(actual, to_dense(expected), [](Index, Index) { return 0x1p-23; }));
}

TYPED_TEST(UniformTest, EntriesLieStrictlyBetweenZeroAndOne) {
  const Dense F = this->filled(2000, 33, {1, 0});
  EXPECT_GT(smallest_entry(F), 0);
  EXPECT_LT(largest(F), 1);
}

TYPED_TEST(UniformTest, UpperScalesAndFloorRaises) {
  using T = typename TypeParam::Scalar;
  const Dense unit = this->filled(50, 4, {3, 0});
  const Dense F = this->filled(50, 4, {3, 0}, 0, 8, 2);
  for (Index i = 0; i < 50; ++i) {
    for (Index j = 0; j < 4; ++j) EXPECT_EQ(F(i, j), std::max(2.0, 8 * unit(i, j)));
  }
  // An upper that is no power of two rounds once.
  EXPECT_TRUE(entries_close(this->filled(50, 4, {3, 0}, 0, 0.3), scaled(unit, static_cast<T>(0.3)),
                            2 * kUnitRoundoff<T>));
}

TYPED_TEST(UniformTest, MeanVarianceAndNeighboursAreThoseOfIndependentUniforms) {
  const Dense F = this->filled(2000, 32, {2024, 0});
  const auto count = static_cast<double>(F.entries.size());
  // Five standard deviations: σ = 1/√12 of an entry, √(1/180) of (x − ½)², 1/12 of a product.
  double variance = 0;
  double along_rows = 0;
  double along_columns = 0;
  for (Index i = 1; i < F.rows; ++i) {
    for (Index j = 1; j < F.cols; ++j) {
      const double x = F(i, j) - 0.5;
      variance += x * x / count;
      along_rows += x * (F(i, j - 1) - 0.5) / count;
      along_columns += x * (F(i - 1, j) - 0.5) / count;
    }
  }
  variance *= count / static_cast<double>((F.rows - 1) * (F.cols - 1));
  EXPECT_NEAR(mean(F), 0.5, 5 / std::sqrt(12 * count));
  EXPECT_NEAR(variance, 1.0 / 12, 5.1 / std::sqrt(180 * count));
  EXPECT_NEAR(along_rows, 0, 5.0 / 12 / std::sqrt(count));
  EXPECT_NEAR(along_columns, 0, 5.0 / 12 / std::sqrt(count));
}

TYPED_TEST(UniformTest, EverySeedMatrixAndRowGivesOtherNumbers) {
  const Index high = Index{1} << 32;
  const std::uint64_t high_seed = std::uint64_t{1} << 32;
  const std::vector<Dense> draws = {
      this->filled(8, 8, {0, 0}),         this->filled(8, 8, {1, 0}),
      this->filled(8, 8, {high_seed, 0}), this->filled(8, 8, {0, 1}),
      this->filled(8, 8, {1, 1}),         this->filled(8, 8, {0, 0}, 8),
      this->filled(8, 8, {0, 0}, high),   this->filled(8, 8, {0, 1}, high)};
  for (std::size_t a = 0; a < draws.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      Index equal = 0;
      for (std::size_t e = 0; e < draws[a].entries.size(); ++e) {
        if (draws[a].entries[e] == draws[b].entries[e]) ++equal;
      }
      EXPECT_EQ(equal, 0) << "draws " << a << " and " << b;
    }
  }
}

TYPED_TEST(UniformTest, NothingIsFilledInAnEmptyMatrix) {
  EXPECT_EQ(this->filled(0, 5, {1, 0}).rows, 0);
  EXPECT_EQ(this->filled(5, 0, {1, 0}).cols, 0);
}

}  // namespace
}  // namespace nonneg::test
