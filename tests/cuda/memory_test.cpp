// SPDX-License-Identifier: Apache-2.0
// Device memory that shrinks: at every step of the plan, what the plan says is what the run does
// and no more than it takes, until a run is refused.
#include "cuda/emulated_fixture.hpp"
#include "cuda/uneven_sparse.hpp"
#include "panels/panel_heights.hpp"

namespace nonneg::test {
namespace {

/// What changes from one step of the plan to the next.
struct Step {
  std::uint64_t resident_bytes = 0;
  Index panel_rows = 0;
  bool fits = false;

  bool operator==(const Step&) const = default;
};

Step step_of(const Plan& plan) {
  return {plan.resident_bytes, max_panel_rows(plan), plan.total_bytes <= plan.device_free_bytes};
}

/// A step and the fewest bytes of device memory that it is taken with.
struct Boundary {
  Step step;
  std::uint64_t bytes = 0;
};

/// All steps from plenty of memory down to the refusal, which comes last, with the most bytes it is
/// met with.
template <class T>
std::vector<Boundary> boundaries(const DataView& A, const Options& options) {
  const RunPlans<T> plans(A, options);
  std::vector<Boundary> found;
  std::uint64_t bytes = std::uint64_t{8} << 30;
  while (true) {
    const Step step = step_of(plans.at(bytes));
    if (!step.fits) {
      found.push_back({step, bytes});
      return found;
    }
    const std::uint64_t least =
        plans.least(bytes, [&](const Plan& plan) { return step_of(plan) == step; });
    found.push_back({step, least});
    bytes = least - 1;
  }
}

class MemoryTest : public EmulatedTest {
 protected:
  static Options options_of(Algorithm algorithm) {
    Options options = options_for(BackendKind::cuda, 2);
    options.algorithm = algorithm;
    options.max_iterations = 2;
    options.check_every = 2;
    options.deterministic = true;
    return options;
  }

  /// Of sparse A, which come with its entries.
  template <class T>
  static std::uint64_t weight_bytes(const DataView& A) {
    return A.sparse() && A.weights() != nullptr
               ? static_cast<std::uint64_t>(A.stored().entries()) * sizeof(T)
               : 0;
  }

  /// A run with just the memory of a step does as its plan says.
  template <class T>
  static Outcome run_at(const Boundary& boundary, const DataView& A, const Options& options) {
    SCOPED_TRACE(::testing::Message() << "A in " << boundary.step.resident_bytes
                                      << " bytes, panels of " << boundary.step.panel_rows);
    std::uint64_t planned = 0;
    {
      const RunPlans<T> plans(A, options);
      planned = plans.at(boundary.bytes).total_bytes;
    }
    Control::set_free_memory(boundary.bytes);
    Control::reset_ledger();
    const Result<T> result = factorize<T>(A, options);
    EXPECT_EQ(result.panel_rows, boundary.step.panel_rows);
    const nonneg_emu_totals totals = Control::totals();
    EXPECT_LE(totals.peak_bytes, planned);
    // Sent once where A stays; staged, once per sweep and once more for the loss of small data.
    if (boundary.step.resident_bytes > 0) {
      EXPECT_EQ(totals.h2d_pinned.bytes, A.bytes() + weight_bytes<T>(A));
    } else {
      EXPECT_GE(totals.h2d_pinned.bytes, 2 * A.bytes());
    }
    return outcome_of(result);
  }

  template <class T>
  static void expect_refusal(const Boundary& boundary, const DataView& A, const Options& options) {
    Control::set_free_memory(boundary.bytes);
    try {
      factorize<T>(A, options);
      FAIL() << "expected OutOfMemory";
    } catch (const OutOfMemory& error) {
      EXPECT_GT(error.bytes_requested(), error.bytes_free());
      EXPECT_GT(error.bytes_free(), 0U);
      EXPECT_TRUE(mentions(error.what(), "free"));
      EXPECT_TRUE(mentions(error.what(), "a smaller rank"));
    }
  }
};

TEST_F(MemoryTest, PanelsShrinkToOneRowBeforeARunIsRefused) {
  const Matrix<double> A = to_matrix<double>(noisy_planted(48, 11, 2, 61));
  for (const Algorithm algorithm : {Algorithm::mu, Algorithm::hals, Algorithm::anls}) {
    SCOPED_TRACE(to_string(algorithm));
    Control::set_free_memory(kAllMemory);
    const Options options = options_of(algorithm);
    const std::vector<Boundary> steps = boundaries<double>(A.view(), options);
    std::vector<Index> heights;
    heights.reserve(steps.size());
    for (const Boundary& boundary : steps) heights.push_back(boundary.step.panel_rows);
    // Resident, staged whole, in ever lower panels, refused.
    EXPECT_EQ(heights, (std::vector<Index>{48, 48, 24, 12, 6, 3, 2, 1, 1}));
    EXPECT_EQ(steps.front().step.resident_bytes, A.view().rows() * 11 * sizeof(double));
    Control::set_free_memory(kAllMemory);
    const Outcome expected = run_of<double>(A.view(), options);
    for (std::size_t s = 0; s + 1 < steps.size(); ++s) {
      const Outcome actual = run_at<double>(steps[s], A.view(), options);
      EXPECT_LT(relative_distance(model(actual.W, actual.Ht), model(expected.W, expected.Ht)),
                sweep_tolerance<double>(48, 2));
    }
    expect_refusal<double>(steps.back(), A.view(), options);
  }
}

TEST_F(MemoryTest, SparsePanelsShrinkToOneRowBeforeARunIsRefused) {
  for (const bool weighted : {false, true}) {
    const UnevenSparse A(48, 11, ElementType::float32, weighted);
    SCOPED_TRACE(::testing::Message() << "weighted " << weighted);
    Control::set_free_memory(kAllMemory);
    Options options = options_of(Algorithm::mu);
    options.deterministic = false;
    if (weighted) options.missing = Missing::zeros;
    const std::vector<Boundary> steps = boundaries<double>(A.view(), options);
    ASSERT_GE(steps.size(), 6U);
    EXPECT_GT(steps[0].step.resident_bytes, 0U);
    EXPECT_EQ(steps[1].step.resident_bytes, 0U);
    EXPECT_EQ(steps[steps.size() - 2].step.panel_rows, 1);
    Control::set_free_memory(kAllMemory);
    const Outcome expected = run_of<double>(A.view(), options);
    for (std::size_t s = 0; s + 1 < steps.size(); ++s) {
      const Outcome actual = run_at<double>(steps[s], A.view(), options);
      EXPECT_LT(relative_distance(model(actual.W, actual.Ht), model(expected.W, expected.Ht)),
                sweep_tolerance<double>(48, 2));
    }
    expect_refusal<double>(steps.back(), A.view(), options);
  }
}

TEST_F(MemoryTest, TheWorkspaceOfAnlsIsPartOfThePlan) {
  // So many components that a row does not fit into shared memory.
  const Matrix<float> A = to_matrix<float>(random_matrix(3, 2, 62));
  Options options = options_of(Algorithm::anls);
  options.rank = 110;
  options.max_iterations = 1;
  options.penalties = {.l1_w = 1e6, .l1_h = 1e6};  // rows are soon found to be 0
  Control::set_free_memory(kAllMemory);
  std::uint64_t planned = 0;
  {
    const RunPlans<float> plans(A.view(), options);
    planned = plans.at(kAllMemory).total_bytes;
  }
  Control::set_free_memory(kAllMemory);
  Control::reset_ledger();
  run_of<float>(A.view(), options);
  EXPECT_LE(Control::totals().peak_bytes, planned);
  options.algorithm = Algorithm::mu;
  const RunPlans<float> without(A.view(), options);
  EXPECT_GT(planned, without.at(kAllMemory).total_bytes);
}

TEST_F(MemoryTest, StoredIntegersStayAsStoredWhereTheyDoNotFitWidened) {
  constexpr Index kRows = 16384;  // above the least height of resident panels
  constexpr Index kCols = 65;
  std::vector<std::uint8_t> entries(static_cast<std::size_t>(kRows * kCols));
  for (std::size_t e = 0; e < entries.size(); ++e) {
    entries[e] = static_cast<std::uint8_t>((e * 37) % 101);
  }
  const DataView A(entries.data(), ElementType::uint8, kRows, kCols, kCols, 1);
  const Options options = options_of(Algorithm::mu);
  const std::vector<Boundary> steps = boundaries<float>(A, options);
  ASSERT_GE(steps.size(), 4U);
  EXPECT_EQ(steps[0].step.resident_bytes, A.bytes() * sizeof(float));
  EXPECT_EQ(steps[1].step.resident_bytes, A.bytes());
  EXPECT_EQ(steps[2].step.resident_bytes, 0U);
  Control::set_free_memory(kAllMemory);
  const Outcome expected = run_of<float>(A, options);
  for (std::size_t s = 0; s < 3; ++s) {
    const Outcome actual = run_at<float>(steps[s], A, options);
    EXPECT_LT(relative_distance(actual.Ht, expected.Ht), sweep_tolerance<float>(kRows, 2));
  }
  expect_refusal<float>(steps.back(), A, options);
}

TEST_F(MemoryTest, LessThanTheWorkspaceIsRefusedWithTheBytesAndARemedy) {
  const Matrix<float> A = to_matrix<float>(noisy_planted(20, 11, 2, 62));
  for (const std::uint64_t bytes : {std::uint64_t{0}, std::uint64_t{1} << 20}) {
    Control::set_free_memory(bytes);
    try {
      factorize<float>(A.view(), options_of(Algorithm::mu));
      FAIL() << "expected OutOfMemory";
    } catch (const OutOfMemory& error) {
      EXPECT_GT(error.bytes_requested(), bytes);
      EXPECT_EQ(error.bytes_free(), bytes);
      EXPECT_TRUE(mentions(error.what(), "free"));
      EXPECT_TRUE(mentions(error.what(), "backend = cpu"));
    }
  }
}

}  // namespace
}  // namespace nonneg::test
