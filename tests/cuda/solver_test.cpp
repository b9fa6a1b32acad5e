// SPDX-License-Identifier: Apache-2.0
// What a device has beside the CPU: the same first factors and rows of a transform, several
// solvers, a reason where it is not there. The suites of tests/solver hold its runs to their
// references.
#include "nonneg/solver.hpp"

#include "cuda/device_fixture.hpp"
#include "nonneg/transform.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

using CudaSolverTest = DeviceTest;

TEST_F(CudaSolverTest, StartsFromTheCpusFirstFactorsBitForBit) {
  const Matrix<float> A = to_matrix<float>(noisy_planted(30, 20, 3, 4));
  Solver<float> on_cpu(A.view(), options_for(BackendKind::cpu, 7));
  Solver<float> on_device(A.view(), options_for(BackendKind::cuda, 7));
  EXPECT_TRUE(entries_equal(to_dense(on_device.W()), to_dense(on_cpu.W())));
  EXPECT_TRUE(entries_equal(to_dense(on_device.Ht()), to_dense(on_cpu.Ht())));
}

TEST_F(CudaSolverTest, TransformAgreesWithTheCpu) {
  const Matrix<double> A = to_matrix<double>(noisy_planted(60, 43, 5, 8));
  Options options = options_for(BackendKind::cpu, 5);
  options.max_iterations = 30;
  const Matrix<double> H = factorize<double>(A.view(), options).H();
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
