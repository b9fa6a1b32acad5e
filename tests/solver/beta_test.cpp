// The β-divergence of dense and sparse data: it never rises, panels may be cut anywhere, planted
// factors come back.
#include "support/counted_cases.hpp"
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

template <class T>
class BetaTest : public ::testing::Test {
 public:
  static Options options(double beta, Index rank, Index iterations) {
    Options options;
    options.rank = rank;
    options.beta = beta;
    options.backend = BackendKind::cpu;
    options.max_iterations = iterations;
    options.tolerance = 0;
    options.seed = 3;
    options.threads = 1;
    return options;
  }
};
using Precisions = ::testing::Types<float, double>;
TYPED_TEST_SUITE(BetaTest, Precisions);

const std::vector<double> kBetas = {-0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3};

/// Positive everywhere, for β <= 0; `zeros` of the others are 0.
Dense data_for(double beta, std::uint64_t seed) {
  Dense A = noisy_planted(23, 17, 3, seed);
  if (beta > 0) {
    const Dense mask = sparse_matrix(23, 17, seed + 1, 0.6);
    for (std::size_t e = 0; e < A.entries.size(); ++e) {
      if (mask.entries[e] == 0) A.entries[e] = 0;
    }
    for (Index j = 0; j < A.cols; ++j) A(7, j) = 0;
    for (Index i = 0; i < A.rows; ++i) A(i, 5) = 0;
    return A;
  }
  for (double& a : A.entries) a += 0.05;
  return A;
}

TYPED_TEST(BetaTest, TheObjectiveNeverRisesAndIsTheLoss) {
  using T = TypeParam;
  const std::vector<Penalties> all = {{}, {0.1, 0.2, 0, 0}, {0, 0, 0.3, 0.1}};
  for (const double beta : kBetas) {
    const Dense A = rounded<T>(data_for(beta, 4));
    const Matrix<T> dense = to_matrix<T>(A);
    const SparseMatrix sparse = to_sparse<T>(A);
    for (const bool is_sparse : {false, true}) {
      for (const Penalties& penalties : all) {
        SCOPED_TRACE(::testing::Message()
                     << "beta " << beta << (is_sparse ? ", sparse" : ", dense") << ", l1_w "
                     << penalties.l1_w << ", l2_w " << penalties.l2_w);
        Options options = this->options(beta, 3, 1000);
        options.algorithm = Algorithm::mu;
        options.penalties = penalties;
        const DataView A_view = is_sparse ? DataView(sparse.view()) : DataView(dense.view());
        Solver<T> solver(A_view, options);
        double previous = std::numeric_limits<double>::infinity();
        for (int sweep = 0; sweep < 30; ++sweep) {
          solver.step();
          const LossRecord record = solver.check();
          const double rounding = 64 * kUnitRoundoff<T> * (1 + entry_sum(A)) + 1e-12;
          ASSERT_LE(record.objective, previous + rounding) << "sweep " << sweep;
          previous = record.objective;
        }
        const double own = beta_loss(A, to_dense<T>(solver.W()), to_dense<T>(solver.Ht()), beta);
        EXPECT_NEAR(solver.loss_history().back().loss, own,
                    256 * kUnitRoundoff<T> * (entry_sum(A) + own));
      }
    }
  }
}

TYPED_TEST(BetaTest, SparseIsDense) {
  using T = TypeParam;
  for (const double beta : {0.5, 1.0, 1.5, 2.0, 2.5}) {
    const Dense A = rounded<T>(data_for(beta, 6));
    const Matrix<T> dense = to_matrix<T>(A);
    const SparseMatrix sparse = to_sparse<T>(A);
    for (const Algorithm algorithm : {Algorithm::mu, Algorithm::hals}) {
      if (algorithm == Algorithm::hals && beta != 2) continue;
      SCOPED_TRACE(::testing::Message() << "beta " << beta << ", " << to_string(algorithm));
      Options options = this->options(beta, 3, 20);
      options.algorithm = algorithm;
      const Result<T> of_dense = factorize<T>(DataView(dense.view()), options);
      const Result<T> of_sparse = factorize<T>(DataView(sparse.view()), options);
      const double tolerance = 1e5 * kUnitRoundoff<T>;
      EXPECT_LE(relative_distance(to_dense<T>(of_sparse.W), to_dense<T>(of_dense.W)), tolerance);
      EXPECT_LE(relative_distance(to_dense<T>(of_sparse.Ht), to_dense<T>(of_dense.Ht)), tolerance);
      EXPECT_NEAR(of_sparse.loss_history.back().loss, of_dense.loss_history.back().loss,
                  tolerance * (1 + of_dense.loss_history.back().loss));
      EXPECT_NEAR(of_sparse.relative_error, of_dense.relative_error, tolerance);
    }
  }
}

TYPED_TEST(BetaTest, PanelsMayBeCutAnywhere) {
  using T = TypeParam;
  for (const double beta : {0.0, 1.0, 1.5}) {
    const Dense A = rounded<T>(data_for(beta, 8));
    const Matrix<T> dense = to_matrix<T>(A);
    const SparseMatrix sparse = to_sparse<T>(A);
    for (const bool is_sparse : {false, true}) {
      const DataView view = is_sparse ? DataView(sparse.view()) : DataView(dense.view());
      Options options = this->options(beta, 3, 10);
      const Result<T> whole = factorize<T>(view, options);
      for (const Index panel_rows : {1, 5, 22}) {
        SCOPED_TRACE(::testing::Message() << "beta " << beta << ", panels of " << panel_rows);
        options.panel_rows = panel_rows;
        const Result<T> cut = factorize<T>(view, options);
        EXPECT_LE(relative_distance(to_dense<T>(cut.W), to_dense<T>(whole.W)),
                  1e4 * kUnitRoundoff<T>);
      }
    }
  }
}

TYPED_TEST(BetaTest, PlantedFactorsComeBack) {
  using T = TypeParam;
  const Planted planted = planted_sparse(40, 30, 3, 5);
  const Matrix<T> A = to_matrix<T>(planted.A);
  for (const double beta : {1.0, 1.5}) {
    SCOPED_TRACE(beta);
    const Result<T> found = factorize<T>(DataView(A.view()), this->options(beta, 3, 3000));
    EXPECT_LT(found.relative_error, 0.02);
    EXPECT_EQ(found.algorithm, Algorithm::mu);
  }
}

TYPED_TEST(BetaTest, FollowsTheScaleOfTheData) {
  using T = TypeParam;
  const Dense A = data_for(1, 9);
  for (const double beta : {1.0, 1.5}) {
    const Options options = this->options(beta, 3, 10);
    const Result<T> plain = factorize_dense<T>(A, options);
    for (const double c : {0x1p-40, 0x1p40}) {
      SCOPED_TRACE(::testing::Message() << "beta " << beta << ", times " << c);
      Dense scaled = A;
      for (double& a : scaled.entries) a *= c;
      const Result<T> result = factorize_dense<T>(scaled, options);
      EXPECT_NEAR(result.loss_history.back().loss / std::pow(c, beta),
                  plain.loss_history.back().loss,
                  1e3 * kUnitRoundoff<T> * plain.loss_history.back().loss);
    }
  }
}

TEST(BetaRefusedTest, ZerosWhereTheLossHasNoBound) {
  Dense A = data_for(0, 1);
  A(2, 3) = 0;
  Options options;
  options.rank = 2;
  options.beta = kItakuraSaito;
  try {
    factorize_dense<double>(A, options);
    FAIL() << "not refused";
  } catch (const InvalidArgument& e) {
    EXPECT_NE(std::string(e.what()).find("entry (2, 3) of A is 0"), std::string::npos) << e.what();
    EXPECT_NE(std::string(e.what()).find("--loss kl"), std::string::npos) << e.what();
  }
  const SparseMatrix sparse = to_sparse<double>(A);
  EXPECT_THROW(factorize<double>(DataView(sparse.view()), options), InvalidArgument);
}

TEST(BetaRefusedTest, WhatOnlyTheFrobeniusLossHas) {
  const Dense A = data_for(1, 1);
  Options options;
  options.rank = 2;
  options.beta = 1;
  for (const auto& change : std::vector<std::function<void(Options&)>>{
           [](Options& o) { o.algorithm = Algorithm::hals; },
           [](Options& o) { o.extrapolation = true; }, [](Options& o) { o.inner_repeats = 2; },
           [](Options& o) { o.beta = std::numeric_limits<double>::quiet_NaN(); }}) {
    Options changed = options;
    change(changed);
    EXPECT_THROW(factorize_dense<double>(A, changed), InvalidArgument);
  }
}

}  // namespace
}  // namespace nonneg::test
