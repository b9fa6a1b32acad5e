// SPDX-License-Identifier: Apache-2.0
// Matrices whose factors are known are factored into them, up to permutation and scale.
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class PlantedTest : public ::testing::Test {};
TYPED_TEST_SUITE(PlantedTest, SolverCases, SolverNames);

TYPED_TEST(PlantedTest, TheUniqueFactorizationIsRecovered) {
  using T = typename TypeParam::Scalar;
  const Planted planted = laurberg();
  for (const std::uint64_t seed : {1, 2, 3}) {
    SCOPED_TRACE(seed);
    Options options = TypeParam::options(3, 20000);
    options.check_every = 1000;
    options.seed = seed;

    const Result<T> result = factorize_dense<T>(planted.A, options);

    const Factors found = factors_of(result);
    // The residual of an exact factorization is quadratic in the factors' distance: √u of it may be
    // left where updates no longer move float. MU nears the zeros of the planted factors like 1/t.
    const bool mu = TypeParam::kAlgorithm == Algorithm::mu;
    const double error = sizeof(T) == sizeof(float) ? 2e-3 : (mu ? 2e-4 : 1e-5);
    EXPECT_LT(recovery_error(found.W, planted.factors.W), error);
    EXPECT_LT(recovery_error(found.Ht, planted.factors.Ht), error);
    EXPECT_LT(result.relative_error, error);
  }
}

TYPED_TEST(PlantedTest, APlantedStartIsAFixedPoint) {
  using T = typename TypeParam::Scalar;
  const Planted planted = laurberg();
  const Options options = TypeParam::options(3, 3);

  const Result<T> result = factorize_dense<T>(planted.A, options, planted.factors);

  // Zeros of the planted factors may have been raised to the floor.
  const double allowed = 64 * kUnitRoundoff<T> + 8 * floor_of(options, planted.A);
  const auto tolerance = [&](Index, Index) { return allowed; };
  EXPECT_TRUE(entries_near(to_dense<T>(result.W), planted.factors.W, tolerance));
  EXPECT_TRUE(entries_near(to_dense<T>(result.Ht), planted.factors.Ht, tolerance));
}

TYPED_TEST(PlantedTest, RankOneIsExact) {
  using T = typename TypeParam::Scalar;
  const Planted planted = planted_sparse(30, 20, 1, 9);

  const Result<T> result = factorize_dense<T>(planted.A, TypeParam::options(1, 10));

  EXPECT_LT(result.relative_error, 16 * kUnitRoundoff<T> + 1e-9);
}

}  // namespace
}  // namespace nonneg::test
