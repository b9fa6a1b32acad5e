// Whole factorizations on a device against the CPU's, from the same first factors.
#include "nonneg/solver.hpp"

#include <cmath>

#include "cuda/device_fixture.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

template <class T>
Result<T> run(BackendKind backend, const DataView& A, Options options) {
  options.backend = backend;
  return factorize<T>(A, options);
}

template <class T>
double product_distance(const Result<T>& a, const Result<T>& b) {
  return relative_distance(model(to_dense(a.W), to_dense(a.Ht)),
                           model(to_dense(b.W), to_dense(b.Ht)));
}

/// A rule with its penalties, and the rank that it is tried at.
struct RuleCase {
  Algorithm algorithm = Algorithm::hals;
  Penalties penalties{};
  Index rank = 5;
};

std::vector<RuleCase> rule_cases() {
  const Penalties penalties{.l1_w = 0.1, .l1_h = 0.2, .l2_w = 0.3, .l2_h = 0.1};
  return {{Algorithm::hals, {}, 5},         {Algorithm::hals, penalties, 5},
          {Algorithm::mu, {}, 5},           {Algorithm::anls, {}, 5},
          {Algorithm::anls, penalties, 17}, {Algorithm::mu, penalties, 17}};
}

class CudaSolverTest : public DeviceTest {
 protected:
  template <class T>
  void agrees_with_the_cpu(Index sweeps) {
    const Matrix<T> A = to_matrix<T>(noisy_planted(97, 43, 5, 3));
    for (const RuleCase& r : rule_cases()) {
      SCOPED_TRACE(to_string(r.algorithm));
      Options options = options_for(BackendKind::cuda, r.rank);
      options.algorithm = r.algorithm;
      options.penalties = r.penalties;
      options.max_iterations = sweeps;
      const Result<T> on_cpu = run<T>(BackendKind::cpu, A.view(), options);
      const Result<T> on_device = run<T>(BackendKind::cuda, A.view(), options);
      EXPECT_EQ(on_device.backend, "cuda");
      EXPECT_LT(product_distance(on_device, on_cpu), sweep_tolerance<T>(97, sweeps));
      EXPECT_NEAR(on_device.loss_history.back().objective, on_cpu.loss_history.back().objective,
                  sweep_tolerance<T>(97, sweeps) * on_cpu.loss_history.back().objective);
    }
  }
};

/// How far the losses of two models may lie apart that err by `distance` from one another in norm:
/// ½‖R + E‖² − ½‖R‖² is at most ‖R‖‖E‖ + ½‖E‖². The model that a loss is taken of is rounded to T
/// on the way: another γ_(k + 2) of its magnitude.
template <class T>
double loss_distance(const Dense& model, double loss, double relative_distance, Index k) {
  const double distance =
      (relative_distance + 2 * gamma<T>(k + 2)) * std::sqrt(squared_norm(model));
  return std::sqrt(2 * loss) * distance + distance * distance / 2;
}

template <class T>
void losses_stay_together(Algorithm algorithm) {
  constexpr Index kRank = 5;
  const Matrix<T> A = to_matrix<T>(noisy_planted(97, 43, kRank, 3));
  Options options = options_for(BackendKind::cuda, kRank);
  options.algorithm = algorithm;
  Solver<T> on_device(A.view(), options);
  options.backend = BackendKind::cpu;
  Solver<T> on_cpu(A.view(), options);
  for (const Index sweeps : {1, 10, 50}) {
    SCOPED_TRACE(::testing::Message() << to_string(algorithm) << ", " << sweeps << " sweeps");
    while (on_cpu.iteration() < sweeps) {
      on_cpu.step();
      on_device.step();
    }
    const double expected = on_cpu.check().loss;
    const Dense WH = model(to_dense(on_cpu.W()), to_dense(on_cpu.Ht()));
    EXPECT_NEAR(on_device.check().loss, expected,
                loss_distance<T>(WH, expected, sweep_tolerance<T>(97, sweeps), kRank));
  }
}

TEST_F(CudaSolverTest, LossesAfter1And10And50SweepsAreTheCpus) {
  for (const Algorithm algorithm : {Algorithm::mu, Algorithm::hals}) {
    losses_stay_together<float>(algorithm);
    losses_stay_together<double>(algorithm);
  }
}

TEST_F(CudaSolverTest, AgreesWithTheCpuAfterOneSweep) {
  agrees_with_the_cpu<float>(1);
  agrees_with_the_cpu<double>(1);
}

TEST_F(CudaSolverTest, AgreesWithTheCpuAfterTenSweeps) {
  agrees_with_the_cpu<float>(10);
  agrees_with_the_cpu<double>(10);
}

TEST_F(CudaSolverTest, StartsFromTheCpusFirstFactorsBitForBit) {
  const Matrix<float> A = to_matrix<float>(noisy_planted(30, 20, 3, 4));
  Solver<float> on_cpu(A.view(), options_for(BackendKind::cpu, 7));
  Solver<float> on_device(A.view(), options_for(BackendKind::cuda, 7));
  EXPECT_TRUE(entries_equal(to_dense(on_device.W()), to_dense(on_cpu.W())));
  EXPECT_TRUE(entries_equal(to_dense(on_device.Ht()), to_dense(on_cpu.Ht())));
}

TEST_F(CudaSolverTest, TwoRunsAreTheSameBits) {
  const Matrix<float> A = to_matrix<float>(noisy_planted(97, 43, 5, 5));
  Options options = options_for(BackendKind::cuda, 6);
  options.max_iterations = 6;
  const auto first = run<float>(BackendKind::cuda, A.view(), options);
  const auto second = run<float>(BackendKind::cuda, A.view(), options);
  EXPECT_TRUE(entries_equal(to_dense(first.W), to_dense(second.W)));
  EXPECT_TRUE(entries_equal(to_dense(first.Ht), to_dense(second.Ht)));
}

TEST_F(CudaSolverTest, EveryPanelHeightGivesTheSameFactorization) {
  const Matrix<double> A = to_matrix<double>(noisy_planted(97, 43, 5, 6));
  Options options = options_for(BackendKind::cuda, 5);
  options.max_iterations = 4;
  const auto whole = run<double>(BackendKind::cuda, A.view(), options);
  for (const Index panel_rows : {Index{1}, Index{16}, Index{96}}) {
    options.panel_rows = panel_rows;
    const auto cut = run<double>(BackendKind::cuda, A.view(), options);
    EXPECT_EQ(cut.panel_rows, panel_rows);
    EXPECT_LT(product_distance(cut, whole), sweep_tolerance<double>(97, 4));
  }
}

TEST_F(CudaSolverTest, StoredIntegersAndScaledDataAgreeWithTheCpu) {
  std::vector<std::uint8_t> bytes(97 * 43);
  const Dense A = noisy_planted(97, 43, 5, 7);
  for (std::size_t e = 0; e < bytes.size(); ++e) {
    bytes[e] = static_cast<std::uint8_t>(A.entries[e] * 40);
  }
  Options options = options_for(BackendKind::cuda, 5);
  options.max_iterations = 5;
  const DataView integers(bytes.data(), ElementType::uint8, 97, 43, 43, 1);
  EXPECT_LT(product_distance(run<float>(BackendKind::cuda, integers, options),
                             run<float>(BackendKind::cpu, integers, options)),
            sweep_tolerance<float>(97, 5));

  const Matrix<double> huge = to_matrix<double>(scaled(A, 0x1p400));
  EXPECT_LT(product_distance(run<double>(BackendKind::cuda, huge.view(), options),
                             run<double>(BackendKind::cpu, huge.view(), options)),
            sweep_tolerance<double>(97, 5));
}

TEST_F(CudaSolverTest, TransformAgreesWithTheCpu) {
  const Matrix<double> A = to_matrix<double>(noisy_planted(60, 43, 5, 8));
  Options options = options_for(BackendKind::cpu, 5);
  options.max_iterations = 30;
  const Matrix<double> H = run<double>(BackendKind::cpu, A.view(), options).H();
  const auto on_cpu = transform<double>(A.view(), H.view(), options);
  options.backend = BackendKind::cuda;
  const auto on_device = transform<double>(A.view(), H.view(), options);
  EXPECT_LT(relative_distance(to_dense(on_device), to_dense(on_cpu)), 1e-10);
}

TEST_F(CudaSolverTest, TwoSolversDoNotDisturbEachOther) {
  const Matrix<float> A = to_matrix<float>(noisy_planted(50, 20, 3, 9));
  Options options = options_for(BackendKind::cuda, 3);
  options.max_iterations = 4;
  Solver<float> alone(A.view(), options);
  alone.run();
  Solver<float> first(A.view(), options);
  options.seed = 1;
  Solver<float> second(A.view(), options);
  for (int sweep = 0; sweep < 4; ++sweep) {
    first.step();
    second.step();
  }
  EXPECT_TRUE(entries_equal(to_dense(first.W()), to_dense(alone.W())));
}

using CudaBackendTest = DeviceTest;

TEST_F(CudaBackendTest, ADeviceThatIsNotThereIsRefusedWithTheReason) {
  const Matrix<float> A = to_matrix<float>(Dense(4, 4, 1));
  Options options = options_for(BackendKind::cuda, 1);
  options.device = 99;
  try {
    factorize<float>(A.view(), options);
    FAIL() << "expected NotAvailable";
  } catch (const NotAvailable& error) {
    EXPECT_NE(std::string(error.what()).find("backend = cuda: "), std::string::npos)
        << error.what();
  }
}

TEST_F(CudaBackendTest, AutoTakesTheDeviceWhereThereIsOneAndSaysWhy) {
  const DeviceList list = devices();
  const BackendChoice choice = choose_backend(options_for(BackendKind::automatic, 1));
  EXPECT_EQ(choice.kind == BackendKind::cuda, !list.devices.empty());
  EXPECT_FALSE(choice.reason.empty());
  EXPECT_EQ(list.reason.empty(), !list.devices.empty());
}

}  // namespace
}  // namespace nonneg::test
