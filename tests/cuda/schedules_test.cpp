// SPDX-License-Identifier: Apache-2.0
// The same bits whenever the device does what it was given: streams in any order that their events
// allow, blocks and threads in any order.
#include "cuda/emulated_fixture.hpp"
#include "cuda/uneven_sparse.hpp"

namespace nonneg::test {
namespace {

class SchedulesTest : public EmulatedTest {
 protected:
  static constexpr unsigned kSchedules = 20;
  // More panels of 6 rows than a staged run has buffers; the last is a lower one.
  static constexpr Index kRows = 21;

  template <class T>
  static void every_schedule_gives_the_same_bits(const DataView& A, const Options& options) {
    const Outcome expected = run_of<T>(A, options);
    for (unsigned seed = 1; seed <= kSchedules; ++seed) {
      SCOPED_TRACE(::testing::Message() << "schedule " << seed);
      ASSERT_TRUE(Control::set_order("random", seed));
      Control::shuffle_threads(true, seed);
      EXPECT_TRUE(same(run_of<T>(A, options), expected));
      EXPECT_EQ(Control::live_allocations(), 0);
      EXPECT_EQ(Control::take_findings(), "");
    }
    ASSERT_TRUE(Control::set_order("eager", 1));
    EXPECT_TRUE(same(run_of<T>(A, options), expected));
  }

  template <class T>
  static void check(const DataView& A, bool staged) {
    for (const Algorithm algorithm : {Algorithm::mu, Algorithm::hals, Algorithm::anls}) {
      SCOPED_TRACE(to_string(algorithm));
      Options options = options_for(BackendKind::cuda, 3);
      options.algorithm = algorithm;
      options.max_iterations = 4;
      options.check_every = 2;
      options.panel_rows = 6;
      if (staged) leave_room_for_panels_only<T>(A, options);
      every_schedule_gives_the_same_bits<T>(A, options);
      Control::set_order("late", 1);
      Control::shuffle_threads(false, 1);
      Control::set_free_memory(kAllMemory);
    }
  }
};

TEST_F(SchedulesTest, TwentySchedulesOfAResidentRunGiveTheSameBits) {
  const Matrix<float> A = to_matrix<float>(noisy_planted(kRows, 13, 3, 41));
  check<float>(A.view(), false);
}

TEST_F(SchedulesTest, TwentySchedulesOfAStagedRunGiveTheSameBits) {
  const Matrix<double> A = to_matrix<double>(noisy_planted(kRows, 13, 3, 42));
  check<double>(A.view(), true);
}

TEST_F(SchedulesTest, TwentySchedulesOfAStagedRunOfStoredIntegersGiveTheSameBits) {
  std::vector<std::uint16_t> entries(kRows * 13);
  for (std::size_t e = 0; e < entries.size(); ++e) {
    entries[e] = static_cast<std::uint16_t>((e * 37) % 101);
  }
  check<float>({entries.data(), ElementType::uint16, kRows, 13, 1, kRows}, true);
}

TEST_F(SchedulesTest, TwentySchedulesOfAStagedRunOfSparseDataGiveTheSameFactorsToRounding) {
  // H's sums are added up in the order that threads come to them. Values are widened, columns and
  // weights are read in the slots: a panel that was overwritten too soon is far off.
  for (const double beta : {kFrobenius, kKullbackLeibler}) {
    const UnevenSparse A(kRows, 13, ElementType::float32, beta == kKullbackLeibler);
    Options options = options_for(BackendKind::cuda, 3);
    options.algorithm = Algorithm::mu;
    options.beta = beta;
    options.missing = beta == kKullbackLeibler ? Missing::zeros : Missing::none;
    options.max_iterations = 4;
    options.panel_rows = 6;
    Control::set_free_memory(kAllMemory);
    const Outcome resident = run_of<double>(A.view(), options);
    leave_room_for_panels_only<double>(A.view(), options);
    for (unsigned seed = 1; seed <= kSchedules; ++seed) {
      SCOPED_TRACE(::testing::Message() << "beta " << beta << ", schedule " << seed);
      ASSERT_TRUE(Control::set_order("random", seed));
      Control::shuffle_threads(true, seed);
      const Outcome staged = run_of<double>(A.view(), options);
      EXPECT_LT(relative_distance(model(staged.W, staged.Ht), model(resident.W, resident.Ht)),
                4 * sweep_tolerance<double>(kRows, 4));
      EXPECT_EQ(Control::live_allocations(), 0);
      EXPECT_EQ(Control::take_findings(), "");
    }
    Control::set_order("late", 1);
    Control::shuffle_threads(false, 1);
  }
}

}  // namespace
}  // namespace nonneg::test
