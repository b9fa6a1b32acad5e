// SPDX-License-Identifier: Apache-2.0
// Runs with every β, weights, missing entries and sparse data on a device against the CPU's, from
// the same first factors.
#include "cuda/emulated_fixture.hpp"
#include "devices/make_backend.hpp"
#include "support/backends.hpp"
#include "support/counted_cases.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

constexpr Index kRows = 37;
constexpr Index kCols = 23;
constexpr Index kRank = 3;

/// Kinds of data, all of the same entries.
enum class Kind { dense, weighted, nan, sparse, sparse_missing, sparse_weighted };

constexpr Kind kKinds[] = {Kind::dense,  Kind::weighted,       Kind::nan,
                           Kind::sparse, Kind::sparse_missing, Kind::sparse_weighted};

/// A of one kind, with what its views lie in.
template <class T>
class Data {
 public:
  /// The weights are about `weight_size` large.
  Data(Kind kind, double beta, double weight_size = 1)
      : kind_(kind),
        dense_(to_matrix<T>(entries(kind, beta))),
        weights_(to_matrix<T>(scaled(counts(), weight_size))) {
    const Dense A = to_dense<T>(dense_);
    const auto stored = [](double a) { return a > 0.2; };
    sparse_ = to_sparse<T>(A, stored);
    sparse_weights_ = to_sparse<T>(scaled(counts(), weight_size), [](double) { return true; });
  }

  DataView view() const {
    switch (kind_) {
      case Kind::weighted:
        return DataView(dense_.view()).weighted_by(weights_.view());
      case Kind::sparse:
      case Kind::sparse_missing:
        return sparse_.view();
      case Kind::sparse_weighted:
        return DataView(sparse_.view()).weighted_by(DataView(sparse_weights_.view()));
      default:
        return dense_.view();
    }
  }

  void apply_to(Options& options) const {
    if (kind_ == Kind::nan) options.missing = Missing::nan;
    if (kind_ == Kind::sparse_missing || kind_ == Kind::sparse_weighted) {
      options.missing = Missing::zeros;
    }
  }

 private:
  static Dense entries(Kind kind, double beta) {
    Dense A = noisy_planted(kRows, kCols, kRank, 71);
    for (std::size_t e = 0; e < A.entries.size(); ++e) {
      if (beta <= 0) A.entries[e] += 0.05;
      if (beta > 0 && e % 7 == 0) A.entries[e] = 0;
      if (kind == Kind::nan && e % 5 == 0) A.entries[e] = std::nan("");
    }
    return A;
  }

  static Dense counts() {
    Dense weights = random_matrix(kRows, kCols, 72, 0.5, 2);
    for (std::size_t e = 0; e < weights.entries.size(); e += 6) weights.entries[e] = 0;
    return weights;
  }

  Kind kind_;
  Matrix<T> dense_;
  Matrix<T> weights_;
  SparseMatrix sparse_;
  SparseMatrix sparse_weights_;
};

Options options_of(double beta, Index iterations) {
  Options options = options_for(BackendKind::cuda, kRank);
  options.beta = beta;
  options.algorithm = Algorithm::mu;
  options.max_iterations = iterations;
  options.seed = 5;
  return options;
}

/// How far runs on two backends may lie apart: each sweep's powers err by a few more roundings.
template <class T>
double distance_allowed(Index sweeps) {
  return 4 * sweep_tolerance<T>(kRows, sweeps);
}

template <class T>
void expect_near(const Outcome& actual, const Outcome& expected, Index sweeps) {
  EXPECT_LT(relative_distance(model(actual.W, actual.Ht), model(expected.W, expected.Ht)),
            distance_allowed<T>(sweeps));
  ASSERT_EQ(actual.losses.size(), expected.losses.size());
  for (std::size_t r = 0; r < expected.losses.size(); ++r) {
    // The entries' divergences cancel to a loss well below the entries' sum.
    EXPECT_NEAR(actual.losses[r], expected.losses[r],
                distance_allowed<T>(sweeps) * (expected.losses[r] + kRows * kCols));
  }
}

class CudaBetaTest : public EmulatedTest {
 protected:
  template <class T>
  static void agrees_with_the_cpu() {
    constexpr Index kSweeps = 4;
    for (const double beta : {-0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5}) {
      for (const Kind kind : kKinds) {
        // Zeros that are not stored are observed, and have no divergence then.
        if (beta <= 0 && kind == Kind::sparse) continue;
        SCOPED_TRACE(::testing::Message()
                     << "beta " << beta << ", kind " << static_cast<int>(kind));
        const Data<T> data(kind, beta);
        Options options = options_of(beta, kSweeps);
        options.penalties = {.l1_w = 0.01, .l1_h = 0.02, .l2_w = 0.03, .l2_h = 0.01};
        data.apply_to(options);
        const Outcome on_device = run_of<T>(data.view(), options);
        options.panel_rows = 7;
        const Outcome in_panels = run_of<T>(data.view(), options);
        options.backend = BackendKind::cpu;
        const Outcome on_cpu = run_of<T>(data.view(), options);

        expect_near<T>(on_device, on_cpu, kSweeps);
        expect_near<T>(in_panels, on_cpu, kSweeps);
      }
    }
  }
};

TEST_F(CudaBetaTest, EveryLossAndKindOfDataAgreesWithTheCpuInFloat32) {
  agrees_with_the_cpu<float>();
}
TEST_F(CudaBetaTest, EveryLossAndKindOfDataAgreesWithTheCpuInFloat64) {
  agrees_with_the_cpu<double>();
}

TEST_F(CudaBetaTest, RowsOfATransformStopWhereTheCpusDo) {
  const Matrix<double> H = to_matrix<double>(random_matrix(kRank, kCols, 73, 0.1, 1));
  for (const double beta : {0.0, 1.0, 1.5}) {
    for (const Kind kind : kKinds) {
      if (beta <= 0 && kind == Kind::sparse) continue;
      SCOPED_TRACE(::testing::Message() << "beta " << beta << ", kind " << static_cast<int>(kind));
      const Data<double> data(kind, beta);
      Options options = options_of(beta, 100);
      options.tolerance = 0.05;
      data.apply_to(options);
      const Dense whole = to_dense(transform<double>(data.view(), H.view(), options));
      options.panel_rows = 7;
      const Dense in_panels = to_dense(transform<double>(data.view(), H.view(), options));
      options.backend = BackendKind::cpu;
      const Dense on_cpu = to_dense(transform<double>(data.view(), H.view(), options));
      options.tolerance = 0;
      const Dense at_the_limit = to_dense(transform<double>(data.view(), H.view(), options));

      EXPECT_LT(relative_distance(whole, on_cpu), 1e-10);
      EXPECT_LT(relative_distance(in_panels, on_cpu), 1e-10);
      EXPECT_GT(relative_distance(at_the_limit, on_cpu), 1e-6);
    }
  }
}

TEST_F(CudaBetaTest, TinyWeightsAreScaledOnTheirWayResidentOrStaged) {
  constexpr double kTiny = 0x1p-120;
  for (const Kind kind : {Kind::weighted, Kind::sparse_weighted}) {
    SCOPED_TRACE(static_cast<int>(kind));
    const Data<float> data(kind, 1);
    const Data<float> tiny(kind, 1, kTiny);
    Options options = options_of(1, 3);
    data.apply_to(options);
    const Outcome plain = run_of<float>(data.view(), options);
    for (const bool staged : {false, true}) {
      SCOPED_TRACE(staged ? "staged" : "resident");
      if (staged) leave_room_for_panels_only<float>(tiny.view(), options);
      Outcome scaled_up = run_of<float>(tiny.view(), options);
      for (double& loss : scaled_up.losses) loss /= kTiny;
      expect_near<float>(scaled_up, plain, 3);
    }
    Control::set_free_memory(kAllMemory);
  }
}

TEST_F(CudaBetaTest, HalsOfSparseDataAgreesWithTheCpu) {
  const Data<double> data(Kind::sparse, 2);
  Options options = options_of(2, 6);
  options.algorithm = Algorithm::hals;
  const Outcome on_device = run_of<double>(data.view(), options);
  options.backend = BackendKind::cpu;
  expect_near<double>(on_device, run_of<double>(data.view(), options), 6);
}

TEST_F(CudaBetaTest, ARunTakesNoMoreMemoryThanPlannedResidentOrStaged) {
  for (const double beta : {1.0, 1.5}) {
    for (const Kind kind : kKinds) {
      const Data<double> data(kind, beta);
      Options options = options_of(beta, 2);
      data.apply_to(options);
      Control::set_free_memory(kAllMemory);
      const Outcome expected = run_of<double>(data.view(), options);
      for (const bool resident : {true, false}) {
        SCOPED_TRACE(::testing::Message() << "beta " << beta << ", kind " << static_cast<int>(kind)
                                          << ", resident " << resident);
        Control::set_free_memory(kAllMemory);
        if (!resident) leave_room_for_panels_only<double>(data.view(), options);
        std::uint64_t planned = 0;
        Index sent_per_sweep = 0;
        {
          Options own = options;
          own.precision = Precision::float64;
          const auto backend = make_backend<double>(own);
          const Plan plan = plan_on(*backend, data.view(), own);
          EXPECT_EQ(plan.resident, resident);
          planned = plan.total_bytes;
          sent_per_sweep = static_cast<Index>(plan.bus_bytes_per_iteration);
        }
        Control::reset_ledger();
        const Outcome actual = run_of<double>(data.view(), options);
        const nonneg_emu_totals totals = Control::totals();

        EXPECT_LE(totals.peak_bytes, planned);
        EXPECT_GE(static_cast<Index>(totals.h2d_pinned.bytes), 2 * sent_per_sweep);
        expect_near<double>(actual, expected, 2);
      }
    }
  }
}

TEST_F(CudaBetaTest, DeterministicRunsOfSparseDataAreRefused) {
  const Data<float> data(Kind::sparse, 1);
  Options options = options_of(1, 1);
  options.deterministic = true;
  EXPECT_THROW(factorize<float>(data.view(), options), NotAvailable);
}

TEST_F(CudaBetaTest, DenseRunsRepeatBitForBit) {
  for (const double beta : {0.0, 1.0, 1.5}) {
    for (const Kind kind : {Kind::dense, Kind::weighted}) {
      const Data<float> data(kind, beta);
      const Options options = options_of(beta, 3);
      const Outcome first = run_of<float>(data.view(), options);
      Control::set_order("random", 17);
      Control::shuffle_threads(true, 17);
      EXPECT_TRUE(same(run_of<float>(data.view(), options), first)) << beta;
    }
  }
}

}  // namespace
}  // namespace nonneg::test
