// SPDX-License-Identifier: Apache-2.0
// Counterparts of scikit-learn's own tests of its NMF, named as there (docs/scikit-learn.md has the
// list): fits, starts, sparse input, new rows, types. Its solver `cd` is hals here. The tests of
// losses are in sklearn_loss_parity_test.cpp.
#include "options/resolve.hpp"
#include "support/solver_cases.hpp"
#include "support/sparse_cases.hpp"

namespace nonneg::test {
namespace {

constexpr Algorithm kSolvers[] = {Algorithm::hals, Algorithm::mu};

Options options_of(Algorithm algorithm, Index rank, Index iterations) {
  Options options;
  options.rank = rank;
  options.algorithm = algorithm;
  options.max_iterations = iterations;
  options.tolerance = 0;
  options.check_every = iterations;
  options.backend = BackendKind::cpu;
  options.threads = 1;
  return options;
}

/// alpha_W and alpha_H of scikit-learn, for m samples of n features.
Penalties penalties_of(double alpha_w, double alpha_h, double l1_ratio, Index m, Index n) {
  const auto rows = static_cast<double>(m);
  const auto cols = static_cast<double>(n);
  return {alpha_w * l1_ratio * cols, alpha_h * l1_ratio * rows, alpha_w * (1 - l1_ratio) * cols,
          alpha_h * (1 - l1_ratio) * rows};
}

Result<double> fit(const Dense& A, const Options& options) {
  return factorize_dense<double>(A, options);
}

/// ‖A − WH‖, scikit-learn's reconstruction_err_.
double reconstruction_error(const Result<double>& result) {
  return std::sqrt(2 * result.loss_history.back().loss);
}

/// Half of the columns are zero.
Dense every_other_column(Index rows, Index cols, std::uint64_t seed) {
  Dense A = random_matrix(rows, cols, seed);
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < cols; j += 2) A(i, j) = 0;
  }
  return A;
}

::testing::AssertionResult near(const Dense& actual, const Dense& expected, double tolerance) {
  return entries_near(actual, expected, [=](Index, Index) { return tolerance; });
}

TEST(SklearnParity, convergence_warning) {
  // No warning: a run says why it stopped.
  for (const Algorithm algorithm : kSolvers) {
    Options options = options_of(algorithm, 2, 1);
    options.tolerance = 1e-4;
    EXPECT_EQ(fit(Dense(2, 2, 1), options).stop_reason, StopReason::iteration_limit);
  }
}

TEST(SklearnParity, parameter_checking) {
  const Matrix<double> ones = to_matrix<double>(Dense(2, 2, 1));
  const Matrix<double> negative = to_matrix<double>(Dense(2, 2, -1));
  Options options = options_of(Algorithm::hals, 2, 10);
  options.beta = kKullbackLeibler;
  EXPECT_TRUE(mentions(
      message_of<InvalidArgument>([&] { factorize<double>(ones.view(), options); }), "beta = 1"));
  options.beta = kFrobenius;
  EXPECT_TRUE(
      mentions(message_of<InvalidArgument>([&] { factorize<double>(negative.view(), options); }),
               "entry (0, 0) of A is -1"));
  EXPECT_TRUE(mentions(message_of<InvalidArgument>(
                           [&] { transform<double>(negative.view(), ones.view(), options); }),
                       "entry (0, 0) of A is -1"));
}

/// The first factors of a 10 × 10 matrix, of 10 components.
Factors first_factors(const Dense& A, Init init) {
  Options options = options_of(Algorithm::hals, 10, 1);
  options.max_iterations = 0;
  options.init = init;
  return factors_of(fit(A, options));
}

TEST(SklearnParity, initialize_nn_output) {
  const Dense A = random_matrix(10, 10, 42);
  for (const Init init : {Init::random, Init::nndsvd, Init::nndsvda, Init::nndsvdar}) {
    const Factors start = first_factors(A, init);
    for (const Dense* factor : {&start.W, &start.Ht}) {
      for (const double entry : factor->entries) EXPECT_GE(entry, 0) << to_string(init);
    }
  }
}

TEST(SklearnParity, initialize_close) {
  const Dense A = random_matrix(10, 10, 42);
  const Factors start = first_factors(A, Init::nndsvd);
  Dense from_mean = A;
  for (double& entry : from_mean.entries) entry -= mean(A);
  Dense residual = model(start.W, start.Ht);
  for (std::size_t e = 0; e < A.entries.size(); ++e) residual.entries[e] -= A.entries[e];
  EXPECT_LE(squared_norm(residual), squared_norm(from_mean));
}

TEST(SklearnParity, initialize_variants) {
  const Dense A = random_matrix(10, 10, 42);
  const Factors plain = first_factors(A, Init::nndsvd);
  for (const Init init : {Init::nndsvda, Init::nndsvdar}) {
    const Factors filled = first_factors(A, init);
    const auto expect_kept = [](const Dense& actual, const Dense& expected) {
      for (std::size_t e = 0; e < expected.entries.size(); ++e) {
        if (expected.entries[e] != 0) {
          EXPECT_EQ(actual.entries[e], expected.entries[e]);
        } else {
          EXPECT_GT(actual.entries[e], 0);
        }
      }
    };
    expect_kept(filled.W, plain.W);
    expect_kept(filled.Ht, plain.Ht);
  }
}

TEST(SklearnParity, nmf_fit_nn_output) {
  Dense A(5, 2);
  for (Index i = 0; i < 5; ++i) {
    A(i, 0) = static_cast<double>(4 - i);
    A(i, 1) = static_cast<double>(6 + i);
  }
  for (const Algorithm algorithm : kSolvers) {
    for (const double alpha_w : {0.0, 1.0}) {
      for (const double alpha_h : {0.0, 1.0}) {
        Options options = options_of(algorithm, 2, 200);
        options.penalties = penalties_of(alpha_w, alpha_h, 0, 5, 2);
        const Result<double> result = fit(A, options);
        EXPECT_GE(smallest_entry(to_dense(result.W)), 0);
        EXPECT_GE(smallest_entry(to_dense(result.Ht)), 0);
      }
    }
  }
}

TEST(SklearnParity, nmf_fit_close) {
  const Dense A = random_matrix(6, 5, 42);
  for (const Algorithm algorithm : kSolvers) {
    EXPECT_LT(reconstruction_error(fit(A, options_of(algorithm, 5, 600))), 0.1);
  }
}

TEST(SklearnParity, nmf_transform) {
  const Dense A = random_matrix(6, 5, 42);
  const Matrix<double> data = to_matrix<double>(A);
  for (const double beta : {kFrobenius, kKullbackLeibler}) {
    for (const Algorithm algorithm : kSolvers) {
      if (beta != kFrobenius && algorithm == Algorithm::hals) continue;
      Options options = options_of(algorithm, 3, 2000);
      options.beta = beta;
      const Result<double> fitted = fit(A, options);
      const Matrix<double> W = transform<double>(data.view(), fitted.H().view(), options);
      EXPECT_TRUE(near(to_dense(W), to_dense(fitted.W), 0.1)) << to_string(algorithm) << beta;
    }
  }
}

TEST(SklearnParity, nmf_transform_custom_init) {
  const Dense A = random_matrix(6, 5, 1);
  const Matrix<double> data = to_matrix<double>(A);
  for (const Algorithm algorithm : kSolvers) {
    const Options options = options_of(algorithm, 4, 200);
    const Result<double> fitted = factorize_dense<double>(A, options, random_start(6, 5, 4, 2));
    const Matrix<double> W = transform<double>(data.view(), fitted.H().view(), options);
    EXPECT_LE(squared_residual(A, to_dense(W), to_dense(fitted.Ht)),
              1.01 * squared_residual(A, to_dense(fitted.W), to_dense(fitted.Ht)));
  }
}

TEST(SklearnParity, nmf_inverse_transform) {
  const Dense A = random_matrix(6, 4, 1);
  for (const Algorithm algorithm : kSolvers) {
    const Result<double> fitted = fit(A, options_of(algorithm, 4, 5000));
    const Matrix<double> again = reconstruct<double>(fitted.W.view(), fitted.H().view(), 0, A.rows);
    EXPECT_TRUE(near(to_dense(again), A, 0.015));
  }
}

TEST(SklearnParity, n_components_greater_n_features) {
  const Dense A = random_matrix(30, 10, 42);
  for (const Algorithm algorithm : kSolvers) {
    EXPECT_LT(fit(A, options_of(algorithm, 15, 200)).relative_error, 0.1);
  }
}

TEST(SklearnParity, nmf_sparse_input) {
  const Dense A = every_other_column(10, 10, 42);
  const SparseMatrix sparse = to_sparse<double>(A);
  for (const Algorithm algorithm : kSolvers) {
    for (const double alpha_w : {0.0, 1.0}) {
      for (const double alpha_h : {0.0, 1.0}) {
        Options options = options_of(algorithm, 5, 100);
        options.penalties = penalties_of(alpha_w, alpha_h, 0, 10, 10);
        const Result<double> dense = fit(A, options);
        const Result<double> of_sparse = factorize<double>(sparse.view(), options);
        EXPECT_TRUE(near(to_dense(of_sparse.W), to_dense(dense.W), 1e-7));
        EXPECT_TRUE(near(to_dense(of_sparse.Ht), to_dense(dense.Ht), 1e-7));
      }
    }
  }
}

TEST(SklearnParity, nmf_sparse_transform) {
  Dense A = random_matrix(3, 2, 42);
  A(1, 1) = 0;
  const SparseMatrix sparse = to_sparse<double>(A);
  for (const Algorithm algorithm : kSolvers) {
    const Options options = options_of(algorithm, 2, 5000);
    const Result<double> fitted = factorize<double>(sparse.view(), options);
    const Matrix<double> W = transform<double>(sparse.view(), fitted.H().view(), options);
    EXPECT_TRUE(near(to_dense(W), to_dense(fitted.W), 0.1)) << to_string(algorithm);
  }
}

TEST(SklearnParity, non_negative_factorization_consistency) {
  // The function and the object are the same run.
  const Dense A = every_other_column(10, 10, 42);
  const Matrix<double> data = to_matrix<double>(A);
  for (const Algorithm algorithm : kSolvers) {
    for (const double alpha : {0.0, 1.0}) {
      Options options = options_of(algorithm, 10, 500);
      options.tolerance = 1e-2;
      options.check_every = 10;
      options.penalties = penalties_of(alpha, alpha, 0, 10, 10);
      const Result<double> by_function = fit(A, options);
      Solver<double> solver(data.view(), options);
      solver.run();
      EXPECT_TRUE(entries_equal(to_dense(solver.W()), to_dense(by_function.W)));
      EXPECT_TRUE(entries_equal(to_dense(solver.Ht()), to_dense(by_function.Ht)));
    }
  }
}

TEST(SklearnParity, non_negative_factorization_checking) {
  const Dense ones(2, 2, 1);
  const auto refused = [&](const Dense& W, const Dense& Ht) {
    return message_of<InvalidArgument>([&] {
      factorize_dense<double>(ones, options_of(Algorithm::hals, 2, 1), Factors{W, Ht});
    });
  };
  EXPECT_TRUE(mentions(refused(ones, Dense(2, 2, -1)), "H0"));
  EXPECT_TRUE(mentions(refused(Dense(2, 2, -1), ones), "W0"));
  // Zeros in H0 are no error here: hals leaves them, and mu starts from its floor and says so.
  const Options options = options_of(Algorithm::mu, 2, 10);
  EXPECT_TRUE(mentions(
      factorize_dense<double>(ones, options, Factors{ones, Dense(2, 2)}).warnings.at(0), "H0"));
}

/// The sizes of normal numbers (Box & Muller 1958), as |randn| gives them.
Dense half_normal_matrix(Index rows, Index cols, std::uint64_t seed) {
  const Dense radius = random_matrix(rows, cols, seed);
  const Dense angle = random_matrix(rows, cols, seed + 1);
  Dense A(rows, cols);
  for (std::size_t e = 0; e < A.entries.size(); ++e) {
    A.entries[e] = std::sqrt(-2 * std::log(1 - radius.entries[e])) *
                   std::abs(std::cos(6.283185307179586 * angle.entries[e]));
  }
  return A;
}

TEST(SklearnParity, nmf_regularization) {
  const Dense A = half_normal_matrix(6, 5, 42);
  constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
  const auto zeros = [](const Dense& F) {
    return std::count_if(F.entries.begin(), F.entries.end(),
                         [](double entry) { return entry <= kEpsilon; });
  };
  for (const Algorithm algorithm : kSolvers) {
    SCOPED_TRACE(to_string(algorithm));
    Options options = options_of(algorithm, 3, 200);
    options.tolerance = 1e-4;
    options.check_every = 10;
    // Zeros are what is counted: mu has none above its own floor.
    options.floor = 0;
    const Factors plain = factors_of(fit(A, options));
    options.penalties = penalties_of(0.5, 0.5, 1, 6, 5);
    const Factors l1 = factors_of(fit(A, options));
    options.penalties = penalties_of(0.5, 0.5, 0, 6, 5);
    const Factors l2 = factors_of(fit(A, options));

    EXPECT_GT(zeros(l1.W), zeros(plain.W));
    EXPECT_GT(zeros(l1.Ht), zeros(plain.Ht));
    EXPECT_LT(squared_norm(l2.W) + squared_norm(l2.Ht),
              squared_norm(plain.W) + squared_norm(plain.Ht));
  }
}

TEST(SklearnParity, nmf_dtype_match) {
  EXPECT_EQ(resolve(Precision::automatic, ElementType::float32), Precision::float32);
  EXPECT_EQ(resolve(Precision::automatic, ElementType::float64), Precision::float64);
  // float64 in scikit-learn; here as for every integer type, unless asked otherwise.
  EXPECT_EQ(resolve(Precision::automatic, ElementType::int32), Precision::float32);
  EXPECT_EQ(resolve(Precision::automatic, ElementType::int64), Precision::float32);
  EXPECT_EQ(resolve(Precision::float64, ElementType::int32), Precision::float64);
}

TEST(SklearnParity, nmf_float32_float64_consistency) {
  const Dense A = half_normal_matrix(50, 7, 0);
  for (const Algorithm algorithm : kSolvers) {
    SCOPED_TRACE(to_string(algorithm));
    Options options = options_of(algorithm, 7, 200);
    options.tolerance = 1e-3;
    options.check_every = 10;
    // As there: an extrapolated sweep may be undone in one of the two types alone.
    options.extrapolation = false;
    options.inner_repeats = 1;

    const Dense single = to_dense<float>(factorize_dense<float>(A, options).W);
    const Dense twice = to_dense<double>(fit(A, options).W);

    EXPECT_TRUE(
        entries_near(single, twice, [&](Index i, Index c) { return 1e-5 + 1e-7 * twice(i, c); }));
  }
}

TEST(SklearnParity, nmf_n_components_auto_no_h_update) {
  // New rows take their rank from H, whatever the options say.
  const Matrix<double> A = to_matrix<double>(random_matrix(6, 5, 1));
  const Matrix<double> H = to_matrix<double>(random_matrix(2, 5, 2));
  const Matrix<double> W =
      transform<double>(A.view(), H.view(), options_of(Algorithm::hals, 4, 200));
  EXPECT_EQ(W.rows(), 6);
  EXPECT_EQ(W.cols(), 2);
}

TEST(SklearnParity, nmf_custom_init_shape_error) {
  const Dense A = random_matrix(6, 5, 1);
  const Options options = options_of(Algorithm::hals, 2, 10);
  for (const Shape wrong : {Shape{5, 5, 2}, Shape{6, 5, 3}}) {
    const std::string message = message_of<InvalidArgument>(
        [&] { factorize_dense<double>(A, options, random_start(wrong.m, wrong.n, wrong.k, 1)); });
    EXPECT_TRUE(mentions(message, "W0")) << wrong;
  }
}

TEST(SklearnParity, nmf_smoke) {
  for (const Shape& shape : {Shape{30, 10, 5}, Shape{10, 30, 5}}) {
    for (const Algorithm algorithm : kSolvers) {
      const Result<double> result =
          fit(random_matrix(shape.m, shape.n, 1), options_of(algorithm, shape.k, 200));
      EXPECT_EQ(result.W.rows(), shape.m);
      EXPECT_EQ(result.W.cols(), shape.k);
      EXPECT_EQ(result.Ht.rows(), shape.n);
      EXPECT_EQ(result.Ht.cols(), shape.k);
    }
  }
}

}  // namespace
}  // namespace nonneg::test
