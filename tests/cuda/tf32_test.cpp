// SPDX-License-Identifier: Apache-2.0
// Precision tf32: tensor cores for the products of A, float32 for whatever decides how an update is
// conditioned, and every leading dimension in either.
#include <cmath>

#include "cuda/device_fixture.hpp"
#include "emulated_device.h"
#include "support/backends.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

using emulated::Control;

class Tf32Test : public DeviceTest {
 protected:
  static constexpr Index kRows = 37;
  static constexpr Index kCols = 43;

  void SetUp() override {
    DeviceTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    Options options = options_for(BackendKind::cuda, 1);
    options.precision = Precision::tf32;
    backend = make_backend<float>(options);
  }

  void TearDown() override { backend.reset(); }

  Operand<float> put(const Dense& X, Index padding) { return {*backend, X, padding}; }

  /// Both factors of a product are rounded to 11 bits, on a GPU perhaps by truncation.
  static double rounded_tolerance(Index inner, double magnitude) {
    return 2 * 0x1p-10 * magnitude + product_tolerance<float>(inner, magnitude);
  }

  /// Runs `work`; on the emulated device, its products must be `tf32` in tf32 and `exact` in
  /// float32.
  template <class Work>
  static void expect_products(std::uint64_t tf32, std::uint64_t exact, const Work& work) {
    if (!Control::present()) return work();
    Control::run_pending();
    Control::reset_ledger();
    work();
    Control::run_pending();
    EXPECT_EQ(Control::blas("cublasGemmEx").calls, tf32);
    EXPECT_EQ(Control::blas("cublasSgemm").calls, exact);
  }

  std::unique_ptr<Backend<float>> backend;
};

TEST_F(Tf32Test, ProductsOfATakeEveryLeadingDimension) {
  constexpr Index kRank = 5;
  const Dense A = rounded<float>(random_matrix(kRows, kCols, 1, -1, 1));
  const Dense Ht = rounded<float>(random_matrix(kCols, kRank, 2, -1, 1));
  const Dense W = rounded<float>(random_matrix(kRows, kRank, 3, -1, 1));
  const Dense P = product(absolute(A), absolute(Ht));
  const Dense Q = transposed_product(absolute(A), absolute(W));
  // Each operand in turn with gaps between its rows, and all of them.
  for (const int gap : {0, 1, 2, 3, 4}) {
    SCOPED_TRACE(gap);
    const auto padding = [gap](int operand) { return gap == operand || gap == 4 ? Index{3} : 0; };
    auto a = put(A, padding(1));
    auto h = put(Ht, padding(2));
    auto w = put(W, padding(2));
    auto p = put(Dense(kRows, kRank, std::nan("")), padding(3));
    auto q = put(Dense(kCols, kRank), padding(3));
    expect_products(2, 0, [&] {
      backend->multiply(a.view(), h.view(), p.view());
      backend->add_transposed_product(a.view(), w.view(), q.view());
    });
    EXPECT_TRUE(entries_near(p.values(), product(A, Ht),
                             [&](Index i, Index j) { return rounded_tolerance(kCols, P(i, j)); }));
    EXPECT_TRUE(entries_near(q.values(), transposed_product(A, W),
                             [&](Index i, Index j) { return rounded_tolerance(kRows, Q(i, j)); }));
    EXPECT_TRUE(p.padding_untouched());
    EXPECT_TRUE(q.padding_untouched());
  }
}

TEST_F(Tf32Test, GramMatricesAreThoseOfFloat32) {
  for (const Index k : {Index{5}, Index{64}}) {
    SCOPED_TRACE(k);
    const Dense F = rounded<float>(random_matrix(kRows, k, 4, -1, 1));
    auto f = put(F, 1);
    auto g = put(Dense(k, k), 2);
    expect_products(0, 1, [&] { backend->add_gram(f.view(), g.view()); });
    const Dense magnitude = gram(absolute(F));
    EXPECT_TRUE(entries_near(g.values(), gram(F), [&](Index i, Index j) {
      return product_tolerance<float>(kRows, magnitude(i, j));
    }));
  }
}

TEST_F(Tf32Test, DenominatorsOfManyComponentsAreThoseOfFloat32) {
  constexpr Index kRank = 70;  // above 64 they are a product of cuBLAS's
  const Dense F = rounded<float>(random_matrix(kRows, kRank, 5, 0.1, 1));
  const Dense P = rounded<float>(random_matrix(kRows, kRank, 6, 0.1, 1));
  const Dense G = rounded<float>(gram(random_matrix(80, kRank, 7, 0.1, 1)));
  auto f = put(F, 1);
  auto p = put(P, 2);
  auto g = put(G, 3);
  expect_products(0, 1, [&] {
    backend->multiplicative_update(f.view(), p.view(), g.view(), RowUpdate<float>{});
  });
  const Dense D = product(F, G);
  Dense expected = F;
  for (std::size_t e = 0; e < F.entries.size(); ++e)
    expected.entries[e] *= P.entries[e] / D.entries[e];
  EXPECT_TRUE(entries_near(f.values(), expected, [&](Index i, Index j) {
    return multiplicative_tolerance<float>(kRank, 1) * expected(i, j);
  }));
}

}  // namespace
}  // namespace nonneg::test
