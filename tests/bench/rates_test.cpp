// SPDX-License-Identifier: Apache-2.0
// What sweeps are measured with: rates of the machine, times of a solver, and a planted matrix.
#include "nonneg/rates.hpp"

#include <gtest/gtest.h>

#include "bench/planted_data.hpp"
#include "bench/timed_sweeps.hpp"
#include "nonneg/error.hpp"

namespace nonneg::bench {
namespace {

Options on_cpu(Index rank) {
  Options options;
  options.rank = rank;
  options.backend = BackendKind::cpu;
  return options;
}

TEST(RatesTest, AreOfTheBackendAndTheThreadsThatWereAskedFor) {
  const Matrix<float> A(300, 40);
  Options options = on_cpu(3);
  options.threads = 1;
  for (const Precision precision : {Precision::float32, Precision::float64}) {
    options.precision = precision;
    const MeasuredRates rates = measure_rates(A.view(), options);
    EXPECT_EQ(rates.backend, BackendKind::cpu);
    EXPECT_EQ(rates.threads, 1);
    EXPECT_GT(rates.product_flops, 0);
    EXPECT_GT(rates.memory_bytes, 0);
  }
}

TEST(RatesTest, OfAnyBackendAreRefused) {
  const Matrix<float> A(3, 4);
  Options options = on_cpu(1);
  options.backend = BackendKind::automatic;
  EXPECT_THROW(measure_rates(A.view(), options), InvalidArgument);
}

TEST(RatesTest, OfAPrecisionThatTheCpuLacksAreRefused) {
  const Matrix<float> A(3, 4);
  Options options = on_cpu(1);
  options.precision = Precision::tf32;
  EXPECT_THROW(measure_rates(A.view(), options), InvalidArgument);
}

TEST(TimedSweepsTest, AreTakenAsOftenAsAskedForAfterTheWarmUp) {
  const PlantedData planted(50, 12);
  Solver<float> solver(planted.dense().view(), on_cpu(3));
  const std::vector<double> times =
      time_sweeps(solver, {.warm_up = 4, .repeats = 3, .seconds = 0.001});
  ASSERT_EQ(times.size(), 3U);
  for (const double time : times) EXPECT_GT(time, 0);
  // A check ends the warm-up and each time that is taken.
  EXPECT_GE(solver.loss_history().size(), 4U);
  EXPECT_EQ(solver.loss_history().front().iteration, 4);
  EXPECT_GE(solver.iteration(), 4 + 3);
}

TEST(PlantedDataTest, IsTheSameForTheSameSeedAloneAndHasSoManyComponents) {
  const PlantedData first(40, 6, 3);
  const PlantedData again(40, 6, 3);
  const PlantedData other(40, 6, 4);
  EXPECT_EQ(PlantedData::planted_rank(6), 3);
  EXPECT_EQ(PlantedData::planted_rank(1), 1);
  EXPECT_EQ(PlantedData::planted_rank(500), 32);
  int differ = 0;
  for (Index e = 0; e < first.dense().size(); ++e) {
    const float entry = first.dense().data()[e];
    EXPECT_EQ(entry, again.dense().data()[e]);
    EXPECT_GE(entry, 0);
    differ += entry != other.dense().data()[e] ? 1 : 0;
  }
  EXPECT_GT(differ, 200);
  Options options = on_cpu(3);
  options.max_iterations = 200;
  options.tolerance = 0;
  // What is left is the noise: at most 0.1 of entries of some 0.3.
  EXPECT_LT(factorize<float>(first.dense().view(), options).relative_error, 0.15);
}

}  // namespace
}  // namespace nonneg::bench
