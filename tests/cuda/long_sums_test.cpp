// SPDX-License-Identifier: Apache-2.0
// Sums over many rows in float32, where cuBLAS's accumulators are float32 too: their bias grows
// with the rows that one takes.
#include <cmath>

#include "cuda/emulated_fixture.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

class LongSumsTest : public EmulatedTest {
 protected:
  void SetUp() override {
    EmulatedTest::SetUp();
    if (!IsSkipped()) before_ = Control::set_device_sums(true);
  }

  void TearDown() override {
    if (Control::present()) Control::set_device_sums(before_);
    EmulatedTest::TearDown();
  }

  static constexpr float kEntry = 0.7F;
  static constexpr Index kRows = 200000;

  /// How far one accumulator over so many rows is off, at most.
  static double error_of_one_accumulator(Index rows) {
    constexpr double kTerm = static_cast<double>(kEntry) * static_cast<double>(kEntry);
    float sum = 0;
    double most = 0;
    for (Index i = 1; i <= rows; ++i) {
      sum = static_cast<float>(static_cast<double>(sum) + kTerm);
      most = std::max(most, std::abs(sum / (static_cast<double>(i) * kTerm) - 1));
    }
    return most;
  }

  static void expect_sum(const Matrix<float>& product) {
    const double exact =
        static_cast<double>(kRows) * static_cast<double>(kEntry) * static_cast<double>(kEntry);
    // A piece's own error, and a rounding for each piece that is added.
    const double tolerance = error_of_one_accumulator(8192) + gamma<float>(kRows / 8192 + 1);
    ASSERT_GT(error_of_one_accumulator(kRows / 4), 4 * tolerance) << "nothing to be told apart";
    for (Index e = 0; e < product.size(); ++e) {
      EXPECT_NEAR(static_cast<double>(product.data()[e]) / exact, 1, tolerance);
    }
  }

 private:
  bool before_ = false;
};

TEST_F(LongSumsTest, AreNoFurtherOffThanThoseOfAPiece) {
  const auto backend = make_backend<float>(options_for(BackendKind::cuda, 1));
  const Matrix<float> F = backend->allocate(kRows, 2);
  Matrix<float> host(kRows, 2);
  std::fill_n(host.data(), host.size(), kEntry);
  backend->copy(host.view(), const_cast<Matrix<float>&>(F).view());
  Matrix<float> G = backend->allocate(2, 2);
  Matrix<float> fetched(2, 2);

  backend->set_zero(G.view());
  backend->add_gram(F.view(), G.view());
  backend->copy(G.view(), fetched.view());
  expect_sum(fetched);

  backend->set_zero(G.view());
  backend->add_transposed_product(F.view(), F.view(), G.view());
  backend->copy(G.view(), fetched.view());
  expect_sum(fetched);
}

TEST_F(LongSumsTest, TheLossByTheIdentityIsThatEntryByEntry) {
  // Tall enough that one panel is several pieces, and of a loss that the identity still tells.
  const Matrix<float> A = to_matrix<float>(noisy_planted(40000, 12, 2, 91));
  Options options = options_for(BackendKind::cuda, 2);
  options.max_iterations = 3;
  options.check_every = 3;
  options.panel_rows = 40000;
  const Result<float> result = factorize<float>(A.view(), options);
  ASSERT_FALSE(result.loss_history.back().direct);
  Dense R = model(to_dense(result.W), to_dense(result.Ht));
  const Dense X = to_dense(A);
  double residual = 0;
  double norm = 0;
  for (std::size_t e = 0; e < X.entries.size(); ++e) {
    residual += (X.entries[e] - R.entries[e]) * (X.entries[e] - R.entries[e]);
    norm += X.entries[e] * X.entries[e];
  }
  EXPECT_NEAR(result.loss_history.back().loss, 0.5 * residual, 1e-6 * norm);
}

}  // namespace
}  // namespace nonneg::test
