// SPDX-License-Identifier: Apache-2.0
// Counterparts of scikit-learn's own tests of its NMF, named as there (docs/scikit-learn.md has the
// list): the β-divergences and their multiplicative updates.
#include <array>

#include "devices/make_backend.hpp"
#include "support/solver_cases.hpp"
#include "support/sparse_cases.hpp"

namespace nonneg::test {
namespace {

Options options_of(double beta, Index rank, Index iterations) {
  Options options;
  options.rank = rank;
  options.algorithm = Algorithm::mu;
  options.beta = beta;
  options.max_iterations = iterations;
  options.tolerance = 0;
  options.check_every = iterations;
  options.backend = BackendKind::cpu;
  options.threads = 1;
  return options;
}

/// The formula of Options::beta, entry by entry; a·log a is 0 at 0.
double divergence(const Dense& A, const Dense& V, double beta) {
  double sum = 0;
  for (std::size_t e = 0; e < A.entries.size(); ++e) {
    const double a = A.entries[e];
    const double v = V.entries[e];
    if (beta == kKullbackLeibler) {
      sum += (a > 0 ? a * std::log(a / v) : 0) - a + v;
    } else if (beta == kItakuraSaito) {
      sum += a / v - std::log(a / v) - 1;
    } else {
      sum +=
          (std::pow(a, beta) + (beta - 1) * std::pow(v, beta) - beta * a * std::pow(v, beta - 1)) /
          (beta * (beta - 1));
    }
  }
  return sum;
}

/// The loss of given factors: that before the first sweep.
double loss_of(const DataView& A, double beta, const Factors& factors) {
  Options options = options_of(beta, factors.W.cols, 1);
  options.floor = 0;
  const Matrix<double> W = to_matrix<double>(factors.W);
  const Matrix<double> H = to_matrix<double>(transpose(factors.Ht));
  return Solver<double>(A, options, InitialFactors<double>{W.view(), H.view()}).check().loss;
}

TEST(SklearnParity, beta_divergence) {
  const Dense with_zeros = sparse_matrix(20, 10, 42);
  const Dense positive = random_matrix(20, 10, 43, 0.1, 2);
  const Factors factors = random_start(20, 10, 5, 1);
  const Dense V = model(factors.W, factors.Ht);
  for (const double beta : {-0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0}) {
    SCOPED_TRACE(beta);
    const Dense& A = beta > 0 ? with_zeros : positive;
    const double expected = divergence(A, V, beta);
    const Matrix<double> dense = to_matrix<double>(A);
    const SparseMatrix sparse = to_sparse<double>(A);
    EXPECT_NEAR(loss_of(dense.view(), beta, factors), expected, 1e-12 * expected);
    EXPECT_NEAR(loss_of(sparse.view(), beta, factors), expected, 1e-12 * expected);
  }
}

TEST(SklearnParity, special_sparse_dot) {
  // W·H at the stored entries of A only: the denominators of β = 2 are its product with Ht.
  const Dense A = sparse_matrix(10, 5, 42);
  const Factors factors = random_start(10, 5, 3, 1);
  Dense sampled = model(factors.W, factors.Ht);
  for (std::size_t e = 0; e < A.entries.size(); ++e) {
    if (A.entries[e] == 0) sampled.entries[e] = 0;
  }
  const auto backend = make_backend<double>(options_of(2, 3, 1));
  const SparseMatrix sparse = to_sparse<double>(A);
  const SparseView stored = sparse.view();
  const SparseRows<double> rows{stored.row_offsets(),
                                0,
                                stored.columns(),
                                static_cast<const double*>(stored.values()),
                                nullptr,
                                stored.rows(),
                                stored.cols(),
                                stored.entries()};
  const Matrix<double> W = to_matrix<double>(factors.W);
  const Matrix<double> Ht = to_matrix<double>(factors.Ht);
  Matrix<double> P(10, 3);
  Matrix<double> D(10, 3);

  backend->sampled_products(rows, W.view(), Ht.view(), {2, 0}, P.view(), D.view());

  EXPECT_TRUE(entries_close(to_dense(D), product(sampled, factors.Ht), 1e-14));
  EXPECT_TRUE(entries_close(to_dense(P), product(A, factors.Ht), 1e-14));
}

TEST(SklearnParity, nmf_multiplicative_update_sparse) {
  const Dense A = random_matrix(20, 10, 1, 0.01, 2);
  const SparseMatrix sparse = to_sparse<double>(A);
  const Factors start = random_start(20, 10, 5, 2);
  const Matrix<double> W0 = to_matrix<double>(start.W);
  const Matrix<double> H0 = to_matrix<double>(transpose(start.Ht));
  const InitialFactors<double> initial{W0.view(), H0.view()};
  for (const double beta : {-1.2, 0.0, 0.2, 1.0, 2.0, 2.5}) {
    SCOPED_TRACE(beta);
    Options options = options_of(beta, 5, 20);
    options.penalties = {0.5, 1, 0.5, 1};  // alpha 0.1, l1_ratio 0.5
    const Factors dense = factors_of(factorize_dense<double>(A, options, start));
    const Factors of_sparse = factors_of(factorize<double>(sparse.view(), options, initial));
    // β = 0, 1 and 2 have formulas of their own, which those beside them approach.
    options.beta -= 1e-5;
    const Factors beside = factors_of(factorize<double>(sparse.view(), options, initial));

    const auto all_within = [](double allowed) {
      return [allowed](Index, Index) { return allowed; };
    };
    EXPECT_TRUE(entries_near(of_sparse.W, dense.W, all_within(1e-7)));
    EXPECT_TRUE(entries_near(of_sparse.Ht, dense.Ht, all_within(1e-7)));
    EXPECT_TRUE(entries_near(beside.W, dense.W, all_within(1e-4)));
    EXPECT_TRUE(entries_near(beside.Ht, dense.Ht, all_within(1e-4)));
  }
}

TEST(SklearnParity, nmf_negative_beta_loss) {
  const Dense A = sparse_matrix(6, 5, 42);
  const SparseMatrix sparse = to_sparse<double>(A);
  Dense lifted = A;
  for (double& entry : lifted.entries) entry += 1e-9;
  for (const double beta : {-0.6, 0.0}) {
    const Options options = options_of(beta, 3, 1000);
    EXPECT_TRUE(mentions(message_of<InvalidArgument>([&] { factorize_dense<double>(A, options); }),
                         "of A is 0"));
    EXPECT_TRUE(
        mentions(message_of<InvalidArgument>([&] { factorize<double>(sparse.view(), options); }),
                 "are zeros"));
    EXPECT_TRUE(all_finite(model_of<double>(factorize_dense<double>(lifted, options)))) << beta;
  }
  for (const double beta : {0.2, 1.0, 1.2, 2.0, 2.5}) {
    const Options options = options_of(beta, 3, 1000);
    EXPECT_TRUE(all_finite(model_of<double>(factorize_dense<double>(A, options)))) << beta;
    EXPECT_TRUE(all_finite(model_of<double>(factorize<double>(sparse.view(), options)))) << beta;
  }
}

TEST(SklearnParity, nmf_decreasing) {
  const Dense A = random_matrix(20, 15, 42, 0.01, 2);
  const Matrix<double> data = to_matrix<double>(A);
  for (const double beta : {-1.2, 0.0, 0.2, 1.0, 2.0, 2.5}) {
    SCOPED_TRACE(beta);
    Options options = options_of(beta, 10, 30);
    options.penalties = {0.75, 1, 0.75, 1};  // alpha 0.1, l1_ratio 0.5
    Solver<double> solver(data.view(), options);
    double previous = solver.check().objective;
    for (int sweep = 0; sweep < 30; ++sweep) {
      solver.step();
      const double objective = solver.check().objective;
      EXPECT_LT(objective, previous) << sweep;
      previous = objective;
    }
  }
}

TEST(SklearnParity, nmf_true_reconstruction) {
  // Rows and columns with one component each, in the test's own numbers: Kullback-Leibler finds
  // them again, and A's zeros are zeros of W*H, which takes a floor of 0.
  const std::array<double, 5> of_w{0.4967141530112327, 0.13826430117118466, 0.6476885381006925,
                                   1.5230298564080254, 0.23415337472333597};
  const std::array<double, 5> of_h{0.5622875292409727, 1.0128311203344238, 0.3142473325952739,
                                   0.9080240755212109, 1.4123037013352915};
  Dense W(15, 5);
  Dense Ht(10, 5);
  for (Index j = 0; j < 5; ++j) W(j, j) = of_w.at(static_cast<std::size_t>(j));
  for (Index j = 0; j < 10; ++j) Ht(j, j % 5) = of_h.at(static_cast<std::size_t>(j % 5));
  const Dense A = model(W, Ht);
  Options options = options_of(kKullbackLeibler, 5, 1000);
  options.tolerance = 1e-4;
  options.check_every = 10;
  options.floor = 0;

  const Result<double> result = factorize_dense<double>(A, options);

  EXPECT_LT(std::sqrt(2 * result.loss_history.back().loss), 0.1);
  const Dense found = model_of<double>(result);
  for (Index i = 0; i < 15; ++i) {
    for (Index j = 0; j < 10; ++j) {
      EXPECT_NEAR(A(i, j), found(i, j), 1e-7 * found(i, j)) << i << ", " << j;
    }
  }
}

TEST(SklearnParity, nmf_underflow) {
  Dense A = random_matrix(10, 2, 1, 0, 10);
  const Factors factors = random_start(10, 2, 2, 2);
  std::array<double, 2> losses{};
  for (const std::size_t tiny : {0U, 1U}) {
    A(0, 0) = tiny == 1 ? 1e-323 : 0;
    const Matrix<double> data = to_matrix<double>(A);
    losses.at(tiny) = loss_of(data.view(), kKullbackLeibler, factors);
  }
  EXPECT_NEAR(losses[1], losses[0], 1e-12 * losses[0]);
}

}  // namespace
}  // namespace nonneg::test
