// SPDX-License-Identifier: Apache-2.0
// Backend::anls_update against every passive set, the conditions of a minimum, and by hand.
#include <cmath>
#include <limits>

#include "cpu/nonnegative_least_squares.hpp"
#include "formulas/pivoting.hpp"
#include "support/backends.hpp"
#include "support/cases.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

/// A factor with its products: about half of the minimisers' entries are at the floor.
struct LeastSquares {
  Dense F;
  Dense P;
  Dense G;
};

/// The smallest eigenvalue of G is at least 1.
template <class T>
LeastSquares random_problem(Index rows, Index k, std::uint64_t seed) {
  LeastSquares result;
  result.F = rounded<T>(sparse_matrix(rows, k, seed));
  result.G = gram(random_matrix(k + 3, k, seed + 1));
  for (Index j = 0; j < k; ++j) result.G(j, j) += 1;
  result.G = rounded<T>(result.G);
  result.P = rounded<T>(product(random_matrix(rows, k, seed + 2, -1, 1), result.G));
  return result;
}

/// x with M·x = b on `set`, 0 elsewhere: Gaussian elimination with pivoting.
std::vector<double> solution_on(const std::vector<Index>& set, const Dense& M,
                                const std::vector<double>& b) {
  const auto u = static_cast<Index>(set.size());
  Dense system(u, u + 1);
  for (Index i = 0; i < u; ++i) {
    const Index row = set[static_cast<std::size_t>(i)];
    for (Index j = 0; j < u; ++j) system(i, j) = M(row, set[static_cast<std::size_t>(j)]);
    system(i, u) = b[static_cast<std::size_t>(row)];
  }
  for (Index j = 0; j < u; ++j) {
    Index pivot = j;
    for (Index i = j; i < u; ++i) {
      if (std::abs(system(i, j)) > std::abs(system(pivot, j))) pivot = i;
    }
    for (Index c = 0; c <= u; ++c) std::swap(system(j, c), system(pivot, c));
    for (Index i = 0; i < u; ++i) {
      if (i == j) continue;
      const double factor = system(i, j) / system(j, j);
      for (Index c = j; c <= u; ++c) system(i, c) -= factor * system(j, c);
    }
  }
  std::vector<double> x(b.size(), 0.0);
  for (Index i = 0; i < u; ++i) {
    x[static_cast<std::size_t>(set[static_cast<std::size_t>(i)])] = system(i, u) / system(i, i);
  }
  return x;
}

/// What each row minimises, for x = f − floor: ½·x·M·x − b·x.
struct ShiftedRow {
  Dense M;
  std::vector<double> b;
};

ShiftedRow shifted(const LeastSquares& c, const RowUpdate<double>& update, Index i) {
  const Index k = c.G.rows;
  ShiftedRow row{c.G, {}};
  for (Index j = 0; j < k; ++j) row.M(j, j) += update.l2;
  for (Index j = 0; j < k; ++j) {
    double b = c.P(i, j) - update.l1;
    for (Index l = 0; l < k; ++l) b -= update.floor * row.M(j, l);
    row.b.push_back(b);
  }
  return row;
}

/// The best of the solutions on all 2^k sets that have no entry below 0.
std::vector<double> best_row(const ShiftedRow& row) {
  const Index k = row.M.rows;
  std::vector<double> best;
  double least = kInf;
  for (Index sets = 0; sets < (Index{1} << k); ++sets) {
    std::vector<Index> set;
    for (Index j = 0; j < k; ++j) {
      if ((sets >> j & 1) != 0) set.push_back(j);
    }
    const std::vector<double> x = solution_on(set, row.M, row.b);
    double value = 0;
    bool feasible = true;
    for (Index i = 0; i < k; ++i) {
      const double x_i = x[static_cast<std::size_t>(i)];
      feasible = feasible && x_i >= 0;
      value -= row.b[static_cast<std::size_t>(i)] * x_i;
      for (Index j = 0; j < k; ++j) {
        value += 0.5 * x_i * row.M(i, j) * x[static_cast<std::size_t>(j)];
      }
    }
    if (feasible && value < least) {
      least = value;
      best = x;
    }
  }
  return best;
}

double largest(const std::vector<double>& x) {
  double result = 0;
  for (const double entry : x) result = std::max(result, std::abs(entry));
  return result;
}

template <class T>
RowUpdate<T> to_type(const RowUpdate<double>& update) {
  return {static_cast<T>(update.l1), static_cast<T>(update.l2), static_cast<T>(update.floor), 1, 0};
}

template <class T>
RowUpdate<double> as_rounded(const RowUpdate<double>& update) {
  const RowUpdate<T> r = to_type<T>(update);
  return {static_cast<double>(r.l1), static_cast<double>(r.l2), static_cast<double>(r.floor), 1, 0};
}

/// F >= floor, a gradient of 0 where F is above it and of at least 0 where it is at it; to within
/// the rounding of F and of sums over k, and `part` of the diagonal's share besides.
template <class T>
::testing::AssertionResult is_minimum(const Dense& F, const LeastSquares& c,
                                      const RowUpdate<double>& update, double part = 0) {
  const Index k = c.G.rows;
  for (Index i = 0; i < F.rows; ++i) {
    double most = 0;
    for (Index j = 0; j < k; ++j) most = std::max(most, std::abs(c.P(i, j)) + update.l1);
    for (Index j = 0; j < k; ++j) {
      double gradient = update.l1 - c.P(i, j) + update.l2 * F(i, j);
      double magnitude = most + update.l2 * F(i, j);
      double largest_f = 0;
      for (Index l = 0; l < k; ++l) {
        gradient += F(i, l) * c.G(l, j);
        magnitude += std::abs(F(i, l) * c.G(l, j));
        largest_f = std::max(largest_f, F(i, l));
      }
      const double allowed =
          4 * gamma<T>(k + 6) * magnitude + part * (c.G(j, j) + update.l2) * largest_f;
      const bool free = F(i, j) > update.floor;
      if (!(F(i, j) >= update.floor) || !(gradient >= -allowed) || (free && gradient > allowed)) {
        return ::testing::AssertionFailure()
               << "entry (" << i << ", " << j << ") is " << F(i, j) << ", its gradient " << gradient
               << ", allowed " << allowed;
      }
    }
  }
  return ::testing::AssertionSuccess();
}

template <class Case>
class AnlsUpdateTest : public BackendTest<Case> {
 protected:
  using Scalar = typename Case::Scalar;

  Dense updated(const LeastSquares& c, const RowUpdate<double>& update, Index padding = 1) {
    auto f = this->put(c.F, padding);
    auto p = this->put(c.P, 2 * padding);
    auto g = this->put(c.G, 3 * padding);
    this->backend().anls_update(f.view(), p.view(), g.view(), to_type<Scalar>(update));
    EXPECT_TRUE(f.padding_untouched());
    EXPECT_TRUE(entries_equal(p.values(), c.P));
    EXPECT_TRUE(entries_equal(g.values(), c.G));
    return f.values();
  }

  static LeastSquares two(double f1, double f2, double p1, double p2, double diagonal,
                          double other) {
    LeastSquares c{Dense(1, 2), Dense(1, 2), Dense(2, 2, other)};
    c.F.entries = {f1, f2};
    c.P.entries = {p1, p2};
    c.G(0, 0) = c.G(1, 1) = diagonal;
    return c;
  }

  static Dense row(double x, double y) {
    Dense F(1, 2);
    F.entries = {x, y};
    return F;
  }
};
TYPED_TEST_SUITE(AnlsUpdateTest, Backends, BackendNames);

TYPED_TEST(AnlsUpdateTest, IsTheBestOfAllPassiveSets) {
  using T = typename TypeParam::Scalar;
  const std::vector<RowUpdate<double>> updates = {
      {0, 0, 0, 1, 0}, {0.3, 0, 0, 1, 0}, {0, 0.7, 0, 1, 0}, {0.2, 0.1, 0.05, 1, 0}};
  for (const Index k : {1, 2, 3, 5, 8}) {
    const LeastSquares c = random_problem<T>(19, k, 40 + static_cast<std::uint64_t>(k));
    for (const RowUpdate<double>& asked : updates) {
      SCOPED_TRACE(::testing::Message() << "k = " << k << ", l1 " << asked.l1 << ", l2 " << asked.l2
                                        << ", floor " << asked.floor);
      const RowUpdate<double> update = as_rounded<T>(asked);

      const Dense F = this->updated(c, update);

      for (Index i = 0; i < F.rows; ++i) {
        const ShiftedRow row = shifted(c, update, i);
        const std::vector<double> best = best_row(row);
        // No eigenvalue of M lies below 1: what a gradient may be off moves x by no more.
        const double allowed = 4 * std::sqrt(static_cast<double>(k)) *
                               static_cast<double>(std::numeric_limits<T>::epsilon()) *
                               (largest(best) + largest(row.b) + update.floor);
        for (Index j = 0; j < k; ++j) {
          ASSERT_NEAR(F(i, j), update.floor + best[static_cast<std::size_t>(j)], allowed)
              << "row " << i << ", component " << j;
        }
      }
    }
  }
}

TYPED_TEST(AnlsUpdateTest, IsAMinimumAtEverySize) {
  using T = typename TypeParam::Scalar;
  const RowUpdate<double> update = as_rounded<T>({0.2, 0.1, 0.05, 1, 0});
  const std::vector<Shape> shapes = {{70, 0, 33, 1}, {9, 0, 48, 0},  {9, 0, 49, 3},
                                     {6, 0, 100, 2}, {3, 0, 130, 1}, {0, 0, 5, 1}};
  for (const Shape& shape : shapes) {
    SCOPED_TRACE(shape);
    const LeastSquares c = random_problem<T>(shape.m, shape.k, 50);
    EXPECT_TRUE(is_minimum<T>(this->updated(c, update, shape.padding), c, update));
    EXPECT_TRUE(is_minimum<T>(this->updated(c, {}, shape.padding), c, {}));
  }
}

TYPED_TEST(AnlsUpdateTest, ASingularGramMatrixHasAMinimumToo) {
  using T = typename TypeParam::Scalar;
  // Components 3 … 5 are 0 … 2 once more. Small integers, so that G is exact, and singular.
  const Index rows = 40;
  Dense factor = random_matrix(9, 6, 60, 0, 8);
  for (double& entry : factor.entries) entry = std::floor(entry);
  for (Index i = 0; i < factor.rows; ++i) {
    for (Index j = 3; j < 6; ++j) factor(i, j) = factor(i, j - 3);
  }
  LeastSquares c{sparse_matrix(rows, 6, 61), {}, gram(factor)};
  c.F = rounded<T>(c.F);
  // The raised pivot stands for as much more of l2.
  const double part = sizeof(T) == sizeof(float) ? 0x1p-18 : 0x1p-38;
  Dense targets = random_matrix(rows, 6, 62, -4, 8);
  for (double& entry : targets.entries) entry = std::floor(entry);
  c.P = product(targets, c.G);
  EXPECT_TRUE(is_minimum<T>(this->updated(c, {}), c, {}, part));
  // Of two equal components the one with the larger product takes all.
  for (Index i = 0; i < rows; ++i) c.P(i, 3 + i % 3) += 1;
  EXPECT_TRUE(is_minimum<T>(this->updated(c, {}), c, {}, part));
}

TYPED_TEST(AnlsUpdateTest, WhatIsNotSemidefiniteEndsFiniteAndAboveTheFloor) {
  using T = typename TypeParam::Scalar;
  LeastSquares c = random_problem<T>(50, 12, 63);
  c.G = rounded<T>(random_matrix(12, 12, 64, 0, 1));
  for (Index i = 0; i < 12; ++i) {
    for (Index j = 0; j < i; ++j) c.G(i, j) = c.G(j, i);
  }
  const Dense F = this->updated(c, {0, 0, 0.25, 1, 0});
  EXPECT_TRUE(all_finite(F));
  EXPECT_GE(smallest_entry(F), 0.25);
}

TYPED_TEST(AnlsUpdateTest, ByHand) {
  // M = (2 1; 1 2). p = (10, 8): x = (4, 2). p = (10, 2): both would be (6, −2), so (5, 0).
  EXPECT_TRUE(
      entries_equal(this->updated(this->two(1, 0, 10, 8, 2, 1), {0, 0, 0, 1, 0}), this->row(4, 2)));
  EXPECT_TRUE(
      entries_equal(this->updated(this->two(1, 1, 10, 2, 2, 1), {0, 0, 0, 1, 0}), this->row(5, 0)));
  // A floor of 1: f_1 = (10 − 1) / 2. l1 = 1, l2 = 2: (10 − 1) / 4.
  EXPECT_TRUE(entries_equal(this->updated(this->two(1, 1, 10, 2, 2, 1), {0, 0, 1, 1, 0}),
                            this->row(4.5, 1)));
  EXPECT_TRUE(entries_equal(this->updated(this->two(0, 0, 10, 2, 2, 1), {1, 2, 0, 1, 0}),
                            this->row(2.25, 0)));
  // Nothing to gain: all at the floor.
  EXPECT_TRUE(
      entries_equal(this->updated(this->two(3, 4, 0, -1, 2, 1), {0, 0, 0, 1, 0}), this->row(0, 0)));
}

TYPED_TEST(AnlsUpdateTest, ARowThatExchangesInACircleIsBroughtOutByTheBackupRule) {
  // Where all violations are always exchanged, this row comes back to sets that it had, and
  // coordinate descent is off by 3e-3 after all its passes: G is badly conditioned.
  LeastSquares c{Dense(1, 5, 1), Dense(1, 5), Dense(5, 5)};
  c.G.entries = {22, 18, -5, 9,  -10, 18, 21,  3,   -8, 4,  -5,  3, 35,
                 4,  17, 9,  -8, 4,   75, -30, -10, 4,  17, -30, 29};
  c.P.entries = {53, 132, 139, -59, 167};
  Dense expected(1, 5);
  expected.entries = {2, 4, 0, 3, 9};
  EXPECT_TRUE(entries_near(this->updated(c, {}), expected, [](Index, Index) { return 1e-6; }));
}

TYPED_TEST(AnlsUpdateTest, AViolationCountsFromTheRoundingOfTOn) {
  using T = typename TypeParam::Scalar;
  // Of a component at the floor, G = I: the smallest gradient that counts is some roundings of the
  // largest product.
  const double rounding = static_cast<double>(std::numeric_limits<T>::epsilon());
  const auto at_floor = [&](double p) {
    return this->updated(this->two(0, 0, 1, p, 1, 0), {0, 0, 0, 1, 0});
  };
  EXPECT_TRUE(entries_equal(at_floor(0.5 * rounding), this->row(1, 0)));
  EXPECT_TRUE(entries_equal(at_floor(2 * rounding), this->row(1, 2 * rounding)));
  // Of a component above it, M = (1 ½; ½ 1) and x = (1, −16 roundings): x_2 = 0, and so x_1 is
  // 1 − 8 roundings.
  EXPECT_TRUE(
      entries_equal(this->updated(this->two(1, 1, 1 - 8 * rounding, 0.5 - 16 * rounding, 1, 0.5),
                                  {0, 0, 0, 1, 0}),
                    this->row(1 - 8 * rounding, 0)));
}

TYPED_TEST(AnlsUpdateTest, ADeadComponentGoesToTheFloorUnderL1) {
  // G_22 = 0: l1·f is all that is left of the objective of component 2.
  LeastSquares c{Dense(130, 2, 0.75), Dense(130, 2, 7), Dense(2, 2)};
  c.G(0, 0) = 2;
  for (Index i = 0; i < c.P.rows; ++i) c.P(i, 1) = 0;
  const Dense result = this->updated(c, {1, 0, 0.5, 1, 0});
  for (Index i = 0; i < result.rows; ++i) {
    ASSERT_EQ(result(i, 0), 3);
    ASSERT_EQ(result(i, 1), 0.5);
  }
}

TYPED_TEST(AnlsUpdateTest, ADeadComponentIsLeftAlone) {
  LeastSquares c{Dense(130, 2, 0.25), Dense(130, 2, 6), Dense(2, 2)};
  c.G(0, 0) = 2;
  const Dense result = this->updated(c, {0, 0, 0.5, 1, 0});
  for (Index i = 0; i < result.rows; ++i) {
    ASSERT_EQ(result(i, 0), 3);
    ASSERT_EQ(result(i, 1), 0.25);
  }
  // l2 brings it back to life: f = (p − l1) / l2.
  EXPECT_TRUE(entries_equal(this->updated(this->two(1, 1, 4, 6, 0, 0), {1, 2, 0, 1, 0}),
                            this->row(1.5, 2.5)));
}

TYPED_TEST(AnlsUpdateTest, TheMinimumDoesNotDependOnWhereARowBegins) {
  using T = typename TypeParam::Scalar;
  LeastSquares c = random_problem<T>(60, 10, 70);
  const Dense expected = this->updated(c, {});
  for (const double start : {0.0, 1.0}) {
    SCOPED_TRACE(start);
    c.F = Dense(60, 10, start);
    EXPECT_LT(relative_distance(this->updated(c, {}), expected), 64 * kUnitRoundoff<T>);
  }
}

TYPED_TEST(AnlsUpdateTest, ARowsResultDoesNotDependOnTheRowsBesideIt) {
  using T = typename TypeParam::Scalar;
  for (const Index k : {Index{1}, Index{17}, Index{33}}) {
    SCOPED_TRACE(k);
    const Index rows = 67;
    const LeastSquares c = random_problem<T>(rows, k, 71);
    const Dense expected = this->updated(c, {0.01, 0.02, 1e-6, 1, 0});
    auto p = this->put(c.P, 1);
    auto g = this->put(c.G, 2);
    for (const Index height : {Index{1}, Index{7}, Index{64}}) {
      SCOPED_TRACE(height);
      auto cut = this->put(c.F, 3);
      for (Index first = 0; first < rows; first += height) {
        const Index count = std::min(height, rows - first);
        this->backend().anls_update(cut.view().row_block(first, count),
                                    p.view().row_block(first, count), g.view(),
                                    to_type<T>({0.01, 0.02, 1e-6, 1, 0}));
      }
      EXPECT_TRUE(entries_equal(cut.values(), expected));
    }
  }
}

TYPED_TEST(AnlsUpdateTest, NaNAndInfinityMakeTheirRowNaN) {
  using T = typename TypeParam::Scalar;
  const Index rows = 30;
  const Index bad = 17;
  for (const Index k : {Index{3}, Index{50}}) {
    SCOPED_TRACE(k);
    const LeastSquares c = random_problem<T>(rows, k, 72);
    const Dense clean = this->updated(c, {});
    ASSERT_TRUE(all_finite(clean));
    for (const double value : {kNaN, kInf}) {
      LeastSquares bad_f = c;
      bad_f.F(bad, 1) = value;
      LeastSquares bad_p = c;
      bad_p.P(bad, 1) = value;
      for (const LeastSquares& spoilt : {bad_f, bad_p}) {
        const Dense result = this->updated(spoilt, {});
        for (Index i = 0; i < rows; ++i) {
          for (Index j = 0; j < k; ++j) {
            if (i == bad) {
              ASSERT_TRUE(std::isnan(result(i, j))) << j;
            } else {
              ASSERT_EQ(result(i, j), clean(i, j)) << i;
            }
          }
        }
      }
    }
  }
}

TYPED_TEST(AnlsUpdateTest, NaNInTheGramMatrixReachesEveryRow) {
  using T = typename TypeParam::Scalar;
  LeastSquares c = random_problem<T>(20, 4, 73);
  c.G(1, 2) = c.G(2, 1) = kNaN;
  for (const double entry : this->updated(c, {}).entries) EXPECT_TRUE(std::isnan(entry));
}

TEST(CoordinateDescentTest, TakesOverWhereExchangesAreUsedUp) {
  const LeastSquares c = random_problem<double>(40, 9, 80);
  const RowUpdate<double> update{0.2, 0.1, 0.05, 1, 0};
  const Matrix<double> P = to_matrix<double>(c.P);
  const Matrix<double> G = to_matrix<double>(c.G);
  Matrix<double> exact = to_matrix<double>(c.F);
  cpu::anls_update<double>(exact.view(), P.view(), G.view(), update, max_exchanges(9));
  Matrix<double> descended = to_matrix<double>(c.F);
  cpu::anls_update<double>(descended.view(), P.view(), G.view(), update, 0);

  EXPECT_FALSE(entries_equal(to_dense(descended), to_dense(exact))) << "nothing descended";
  // The condition of M is below 50: passes shrink the error to what a step no longer moves.
  EXPECT_LT(relative_distance(to_dense(descended), to_dense(exact)), 1e-13);
}

}  // namespace
}  // namespace nonneg::test
