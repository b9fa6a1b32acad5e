// SPDX-License-Identifier: Apache-2.0
// More rows, entries and partial sums than the blocks of one launch take at a time: on a device,
// threads go over their operands with a stride.
#include <cmath>

#include "support/backends.hpp"
#include "support/cases.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

/// In float32 alone where the emulated device takes seconds.
template <class Case>
class GridsTest : public BackendTest<Case> {};
TYPED_TEST_SUITE(GridsTest, Backends, BackendNames);

TYPED_TEST(GridsTest, SumsOfMoreThan256PartsAreWhole) {
  // A part is of 16 entries for each of 256 threads.
  constexpr Index kEntries = Index{300} * 16 * 256 + 5;
  Dense X(1, kEntries);
  for (Index j = 0; j < kEntries; ++j) X(0, j) = static_cast<double>(j % 7);
  auto x = this->put(X);
  Matrix<double> sums = this->backend().allocate_sums(4);

  this->backend().dot(x.view(), x.view(), sums.data());
  this->backend().factor_sums(x.view(), sums.data() + 1);

  const std::vector<double> found = fetch_sums(this->backend(), sums, 4);
  // Integers below 2^53, in any order.
  EXPECT_EQ(found[0], squared_norm(X));
  EXPECT_EQ(found[1], entry_sum(X));
  EXPECT_EQ(found[2], squared_norm(X));
  EXPECT_EQ(found[3], 0);
}

TYPED_TEST(GridsTest, RowUpdatesReachTheRowsBeyondOneGrid) {
  using T = typename TypeParam::Scalar;
  if (sizeof(T) == sizeof(double)) GTEST_SKIP() << "as in float32";
  // 2048 blocks of 128 rows of up to 8 components.
  constexpr Index kRows = Index{2048} * 128 + 77;
  const Dense P = rounded<T>(random_matrix(kRows, 1, 2, 0.5, 1));
  auto f = this->put(Dense(kRows, 1, 0.5));
  auto p = this->put(P);
  auto g = this->put(Dense(1, 1, 2));

  // f·p / 2f, and f + (p − 2f) / 2.
  this->backend().multiplicative_update(f.view(), p.view(), g.view(), RowUpdate<T>{});
  Dense half = P;
  for (double& entry : half.entries) entry /= 2;
  EXPECT_TRUE(entries_equal(f.values(), half));
  f = this->put(Dense(kRows, 1, 0.5));
  this->backend().hals_update(f.view(), p.view(), g.view(), RowUpdate<T>{});
  EXPECT_TRUE(entries_near(f.values(), half, [](Index, Index) { return 4 * kUnitRoundoff<T>; }));
}

TYPED_TEST(GridsTest, RatioUpdatesReachTheRowsBeyondOneGrid) {
  using T = typename TypeParam::Scalar;
  if (sizeof(T) == sizeof(double)) GTEST_SKIP() << "as in float32";
  // 16384 blocks of a row each, where a row has more entries than half a block has threads.
  constexpr Index kRows = (Index{1} << 14) + 3;
  constexpr Index kRank = 129;
  auto f = this->put(Dense(kRows, kRank, 3));
  auto p = this->put(Dense(kRows, kRank, 2));
  auto d = this->put(Dense(1, kRank, 4));  // one row for them all: rows are taken one by one

  this->backend().ratio_update(f.view(), p.view(), d.view(), T{1}, RowUpdate<T>{}, {});

  EXPECT_TRUE(entries_equal(f.values(), Dense(kRows, kRank, 1.5)));
}

TYPED_TEST(GridsTest, TheModelIsWholeBeyondOneGridOfTiles) {
  using T = typename TypeParam::Scalar;
  if (sizeof(T) == sizeof(double)) GTEST_SKIP() << "as in float32";
  // 1024 tiles of 64 × 64 are one grid; of one row each, so that there is less to be done.
  constexpr Index kCols = Index{1026} * 64;
  Dense Ht(kCols, 1);
  for (Index j = 0; j < kCols; ++j) Ht(j, 0) = static_cast<double>(j % 5);
  auto a = this->put(Dense(1, kCols, 1));
  auto w = this->put(Dense(1, 1, 1));
  auto h = this->put(Ht);
  Matrix<double> sums = this->backend().allocate_sums(1);
  this->backend().clear_sums(sums.data(), 1);

  this->backend().add_divergence(a.view(), {}, w.view(), h.view(), {kFrobenius, T{0}}, sums.data());

  double expected = 0;
  for (const double v : Ht.entries) expected += 0.5 * (1 - v) * (1 - v);
  EXPECT_EQ(fetch_sums(this->backend(), sums, 1)[0], expected);
}

TYPED_TEST(GridsTest, EveryRowOfAGridHasAWorkspaceOfItsOwnByAnls) {
  using T = typename TypeParam::Scalar;
  if (sizeof(T) == sizeof(double)) GTEST_SKIP() << "as in float32";
  // Above 104 components a row is solved in device memory, 512 of them at once. Nothing is to be
  // done for dead components, but to find that out.
  constexpr Index kRows = 513;
  constexpr Index kRank = 105;
  auto f = this->put(Dense(kRows, kRank, 0.5));
  auto p = this->put(Dense(kRows, kRank, 0));
  auto g = this->put(Dense(kRank, kRank, 0));

  this->backend().anls_update(f.view(), p.view(), g.view(), RowUpdate<T>{});

  EXPECT_TRUE(entries_equal(f.values(), Dense(kRows, kRank, 0.5)));
}

}  // namespace
}  // namespace nonneg::test
