// SPDX-License-Identifier: Apache-2.0
// What is told of a loss other than the Frobenius one: its value however good the fit is, what it
// is relative to, and that neither depends on the scale of A.
#include "options/data_summary.hpp"
#include "options/resolve.hpp"
#include "support/counted_cases.hpp"
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class DivergenceLossTest : public SolverTest<Case> {
 protected:
  using Scalar = typename Case::Scalar;

  static Options options(double beta, Index rank, Index iterations) {
    Options options = Case::options(rank, iterations);
    options.beta = beta;
    return options;
  }

  /// On the emulated device every other one.
  static std::vector<double> some_of(std::vector<double> all) {
    if (!Case::kOnDevice) return all;
    std::vector<double> some;
    for (std::size_t e = 0; e < all.size(); e += 2) some.push_back(all[e]);
    return some;
  }

  static double reference(const Dense& A, Options options) {
    const Matrix<Scalar> data = to_matrix<Scalar>(A);
    const DataView view = data.view();
    options = resolve(options, view);
    options.precision = sizeof(Scalar) == sizeof(float) ? Precision::float32 : Precision::float64;
    return summarize(view, options, 1).scaled_reference_loss;
  }
};
using DivergenceCases = ::testing::Types<SolverCase<float, Algorithm::mu, BackendKind::cpu>,
                                         SolverCase<double, Algorithm::mu, BackendKind::cpu>,
                                         SolverCase<float, Algorithm::mu, BackendKind::cuda>,
                                         SolverCase<double, Algorithm::mu, BackendKind::cuda>>;
TYPED_TEST_SUITE(DivergenceLossTest, DivergenceCases, SolverNames);

/// Σ d_β(a, v) by Taylor's series about v, for entries within a hundredth of their model.
double loss_nearby(const Dense& A, const Dense& V, double beta) {
  double sum = 0;
  for (std::size_t e = 0; e < A.entries.size(); ++e) {
    const double v = V.entries[e];
    const double t = (A.entries[e] - v) / v;
    sum += std::pow(v, beta) * t * t *
           (0.5 + t * (beta - 2) / 6 * (1 + t * (beta - 3) / 4 * (1 + t * (beta - 4) / 5)));
  }
  return sum;
}

/// Counts about 1e7 whose noise is their root: the loss is some 1e-7 of the terms that the
/// textbook's form adds up.
TYPED_TEST(DivergenceLossTest, OfCountsNearTheirModelIsThatOfTheFactors) {
  using T = typename TypeParam::Scalar;
  const Factors planted = random_start(30, 20, 3, 4);
  const Dense V = model(planted.W, planted.Ht);
  const Dense noise = random_matrix(30, 20, 6, -4e-4, 4e-4);
  Dense A(30, 20);
  for (std::size_t e = 0; e < A.entries.size(); ++e) {
    A.entries[e] = std::round(1e7 * V.entries[e] * (1 + noise.entries[e]));
  }
  A = rounded<T>(A);
  const double root = std::sqrt(1e7);
  for (const double beta : {0.0, 0.5, 1.0, 1.0000001, 1.5, 3.0}) {
    const Result<T> result = factorize_dense<T>(
        A, this->options(beta, 3, 3), {scaled(planted.W, root), scaled(planted.Ht, root)});
    const double expected = loss_nearby(A, model_of(result), beta);

    // The model's entries err by a rounding or two; a hundredth of the noise in float32.
    EXPECT_NEAR(result.loss_history.back().loss, expected,
                (4e3 * kUnitRoundoff<T> + 1e-6) * expected)
        << beta;
  }
}

TYPED_TEST(DivergenceLossTest, OfAnExactFitIsNeverNegative) {
  using T = typename TypeParam::Scalar;
  Dense A(2, 2, 2);
  A(0, 0) = 1;
  A(1, 1) = 4;
  for (const double beta : this->some_of({0.5, -1.0, 0.0, 1.0, 1.0000001, 1.5, 1.75, 3.0})) {
    const Result<T> result =
        factorize_dense<T>(A, this->options(beta, 1, TypeParam::sized(60, 30)));
    for (const LossRecord& record : result.loss_history) EXPECT_GE(record.loss, 0) << beta;
    EXPECT_LT(result.relative_error, 1e-6) << beta;
  }
}

TYPED_TEST(DivergenceLossTest, IsRelativeToThatOfTheMean) {
  using T = typename TypeParam::Scalar;
  for (const double spread : {0.9, 1e-2, 2e-5}) {
    const Dense A = rounded<T>(random_matrix(37, 11, 5, 1 - spread, 1 + spread));
    const double mean = entry_sum(A) / static_cast<double>(A.entries.size());
    for (const double beta : {-1.0, 1e-8, 0.5, 1.0, 1.0000001, 1.75, 3.0}) {
      const double expected = spread > 0.1 ? beta_loss(A, Dense(37, 1, mean), Dense(11, 1, 1), beta)
                                           : loss_nearby(A, Dense(37, 11, mean), beta);
      // The textbook's form, too, cancels where beta is near 0 or 1.
      EXPECT_NEAR(this->reference(A, this->options(beta, 1, 1)), expected, 1e-6 * expected)
          << "beta " << beta << ", spread " << spread;
    }
  }
}

TYPED_TEST(DivergenceLossTest, OfEqualEntriesIsRelativeToTheEntries) {
  using T = typename TypeParam::Scalar;
  for (const double beta : this->some_of({1.0, 0.0, 1.3, -1.0, 1.0000001, 0.5, 1.75, 3.0})) {
    SCOPED_TRACE(beta);
    Dense A = rounded<T>(Dense(6, 5, 0.1));
    const double expected = 0.5 * 30 * std::pow(A(0, 0), beta);
    EXPECT_NEAR(this->reference(A, this->options(beta, 1, 1)), expected, 1e-12 * expected);
    EXPECT_LT(
        factorize_dense<T>(A, this->options(beta, 2, TypeParam::sized(150, 70))).relative_error,
        1e-6);

    A(3, 2) = static_cast<double>(std::nextafter(static_cast<T>(A(3, 2)), T{1}));
    EXPECT_NEAR(this->reference(A, this->options(beta, 1, 1)), expected, 1e-6 * expected);
  }
}

/// Entries far below what float32's powers of a model reach, and a scale of A that is no power
/// of 2.
TYPED_TEST(DivergenceLossTest, DoesNotDependOnTheScaleOfA) {
  using T = typename TypeParam::Scalar;
  Dense A = random_matrix(25, 18, 7, 0.1, 2);
  for (std::size_t e = 0; e < A.entries.size(); e += 7) A.entries[e] *= 1e-18;
  for (const double beta : this->some_of({0.0, -1.0, -0.5, 0.5, 1.75, 1.0, 2.5})) {
    const Options options = this->options(beta, 3, 20);
    const Result<T> plain = factorize_dense<T>(A, options);
    for (const double c : this->some_of({1000.0, 1e-5, 1e-12, 1e12})) {
      const Result<T> found = factorize_dense<T>(scaled(A, c), options);
      EXPECT_NEAR(found.relative_error, plain.relative_error, 1e-3 * plain.relative_error)
          << "beta " << beta << ", times " << c;
    }
  }
}

template <class Case>
class SparseLossTest : public SolverTest<Case> {};
TYPED_TEST_SUITE(SparseLossTest, DivergenceCases, SolverNames);

/// Blocks of their own rows and columns, which the factors reach exactly.
TYPED_TEST(SparseLossTest, OfAnExactFitWithObservedZerosIsThatOfRounding) {
  using T = typename TypeParam::Scalar;
  constexpr Index kRank = 4;
  Dense W(40, kRank);
  Dense Ht(28, kRank);
  const Dense drawn = random_matrix(40, 2, 8, 0.5, 3);
  for (Index i = 0; i < W.rows; ++i) W(i, i % kRank) = drawn(i, 0);
  for (Index j = 0; j < Ht.rows; ++j) Ht(j, j % kRank) = drawn(j, 1);
  const SparseMatrix A = to_sparse<T>(model(W, Ht));
  const Matrix<T> W0 = to_matrix<T>(W);
  const Matrix<T> H0 = to_matrix<T>(transpose(Ht));
  for (const double beta : {1.0, 2.0}) {
    Options options = TypeParam::options(kRank, 2);
    options.beta = beta;
    options.floor = 0;

    const Result<T> result =
        factorize<T>(DataView(A.view()), options, InitialFactors<T>{W0.view(), H0.view()});

    // In double, too, sums over all entries of the model cancel: their rounding is under the root.
    EXPECT_LT(result.relative_error, 16 * kUnitRoundoff<T> + 1e-7) << beta;
  }
}

}  // namespace
}  // namespace nonneg::test
