// SPDX-License-Identifier: Apache-2.0
// The row updates at every size of kernel: a few rows of many components, against the CPU backend.
#include "cuda/device_fixture.hpp"
#include "devices/make_backend.hpp"
#include "support/backends.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

class RankTest : public DeviceTest {
 protected:
  template <class T>
  static Dense updated(BackendKind kind, Algorithm algorithm, const Dense& F, const Dense& P,
                       const Dense& G, const RowUpdate<T>& update) {
    const auto backend = make_backend<T>(options_for(kind, 1));
    Operand<T> f(*backend, F, 1);
    Operand<T> p(*backend, P, 2);
    Operand<T> g(*backend, G, 3);
    if (algorithm == Algorithm::hals) {
      backend->hals_update(f.view(), p.view(), g.view(), update);
    } else if (algorithm == Algorithm::anls) {
      backend->anls_update(f.view(), p.view(), g.view(), update);
    } else {
      backend->multiplicative_update(f.view(), p.view(), g.view(), update);
    }
    EXPECT_TRUE(f.padding_untouched());
    return f.values();
  }

  /// Without gaps and with them, aligned to 16 bytes and not.
  template <class T>
  static void check_one_pass(Index rows, Index k) {
    SCOPED_TRACE(k);
    Dense G = scaled(gram(random_matrix(20, k, 1)), 1.0 / static_cast<double>(k));
    for (Index j = 0; j < k; ++j) G(j, j) += 10;
    const Dense F = random_matrix(rows, k, 2);
    const Dense P = random_matrix(rows, k, 3, 0, 20);
    const RowUpdate<T> update{.l1 = T(0.25), .l2 = T(0.5), .floor = T(1e-3), .repeats = 1};
    const auto host = make_backend<T>(options_for(BackendKind::cpu, 1));
    Operand<T> expected(*host, F);
    Operand<T> host_p(*host, P);
    Operand<T> host_g(*host, G);
    host->multiplicative_update(expected.view(), host_p.view(), host_g.view(), update);
    for (const Index padding : {Index{0}, Index{1}, Index{4}}) {
      if (rows > 100 && padding > 0) continue;
      SCOPED_TRACE(padding);
      const auto device = make_backend<T>(options_for(BackendKind::cuda, 1));
      Operand<T> f(*device, F, padding);
      Operand<T> p(*device, P, 2 * padding);
      Operand<T> g(*device, G, padding);
      device->multiplicative_update(f.view(), p.view(), g.view(), update);
      EXPECT_LT(relative_distance(f.values(), expected.values()), 8 * gamma<T>(k + 6));
      EXPECT_TRUE(f.padding_untouched());
    }
  }

  template <class T>
  static void check(Algorithm algorithm, Index k) {
    SCOPED_TRACE(k);
    // A Gram matrix near the unit matrix: rounding is not enlarged by its condition.
    Dense G = scaled(gram(random_matrix(20, k, 1)), 1.0 / static_cast<double>(k));
    for (Index j = 0; j < k; ++j) G(j, j) += 10;
    const Dense F = random_matrix(3, k, 2);
    const Dense P = random_matrix(3, k, 3, 0, 20);
    const RowUpdate<T> update{.l1 = T(0.25), .l2 = T(0.5), .floor = T(1e-3), .repeats = 3};
    const Dense expected = updated<T>(BackendKind::cpu, algorithm, F, P, G, update);
    const Dense actual = updated<T>(BackendKind::cuda, algorithm, F, P, G, update);
    EXPECT_LT(relative_distance(actual, expected), 8 * gamma<T>(k + 6));
  }
};

TEST_F(RankTest, HalsAgreesWithTheCpuAtEverySizeOfKernel) {
  for (const Index k : {7, 9, 17, 33, 65, 129, 257, 513, 769}) check<float>(Algorithm::hals, k);
  for (const Index k : {64, 200, 512, 513}) check<double>(Algorithm::hals, k);
}

TEST_F(RankTest, MultiplicativeUpdatesAgreeWithTheCpuAtEverySizeOfKernel) {
  for (const Index k : {7, 9, 17, 33, 65, 129, 257, 513, 769}) check<float>(Algorithm::mu, k);
  for (const Index k : {64, 200, 512, 513}) check<double>(Algorithm::mu, k);
}

TEST_F(RankTest, AnlsAgreesWithTheCpuInWarpsInBlocksAndBeyondSharedMemory) {
  for (const Index k : {7, 48, 49, 104, 105, 257}) check<float>(Algorithm::anls, k);
  for (const Index k : {32, 64, 105}) check<double>(Algorithm::anls, k);
}

TEST_F(RankTest, OneMultiplicativePassAgreesWithTheCpuWhereTheDenominatorIsAProduct) {
  // The last one in pieces: more rows than denominators have room for.
  for (const Index k : {65, 66, 100, 769}) check_one_pass<float>(5, k);
  for (const Index k : {65, 68, 513}) check_one_pass<double>(5, k);
  check_one_pass<double>(520, 2048);
}

TEST_F(RankTest, ARankThatNoKernelHoldsIsRefusedByItsName) {
  const auto backend = make_backend<float>(options_for(BackendKind::cuda, 1));
  Matrix<float> row = backend->allocate(1, 7000);
  const MatrixView<const float> G(row.data(), 1, 7000, 7000, MemorySpace::device);
  try {
    backend->hals_update(row.view(), row.view(), G, {});
    FAIL() << "expected InvalidArgument";
  } catch (const InvalidArgument& error) {
    EXPECT_NE(std::string(error.what()).find("rank = 7000"), std::string::npos) << error.what();
  }
}

TEST_F(RankTest, AMatrixOnTheHostIsRefusedByThePrimitivesName) {
  const auto backend = make_backend<float>(options_for(BackendKind::cuda, 1));
  Matrix<float> here(4, 4);
  Matrix<float> there = backend->allocate(4, 4);
  EXPECT_THROW(backend->add(here.view(), there.view()), InvalidArgument);
  EXPECT_THROW(backend->set_zero(here.view()), InvalidArgument);
  EXPECT_THROW(backend->multiply(there.view(), there.view(), here.view()), InvalidArgument);
  EXPECT_THROW(backend->add_gram(here.view(), there.view()), InvalidArgument);
  try {
    backend->hals_update(there.view(), here.view(), there.view(), {});
    FAIL() << "expected InvalidArgument";
  } catch (const InvalidArgument& error) {
    EXPECT_EQ(std::string(error.what()),
              "hals_update: a matrix lies in host memory; copy it to the device first");
  }
}

}  // namespace
}  // namespace nonneg::test
