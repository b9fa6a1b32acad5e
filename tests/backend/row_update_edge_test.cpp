// SPDX-License-Identifier: Apache-2.0
// Backend::multiplicative_update and hals_update where formulas divide by zero or meet NaN.
#include <cmath>
#include <limits>

#include "support/backends.hpp"
#include "support/cases.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

template <class Case>
class RowUpdateEdgeTest : public BackendTest<Case> {
 protected:
  using Scalar = typename Case::Scalar;

  Dense updated(Algorithm algorithm, const Dense& F, const Dense& P, const Dense& G,
                const RowUpdate<Scalar>& update) {
    auto f = this->put(F, 1);
    auto p = this->put(P, 2);
    auto g = this->put(G, 3);
    if (algorithm == Algorithm::mu) {
      this->backend().multiplicative_update(f.view(), p.view(), g.view(), update);
    } else {
      this->backend().hals_update(f.view(), p.view(), g.view(), update);
    }
    EXPECT_TRUE(f.padding_untouched());
    return f.values();
  }

  static Dense square(double diagonal, double other) {
    Dense G(2, 2, other);
    G(0, 0) = G(1, 1) = diagonal;
    return G;
  }

  static Dense row(double x, double y) {
    Dense F(1, 2);
    F.entries = {x, y};
    return F;
  }
};
TYPED_TEST_SUITE(RowUpdateEdgeTest, Backends, BackendNames);

TYPED_TEST(RowUpdateEdgeTest, TheMultiplicativeUpdateByHand) {
  // f·G = (2·2 + 1·1, 2·1 + 1·2) = (5, 4); with l1 = 1, l2 = 1: (8, 6).
  const Dense F = this->row(2, 1);
  const Dense P = this->row(10, 2);
  const Dense G = this->square(2, 1);
  EXPECT_TRUE(
      entries_equal(this->updated(Algorithm::mu, F, P, G, {0, 0, 0, 1, 0}), this->row(4, 0.5)));
  EXPECT_TRUE(entries_near(this->updated(Algorithm::mu, F, P, G, {1, 1, 0, 1, 0}),
                           this->row(2.5, 1.0 / 3), [](Index, Index) { return 1e-7; }));
  EXPECT_TRUE(
      entries_equal(this->updated(Algorithm::mu, F, P, G, {0, 0, 1, 1, 0}), this->row(4, 1)));
}

TYPED_TEST(RowUpdateEdgeTest, TheHalsUpdateByHand) {
  // f_1 = 2 + (10 − 5) / 2 = 4.5; then f_2 = 1 + (2 − (4.5 + 2)) / 2 = −1.25, to the floor.
  const Dense F = this->row(2, 1);
  const Dense P = this->row(10, 2);
  const Dense G = this->square(2, 1);
  EXPECT_TRUE(
      entries_equal(this->updated(Algorithm::hals, F, P, G, {0, 0, 0, 1, 0}), this->row(4.5, 0)));
  EXPECT_TRUE(entries_equal(this->updated(Algorithm::hals, F, P, G, {0, 0, 0.25, 1, 0}),
                            this->row(4.5, 0.25)));
  // l1 = 1, l2 = 2: f_1 = 2 + (10 − 5 − 1 − 4) / 4 = 2; f_2 = 1 + (2 − 4 − 1 − 2) / 4 = −0.25.
  EXPECT_TRUE(
      entries_equal(this->updated(Algorithm::hals, F, P, G, {1, 2, 0, 1, 0}), this->row(2, 0)));
}

TYPED_TEST(RowUpdateEdgeTest, ADenominatorOfZeroLeavesTheEntry) {
  using T = typename TypeParam::Scalar;
  const T floor = static_cast<T>(0.5);
  // F·G = 0 because G is 0.
  EXPECT_TRUE(entries_equal(this->updated(Algorithm::mu, this->row(3, 0.25), this->row(1, 0),
                                          Dense(2, 2), {0, 0, floor, 3, 0}),
                            this->row(3, 0.25)));
  // F·G = 0 because the row is 0: 0/0 is not taken.
  EXPECT_TRUE(entries_equal(this->updated(Algorithm::mu, this->row(0, 0), this->row(1, 0),
                                          this->square(2, 1), {0, 0, floor, 3, 0}),
                            this->row(0, 0)));
  // Only the second component's denominator is 0.
  Dense G(2, 2);
  G(0, 0) = 1;
  EXPECT_TRUE(entries_equal(
      this->updated(Algorithm::mu, this->row(2, 7), this->row(4, 4), G, {0, 0, floor, 1, 0}),
      this->row(4, 7)));
}

TYPED_TEST(RowUpdateEdgeTest, APenaltyMakesTheDenominatorAndZeroIsLeftByTheFloorOnly) {
  // With l1 the denominator of a zero row is l1: 0 · P / l1 = 0.
  EXPECT_TRUE(entries_equal(this->updated(Algorithm::mu, this->row(0, 0), this->row(1, 1),
                                          this->square(2, 1), {1, 0, 0, 1, 0}),
                            this->row(0, 0)));
  EXPECT_TRUE(entries_equal(this->updated(Algorithm::mu, this->row(0, 0), this->row(1, 1),
                                          this->square(2, 1), {1, 0, 0.5, 1, 0}),
                            this->row(0.5, 0.5)));
}

TYPED_TEST(RowUpdateEdgeTest, ADeadComponentGoesToTheFloorUnderL1) {
  // G_22 = 0: l1·f is all that is left of the objective of component 2.
  Dense G(2, 2);
  G(0, 0) = 2;
  Dense P(130, 2, 7);
  for (Index i = 0; i < P.rows; ++i) P(i, 1) = 0;
  const Dense result = this->updated(Algorithm::hals, Dense(130, 2, 0.75), P, G, {1, 0, 0.5, 4, 0});
  for (Index i = 0; i < P.rows; ++i) {
    EXPECT_EQ(result(i, 0), 3);
    EXPECT_EQ(result(i, 1), 0.5);
  }
}

TYPED_TEST(RowUpdateEdgeTest, ADeadComponentIsLeftAlone) {
  // G_22 = 0: component 2 keeps its entries, below the floor or not; component 1 moves.
  Dense G(2, 2);
  G(0, 0) = 2;
  Dense F(130, 2, 0.25);
  Dense P(130, 2, 6);
  const Dense result = this->updated(Algorithm::hals, F, P, G, {0, 0, 0.5, 4, 0});
  for (Index i = 0; i < F.rows; ++i) {
    EXPECT_EQ(result(i, 0), 3);
    EXPECT_EQ(result(i, 1), 0.25);
  }
  // l2 brings it back to life: f = (P − l1) / l2.
  const Dense alive = this->updated(Algorithm::hals, this->row(1, 1), this->row(4, 6), Dense(2, 2),
                                    {1, 2, 0, 1, 0});
  EXPECT_TRUE(entries_equal(alive, this->row(1.5, 2.5)));
}

TYPED_TEST(RowUpdateEdgeTest, NaNStaysNaNAndInItsRow) {
  using T = typename TypeParam::Scalar;
  const Index rows = 130;
  const Index bad = 71;
  const Dense G = gram(random_matrix(9, 3, 31, 0.1, 1));
  const Dense F = random_matrix(rows, 3, 32, 0.1, 1);
  const Dense P = random_matrix(rows, 3, 33, 0.1, 1);
  const RowUpdate<T> update{0, 0, static_cast<T>(0.01), 4, static_cast<T>(0.1)};
  for (const Algorithm algorithm : {Algorithm::mu, Algorithm::hals}) {
    SCOPED_TRACE(to_string(algorithm));
    const Dense clean = this->updated(algorithm, F, P, G, update);
    ASSERT_TRUE(all_finite(clean));
    Dense F_bad = F;
    F_bad(bad, 1) = kNaN;
    Dense P_bad = P;
    P_bad(bad, 1) = kNaN;
    for (const Dense& result : {this->updated(algorithm, F_bad, P, G, update),
                                this->updated(algorithm, F, P_bad, G, update)}) {
      EXPECT_TRUE(std::isnan(result(bad, 1))) << result(bad, 1);
      for (Index i = 0; i < rows; ++i) {
        for (Index j = 0; i != bad && j < 3; ++j) ASSERT_EQ(result(i, j), clean(i, j)) << i;
      }
    }
  }
}

TYPED_TEST(RowUpdateEdgeTest, ANaNFactorEntryIsNoFloorInAnyLaneOfABlock) {
  using T = typename TypeParam::Scalar;
  const Dense G = this->square(2, 1);
  for (const Algorithm algorithm : {Algorithm::mu, Algorithm::hals}) {
    SCOPED_TRACE(to_string(algorithm));
    const Dense result = this->updated(algorithm, Dense(67, 2, kNaN), Dense(67, 2, 1), G,
                                       {0, 0, static_cast<T>(0.5), 2, 0});
    for (const double entry : result.entries) EXPECT_TRUE(std::isnan(entry));
  }
}

TYPED_TEST(RowUpdateEdgeTest, NaNInTheGramMatrixReachesEveryRow) {
  Dense G = this->square(2, 1);
  G(0, 1) = G(1, 0) = kNaN;
  for (const Algorithm algorithm : {Algorithm::mu, Algorithm::hals}) {
    SCOPED_TRACE(to_string(algorithm));
    const Dense result =
        this->updated(algorithm, Dense(67, 2, 1), Dense(67, 2, 1), G, {0, 0, 0.5, 1, 0});
    for (const double entry : result.entries) EXPECT_TRUE(std::isnan(entry));
  }
}

TYPED_TEST(RowUpdateEdgeTest, InfinityIsNotClippedAway) {
  for (const Algorithm algorithm : {Algorithm::mu, Algorithm::hals}) {
    SCOPED_TRACE(to_string(algorithm));
    const Dense result = this->updated(algorithm, this->row(1, 1), this->row(kInf, 1),
                                       this->square(2, 0), {0, 0, 0, 1, 0});
    EXPECT_EQ(result(0, 0), kInf);
  }
}

TYPED_TEST(RowUpdateEdgeTest, NothingIsUpdatedInAnEmptyFactor) {
  for (const Algorithm algorithm : {Algorithm::mu, Algorithm::hals}) {
    const Dense result =
        this->updated(algorithm, Dense(0, 2), Dense(0, 2), this->square(2, 1), {0, 0, 0, 3, 0});
    EXPECT_EQ(result.rows, 0);
  }
}

}  // namespace
}  // namespace nonneg::test
