// SPDX-License-Identifier: Apache-2.0
// Backend::multiplicative_update and hals_update against naive loops.
#include <cmath>

#include "support/backends.hpp"
#include "support/cases.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

/// A factor with its products: P pulls some entries below 0, so that floors are met.
struct UpdateCase {
  Dense F;
  Dense P;
  Dense G;
};

template <class T>
UpdateCase random_update(Algorithm algorithm, Index rows, Index k, std::uint64_t seed) {
  UpdateCase result;
  result.F = rounded<T>(random_matrix(rows, k, seed, 0.01, 1));
  result.G = rounded<T>(gram(random_matrix(2 * k + 3, k, seed + 1)));
  const Dense target = random_matrix(rows, k, seed + 2, algorithm == Algorithm::mu ? 0 : -0.5, 1);
  result.P = rounded<T>(product(target, result.G));
  return result;
}

template <class T>
RowUpdate<T> to_type(const RowUpdate<double>& update) {
  return {static_cast<T>(update.l1),
          static_cast<T>(update.l2),
          static_cast<T>(update.floor),
          update.repeats,
          static_cast<T>(update.repeat_tolerance),
          update.until_settled};
}

template <class Case>
class RowUpdateTest : public BackendTest<Case> {
 protected:
  using Scalar = typename Case::Scalar;

  static void apply(Backend<Scalar>& backend, Algorithm algorithm, MatrixView<Scalar> F,
                    MatrixView<const Scalar> P, MatrixView<const Scalar> G,
                    const RowUpdate<Scalar>& update) {
    if (algorithm == Algorithm::mu) {
      backend.multiplicative_update(F, P, G, update);
    } else {
      backend.hals_update(F, P, G, update);
    }
  }

  /// The reference of a case in Scalar: all parameters rounded to Scalar first.
  static Dense expected(Algorithm algorithm, const UpdateCase& c, RowUpdate<double> update) {
    update.l1 = static_cast<double>(static_cast<Scalar>(update.l1));
    update.l2 = static_cast<double>(static_cast<Scalar>(update.l2));
    update.floor = static_cast<double>(static_cast<Scalar>(update.floor));
    return updated_rows(algorithm, c.F, c.P, c.G, update);
  }

  static ::testing::AssertionResult near_reference(Algorithm algorithm, const Dense& actual,
                                                   const Dense& reference, const UpdateCase& c,
                                                   const RowUpdate<double>& update) {
    const Index k = c.F.cols;
    if (algorithm == Algorithm::mu) {
      return entries_close(actual, reference, multiplicative_tolerance<Scalar>(k, update.repeats));
    }
    const Dense magnitude = product(absolute(c.F), absolute(c.G));
    return entries_near(actual, reference, [&](Index i, Index) {
      double row = 0;
      for (Index j = 0; j < k; ++j) {
        const double terms =
            std::abs(c.P(i, j)) + magnitude(i, j) + update.l1 + update.l2 * std::abs(c.F(i, j));
        row = std::max(row, terms / (c.G(j, j) + update.l2));
      }
      return hals_tolerance<Scalar>(k, update.repeats, row);
    });
  }
};
TYPED_TEST_SUITE(RowUpdateTest, Backends, BackendNames);

TYPED_TEST(RowUpdateTest, AgreesWithTheReferenceAtAwkwardSizes) {
  using T = typename TypeParam::Scalar;
  const std::vector<RowUpdate<double>> updates = {{0, 0, 0, 1, 0},   {0.3, 0, 0, 1, 0},
                                                  {0, 0.7, 0, 1, 0}, {0.2, 0.1, 0.05, 1, 0},
                                                  {0, 0, 0, 3, 0},   {0.1, 0.4, 1e-3, 5, 0}};
  for (const Algorithm algorithm : {Algorithm::mu, Algorithm::hals}) {
    for (const Shape& shape : awkward_shapes()) {
      const UpdateCase c = random_update<T>(algorithm, shape.m, shape.k, 20);
      for (const RowUpdate<double>& update : updates) {
        SCOPED_TRACE(to_string(algorithm));
        SCOPED_TRACE(shape);
        SCOPED_TRACE(update.repeats);
        auto f = this->put(c.F, shape.padding);
        auto p = this->put(c.P, 2 * shape.padding);
        auto g = this->put(c.G, 3 * shape.padding);

        this->apply(this->backend(), algorithm, f.view(), p.view(), g.view(), to_type<T>(update));

        EXPECT_TRUE(this->near_reference(algorithm, f.values(),
                                         this->expected(algorithm, c, update), c, update));
        EXPECT_TRUE(f.padding_untouched());
        EXPECT_TRUE(entries_equal(p.values(), c.P));
        EXPECT_TRUE(entries_equal(g.values(), c.G));
      }
    }
  }
}

TYPED_TEST(RowUpdateTest, MoreRowsThanTheGridOfASmallDeviceAreAllUpdated) {
  using T = typename TypeParam::Scalar;
  // The blocks of one multiprocessor take 2048 rows at a time.
  const RowUpdate<double> update{0.1, 0.4, 1e-3, 2, 0};
  for (const Algorithm algorithm : {Algorithm::mu, Algorithm::hals}) {
    SCOPED_TRACE(to_string(algorithm));
    const UpdateCase c = random_update<T>(algorithm, 2100, 3, 23);
    auto f = this->put(c.F, 1);
    auto p = this->put(c.P);
    auto g = this->put(c.G);

    this->apply(this->backend(), algorithm, f.view(), p.view(), g.view(), to_type<T>(update));

    EXPECT_TRUE(this->near_reference(algorithm, f.values(), this->expected(algorithm, c, update), c,
                                     update));
    EXPECT_TRUE(f.padding_untouched());
  }
}

TYPED_TEST(RowUpdateTest, NoEntryLiesBelowTheFloor) {
  using T = typename TypeParam::Scalar;
  const T floor = static_cast<T>(0.3);
  for (const Algorithm algorithm : {Algorithm::mu, Algorithm::hals}) {
    SCOPED_TRACE(to_string(algorithm));
    const UpdateCase c = random_update<T>(algorithm, 100, 6, 21);
    auto f = this->put(c.F);
    auto p = this->put(c.P);
    auto g = this->put(c.G);
    const RowUpdate<T> update{static_cast<T>(0.1), 0, floor, 2, 0};

    this->apply(this->backend(), algorithm, f.view(), p.view(), g.view(), update);

    const Dense F = f.values();
    EXPECT_EQ(smallest_entry(F), static_cast<double>(floor));
    EXPECT_GT(largest(F), static_cast<double>(floor));
  }
}

TYPED_TEST(RowUpdateTest, ARowsResultDoesNotDependOnTheRowsBesideIt) {
  using T = typename TypeParam::Scalar;
  const RowUpdate<T> update{static_cast<T>(0.01), static_cast<T>(0.02), static_cast<T>(1e-6), 8,
                            static_cast<T>(0.05)};
  for (const Algorithm algorithm : {Algorithm::mu, Algorithm::hals}) {
    for (const Index k : {Index{1}, Index{2}, Index{17}, Index{33}}) {
      SCOPED_TRACE(to_string(algorithm));
      SCOPED_TRACE(k);
      const Index rows = 197;
      const UpdateCase c = random_update<T>(algorithm, rows, k, 22);
      auto p = this->put(c.P, 1);
      auto g = this->put(c.G, 2);
      auto whole = this->put(c.F, 3);
      this->apply(this->backend(), algorithm, whole.view(), p.view(), g.view(), update);
      const Dense expected = whole.values();
      for (const Index height : {Index{1}, Index{7}, Index{64}, Index{65}}) {
        SCOPED_TRACE(height);
        auto cut = this->put(c.F, 3);
        for (Index first = 0; first < rows; first += height) {
          const Index count = std::min(height, rows - first);
          this->apply(this->backend(), algorithm, cut.view().row_block(first, count),
                      p.view().row_block(first, count), g.view(), update);
        }
        EXPECT_TRUE(entries_equal(cut.values(), expected));
      }
      const auto one_thread = TypeParam::make(1);
      Operand<T> f1(*one_thread, c.F);
      Operand<T> p1(*one_thread, c.P);
      Operand<T> g1(*one_thread, c.G);
      this->apply(*one_thread, algorithm, f1.view(), p1.view(), g1.view(), update);
      EXPECT_TRUE(entries_equal(f1.values(), expected));
    }
  }
}

TYPED_TEST(RowUpdateTest, EachRowStopsRepeatingByItsOwnChange) {
  using T = typename TypeParam::Scalar;
  // Under G = (1 ½; ½ 1) a pass of HALS quarters the error, and the squared change falls by 16 each
  // time: below 1/100 of the first one's after the third pass. A row of zero products and zero
  // entries is done at once.
  Dense G(2, 2, 0.5);
  G(0, 0) = G(1, 1) = 1;
  UpdateCase c;
  c.G = G;
  c.F = Dense(3, 2);
  c.P = Dense(3, 2);
  for (Index j = 0; j < 2; ++j) {
    c.F(0, j) = 4;
    c.P(0, j) = 15;
    c.P(2, j) = 3;
  }
  const RowUpdate<double> update{0, 0, 0, 50, 0.01};
  Dense counted = c.F;
  EXPECT_EQ(update_row(Algorithm::hals, counted, c.P, c.G, update, 0), 3);
  auto f = this->put(c.F);
  auto p = this->put(c.P);
  auto g = this->put(c.G);

  this->backend().hals_update(f.view(), p.view(), g.view(), to_type<T>(update));

  // Every number here is a dyadic fraction: the passes can be counted exactly.
  EXPECT_TRUE(entries_equal(f.values(), updated_rows(Algorithm::hals, c.F, c.P, c.G, update)));
}

TYPED_TEST(RowUpdateTest, ARowThatRepeatsUntilItHasSettledComparesAPassWithItself) {
  using T = typename TypeParam::Scalar;
  // As above, with components that stay at 0; the rows are of very different size, and take the
  // same passes. The squared norm is 200 at the minimiser: the squared change falls below 1/1000 of
  // it in the fourth pass.
  for (const Index k : {Index{2}, Index{40}, Index{800}}) {
    SCOPED_TRACE(k);
    UpdateCase c;
    c.G = Dense(k, k);
    for (Index j = 0; j < k; ++j) c.G(j, j) = 1;
    c.G(0, 1) = c.G(1, 0) = 0.5;
    c.F = Dense(4, k);
    c.P = Dense(4, k);
    for (Index i = 0; i < 3; ++i) {
      for (Index j = 0; j < 2; ++j) {
        c.F(i, j) = std::ldexp(4, 12 * static_cast<int>(i) - 12);
        c.P(i, j) = std::ldexp(15, 12 * static_cast<int>(i) - 12);
      }
    }
    RowUpdate<double> update{0, 0, 0, 50, 0.001};
    update.until_settled = true;
    Dense counted = c.F;
    EXPECT_EQ(update_row(Algorithm::hals, counted, c.P, c.G, update, 0), 4);
    auto f = this->put(c.F);
    auto p = this->put(c.P);
    auto g = this->put(c.G);

    this->backend().hals_update(f.view(), p.view(), g.view(), to_type<T>(update));

    EXPECT_TRUE(entries_equal(f.values(), updated_rows(Algorithm::hals, c.F, c.P, c.G, update)));

    // Multiplicative updates lead to the same row, whose entries are 10.
    f = this->put(c.F);
    update.repeat_tolerance = 1e-8;
    this->backend().multiplicative_update(f.view(), p.view(), g.view(), to_type<T>(update));
    for (Index i = 0; i < 3; ++i) {
      EXPECT_NEAR(f.values()(i, 0), std::ldexp(10, 12 * static_cast<int>(i) - 12),
                  std::ldexp(0.002, 12 * static_cast<int>(i) - 12));
    }
  }
}

TYPED_TEST(RowUpdateTest, RepeatsApproachTheMinimiser) {
  using T = typename TypeParam::Scalar;
  // P = X·G with X > 0: both updates must lead to X.
  const Dense X = rounded<T>(random_matrix(70, 3, 23, 0.5, 1));
  Dense G(3, 3, 0.25);
  for (Index j = 0; j < 3; ++j) G(j, j) = 1;
  const Dense P = rounded<T>(product(X, G));
  for (const Algorithm algorithm : {Algorithm::mu, Algorithm::hals}) {
    SCOPED_TRACE(to_string(algorithm));
    auto f = this->put(Dense(70, 3, 0.75));
    auto p = this->put(P);
    auto g = this->put(G);
    const RowUpdate<T> update{0, 0, 0, 400, 0};

    this->apply(this->backend(), algorithm, f.view(), p.view(), g.view(), update);

    // P is rounded to T and the condition of G is 2.
    EXPECT_TRUE(entries_close(f.values(), X, 64 * kUnitRoundoff<T>));
  }
}

}  // namespace
}  // namespace nonneg::test
