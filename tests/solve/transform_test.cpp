// SPDX-License-Identifier: Apache-2.0
// transform(): W for new rows with H fixed; reconstruct(): W·H.
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class TransformTest : public ::testing::Test {
 protected:
  using Scalar = typename Case::Scalar;

  static Options options() {
    Options options = Case::options(0, 20000);
    options.tolerance = 1e-7;
    return options;
  }

  /// Rows settle to this relative distance: MU's last steps are slow.
  static double settled() {
    if (sizeof(Scalar) == sizeof(float)) return 2e-3;
    return Case::kAlgorithm == Algorithm::mu ? 1e-3 : 1e-5;
  }
};
TYPED_TEST_SUITE(TransformTest, SolverCases, SolverNames);

TYPED_TEST(TransformTest, TheMinimiserIsReached) {
  using T = typename TypeParam::Scalar;
  const Dense A = rounded<T>(random_matrix(70, 30, 1));
  const Dense H = rounded<T>(sparse_matrix(4, 30, 2));
  const Matrix<T> data = to_matrix<T>(A);
  const Matrix<T> h = to_matrix<T>(H);
  for (const Penalties& penalties : {Penalties{}, Penalties{0.3, 9, 0.5, 9}}) {
    SCOPED_TRACE(penalties.l1_w);
    Options options = this->options();
    options.penalties = penalties;

    const Dense W = to_dense<T>(transform<T>(data.view(), h.view(), options));

    // Karush-Kuhn-Tucker: the gradient W·HHᵀ − A·Hᵀ + l1 + l2·W is 0 where W > 0, else >= 0.
    const Dense gram_h = product(H, transpose(H));
    const Dense pull = product(A, transpose(H));
    const Dense push = product(W, gram_h);
    ASSERT_EQ(W.rows, 70);
    ASSERT_EQ(W.cols, 4);
    EXPECT_GE(smallest_entry(W), 0);
    for (Index i = 0; i < W.rows; ++i) {
      for (Index c = 0; c < W.cols; ++c) {
        const double gradient = push(i, c) - pull(i, c) + penalties.l1_w + penalties.l2_w * W(i, c);
        const double allowed = 10 * this->settled() * pull(i, c);
        EXPECT_GE(gradient, -allowed) << i << ", " << c;
        EXPECT_LE(gradient * W(i, c), allowed) << i << ", " << c;
      }
    }
  }
}

TYPED_TEST(TransformTest, TheTrainingDataGivesItsOwnW) {
  using T = typename TypeParam::Scalar;
  const Dense A = rounded<T>(noisy_planted(60, 40, 3, 1));
  Options options = TypeParam::options(3, TypeParam::kAlgorithm == Algorithm::mu ? 5000 : 1000);
  options.check_every = 500;
  options.seed = 1;
  const Result<T> trained = factorize_dense<T>(A, options);
  const Matrix<T> data = to_matrix<T>(A);
  const Matrix<T> H = trained.H();

  const Matrix<T> W = transform<T>(data.view(), H.view(), this->options());

  EXPECT_LT(relative_distance(to_dense<T>(W), to_dense<T>(trained.W)), 5 * this->settled());
}

TYPED_TEST(TransformTest, HowAIsStoredAndCutDoesNotMatter) {
  using T = typename TypeParam::Scalar;
  Dense A = random_matrix(70, 30, 3, 0, 255);
  for (double& entry : A.entries) entry = std::floor(entry);
  const Matrix<T> data = to_matrix<T>(A);
  const Matrix<T> H = to_matrix<T>(random_matrix(3, 30, 4));
  Options options = this->options();
  const Dense expected = to_dense<T>(transform<T>(data.view(), H.view(), options));

  const Dense At = transpose(A);
  const std::vector<std::uint8_t> columns(At.entries.begin(), At.entries.end());
  const DataView bytes(columns.data(), ElementType::uint8, 70, 30, 1, 70);
  const double tolerance = this->settled();
  EXPECT_LT(relative_distance(to_dense<T>(transform<T>(bytes, H.view(), options)), expected),
            tolerance);
  options.panel_rows = 7;
  options.threads = 1;
  EXPECT_LT(relative_distance(to_dense<T>(transform<T>(bytes, H.view(), options)), expected),
            tolerance);
}

TYPED_TEST(TransformTest, ScalesOfAAndHCancel) {
  using T = typename TypeParam::Scalar;
  const Dense A = random_matrix(20, 15, 5);
  const Dense H = random_matrix(3, 15, 6);
  const auto transformed = [&](double a, double h) {
    const Matrix<T> data = to_matrix<T>(scaled(rounded<T>(A), a));
    const Matrix<T> fixed = to_matrix<T>(scaled(rounded<T>(H), h));
    return to_dense<T>(transform<T>(data.view(), fixed.view(), this->options()));
  };
  const Dense plain = transformed(1, 1);
  for (const auto& [a, h] : std::vector<std::pair<double, double>>{
           {0x1p40, 1}, {1, 0x1p40}, {0x1p-40, 0x1p40}, {0x1p100, 0x1p60}, {0x1p-100, 0x1p-60}}) {
    SCOPED_TRACE(a);
    SCOPED_TRACE(h);
    EXPECT_LT(relative_distance(scaled(transformed(a, h), h / a), plain), this->settled());
  }
}

TYPED_TEST(TransformTest, DeadComponentsAndZeroRowsAreLegal) {
  using T = typename TypeParam::Scalar;
  Dense A = random_matrix(10, 8, 7);
  for (Index j = 0; j < 8; ++j) A(4, j) = 0;
  Dense H = random_matrix(3, 8, 8);
  for (Index j = 0; j < 8; ++j) H(1, j) = 0;
  const Matrix<T> data = to_matrix<T>(A);
  const Matrix<T> h = to_matrix<T>(H);
  const Matrix<T> zero = to_matrix<T>(Dense(3, 8));

  const Dense W = to_dense<T>(transform<T>(data.view(), h.view(), this->options()));
  const Dense W_zero = to_dense<T>(transform<T>(data.view(), zero.view(), this->options()));

  EXPECT_TRUE(all_finite(W));
  EXPECT_NEAR(W(4, 0), 0, 1e-6);
  EXPECT_NEAR(W(4, 2), 0, 1e-6);
  EXPECT_TRUE(all_finite(W_zero));
}

TYPED_TEST(TransformTest, RefusesWhatDoesNotFit) {
  using T = typename TypeParam::Scalar;
  const Matrix<T> data = to_matrix<T>(Dense(6, 5, 1));
  const Matrix<T> narrow = to_matrix<T>(Dense(2, 4, 1));
  const std::string message = message_of<InvalidArgument>(
      [&] { transform<T>(data.view(), narrow.view(), this->options()); });
  EXPECT_TRUE(mentions(message, "H"));
  EXPECT_TRUE(mentions(message, "4"));
  EXPECT_TRUE(mentions(message, "5"));

  Matrix<T> bad = to_matrix<T>(Dense(2, 5, 1));
  bad(1, 3) = static_cast<T>(-0.5);
  EXPECT_TRUE(mentions(
      message_of<InvalidArgument>([&] { transform<T>(data.view(), bad.view(), this->options()); }),
      "(1, 3)"));
  const Matrix<T> none(0, 5);
  EXPECT_TRUE(mentions(
      message_of<InvalidArgument>([&] { transform<T>(data.view(), none.view(), this->options()); }),
      "rank"));
  Matrix<T> negative = to_matrix<T>(Dense(6, 5, 1));
  negative(5, 4) = T{-2};
  const Matrix<T> h = to_matrix<T>(Dense(2, 5, 1));
  EXPECT_TRUE(mentions(message_of<InvalidArgument>(
                           [&] { transform<T>(negative.view(), h.view(), this->options()); }),
                       "(5, 4)"));
}

template <class T>
class ReconstructTest : public ::testing::Test {};
using Scalars = ::testing::Types<float, double>;
TYPED_TEST_SUITE(ReconstructTest, Scalars);

TYPED_TEST(ReconstructTest, GivesRowsOfTheProduct) {
  using T = TypeParam;
  const Dense W = rounded<T>(random_matrix(70, 5, 1));
  const Dense H = rounded<T>(random_matrix(5, 30, 2));
  const Matrix<T> w = to_matrix<T>(W);
  const Matrix<T> h = to_matrix<T>(H);
  const Dense expected = product(W, H);
  const Dense whole = to_dense<T>(reconstruct<T>(w.view(), h.view(), 0, 70));
  EXPECT_TRUE(entries_near(
      whole, expected, [&](Index i, Index j) { return product_tolerance<T>(5, expected(i, j)); }));
  const Dense part = to_dense<T>(reconstruct<T>(w.view(), h.view(), 60, 10));
  ASSERT_EQ(part.rows, 10);
  for (Index i = 0; i < 10; ++i) {
    for (Index j = 0; j < 30; ++j) {
      EXPECT_NEAR(part(i, j), expected(60 + i, j), product_tolerance<T>(5, expected(60 + i, j)));
    }
  }
}

TYPED_TEST(ReconstructTest, RefusesWhatDoesNotFit) {
  using T = TypeParam;
  const Matrix<T> w = to_matrix<T>(Dense(7, 5, 1));
  const Matrix<T> h = to_matrix<T>(Dense(4, 3, 1));
  const Matrix<T> fits = to_matrix<T>(Dense(5, 3, 1));
  EXPECT_THROW(reconstruct<T>(w.view(), h.view(), 0, 7), InvalidArgument);
  EXPECT_THROW(reconstruct<T>(w.view(), fits.view(), 5, 3), InvalidArgument);
  EXPECT_THROW(reconstruct<T>(w.view(), fits.view(), -1, 3), InvalidArgument);
  EXPECT_THROW(reconstruct<T>(w.view(), fits.view(), 0, -1), InvalidArgument);
  EXPECT_THROW(reconstruct<T>(w.view(), fits.view(), 0, Index{1} << 60), InvalidArgument);
}

}  // namespace
}  // namespace nonneg::test
