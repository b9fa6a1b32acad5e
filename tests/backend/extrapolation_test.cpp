// SPDX-License-Identifier: Apache-2.0
// The primitives of an extrapolated sweep: judge_step, copy_if and extrapolate, which take what
// they depend on from the backend's own memory.
#include <cmath>
#include <limits>
#include <utility>

#include "formulas/extrapolation_step.hpp"
#include "support/backends.hpp"
#include "support/cases.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class ExtrapolationPrimitives : public BackendTest<Case> {
 protected:
  /// A sum in the backend's memory that is `value`, which the scalar type must hold.
  Matrix<double> sum_of(double value) {
    Matrix<double> sums = this->backend().allocate_sums(3);
    auto one = this->put(Dense(1, 1, value));
    this->backend().factor_sums(one.view(), sums.data());
    return sums;
  }
};
TYPED_TEST_SUITE(ExtrapolationPrimitives, Backends, BackendNames);

TYPED_TEST(ExtrapolationPrimitives, ExtrapolateGoesOnAlongTheStepAndKeepsTheFloor) {
  using T = typename TypeParam::Scalar;
  constexpr double kBeta = 0.75;
  const T floor = T(0.25);
  const Matrix<double> beta = this->sum_of(kBeta);
  for (const Shape& shape : awkward_shapes()) {
    SCOPED_TRACE(shape);
    const Dense X = rounded<T>(random_matrix(shape.m, shape.k, 5));
    const Dense Y = rounded<T>(random_matrix(shape.m, shape.k, 6));
    // Column c of X is twice as long as that of Y for odd c, and as long as it for even c.
    Dense G = random_matrix(shape.k, shape.k, 11);
    Dense previous_G = G;
    for (Index c = 0; c < shape.k; ++c) {
      G(c, c) = c % 2 == 0 ? 3 : 12;
      previous_G(c, c) = 3;
    }
    auto x = this->put(X, shape.padding);
    auto g = this->put(G, shape.padding);
    auto y = this->put(Y, 2 * shape.padding);
    auto previous_g = this->put(previous_G, 1);
    auto out = this->put(Y, shape.padding);

    this->backend().extrapolate(x.view(), g.view(), y.view(), previous_g.view(), beta.data(), floor,
                                out.view());

    const Dense found = out.values();
    for (Index i = 0; i < X.rows; ++i) {
      for (Index c = 0; c < X.cols; ++c) {
        const double before = (c % 2 == 0 ? 1 : 2) * Y(i, c);
        const double expected =
            std::max(static_cast<double>(floor), X(i, c) + kBeta * (X(i, c) - before));
        // Entries are below 2, so each of the four operations is off by less than an ulp of 4.
        EXPECT_NEAR(found(i, c), expected, 4 * 4 * std::numeric_limits<T>::epsilon());
        EXPECT_GE(found(i, c), static_cast<double>(floor));
      }
    }
    EXPECT_TRUE(entries_equal(x.values(), X));
    EXPECT_TRUE(entries_equal(y.values(), X)) << "the previous factor is now this one";
    EXPECT_TRUE(out.padding_untouched());
    EXPECT_TRUE(y.padding_untouched());
  }
}

TYPED_TEST(ExtrapolationPrimitives, ANormThatIsZeroOrNotFiniteRescalesNothing) {
  using T = typename TypeParam::Scalar;
  constexpr double kInf = std::numeric_limits<double>::infinity();
  for (const auto& [now, before] : {std::pair{0.0, 4.0}, {4.0, 0.0}, {kInf, kInf}, {kInf, 4.0}}) {
    auto x = this->put(Dense(3, 1, 2));
    auto y = this->put(Dense(3, 1, 1));
    auto out = this->put(Dense(3, 1, 0));
    this->backend().extrapolate(x.view(), this->put(Dense(1, 1, now)).view(), y.view(),
                                this->put(Dense(1, 1, before)).view(), this->sum_of(0.5).data(),
                                T(0), out.view());
    EXPECT_TRUE(entries_equal(out.values(), Dense(3, 1, 2.5))) << now << ", " << before;
  }
}

TYPED_TEST(ExtrapolationPrimitives, AStepOfZeroGivesTheFactorItself) {
  using T = typename TypeParam::Scalar;
  const Dense X = rounded<T>(random_matrix(37, 5, 7));
  auto x = this->put(X);
  auto y = this->put(random_matrix(37, 5, 8));
  auto g = this->put(Dense(5, 5, 2));
  auto previous_g = this->put(Dense(5, 5, 1));
  auto out = this->put(Dense(37, 5, 1));
  this->backend().extrapolate(x.view(), g.view(), y.view(), previous_g.view(),
                              this->sum_of(0).data(), T(0), out.view());
  EXPECT_TRUE(entries_equal(out.values(), X));
}

TYPED_TEST(ExtrapolationPrimitives, ExtrapolateKeepsNaN) {
  using T = typename TypeParam::Scalar;
  Dense X(1, 2);
  X.entries = {std::numeric_limits<double>::quiet_NaN(), 1.0};
  auto x = this->put(X);
  auto y = this->put(Dense(1, 2, 1));
  auto g = this->put(Dense(2, 2, 1));
  auto out = this->put(Dense(1, 2, 1));

  this->backend().extrapolate(x.view(), g.view(), y.view(), g.view(), this->sum_of(0.5).data(),
                              T(0.25), out.view());

  EXPECT_TRUE(std::isnan(out.values().entries[0]));
  EXPECT_EQ(out.values().entries[1], 1.0);
}

TYPED_TEST(ExtrapolationPrimitives, CopyIfCopiesInsideTheViewWhereTheConditionHolds) {
  using T = typename TypeParam::Scalar;
  for (const Shape& shape : awkward_shapes()) {
    for (const double condition : {0.0, 1.0, -0.5}) {
      SCOPED_TRACE(condition);
      const Dense X = rounded<T>(random_matrix(shape.m, shape.k, 9));
      const Dense before = rounded<T>(random_matrix(shape.m, shape.k, 10));
      auto x = this->put(X, shape.padding);
      auto out = this->put(before, 2 * shape.padding);

      this->backend().copy_if(this->sum_of(condition).data(), x.view(), out.view());

      EXPECT_TRUE(entries_equal(out.values(), condition != 0 ? X : before));
      EXPECT_TRUE(out.padding_untouched());
    }
  }
}

TYPED_TEST(ExtrapolationPrimitives, JudgeStepDecidesAsTheHostDoes) {
  const StepRule rule{.sum_of_squares = 400, .rounding = 1e-6, .penalized = true, .l1_w = 0.5};
  Matrix<double> sums = this->backend().allocate_sums(RunSum::step_state + 3);
  Matrix<double> state = this->backend().allocate_sums(StepState::count);
  this->backend().clear_sums(state.data(), StepState::count);
  this->backend().clear_sums(sums.data(), RunSum::step_state);
  std::vector<double> on_host(StepState::count, 0.0);
  int undone = 0;
  for (const double level : {5.0, 6.0, 7.0, 6.5, 6.75, 8.0}) {
    auto factor = this->put(Dense(3, 5, level));
    this->backend().factor_sums(factor.view(), sums.data() + RunSum::cross);
    const std::vector<double> host_sums = fetch_sums(this->backend(), sums, RunSum::step_state);

    this->backend().judge_step(rule, sums.data(), state.data());
    judge_step(rule, host_sums.data(), on_host.data());

    const std::vector<double> found = fetch_sums(this->backend(), state, StepState::count);
    for (std::size_t s = 0; s < found.size(); ++s) {
      EXPECT_NEAR(found[s], on_host[s], 1e-12 * std::abs(on_host[s])) << level << ", " << s;
    }
    undone += on_host[StepState::undone] != 0 ? 1 : 0;
  }
  EXPECT_GT(undone, 0) << "no rise: this test shows too little";
  EXPECT_LT(undone, 6);
}

}  // namespace
}  // namespace nonneg::test
