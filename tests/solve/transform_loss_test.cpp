// SPDX-License-Identifier: Apache-2.0
// transform() for the losses whose updates look at A each time: every row is updated until it has
// settled by itself.
#include "support/counted_cases.hpp"
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

constexpr Index kRows = 37;
constexpr Index kCols = 23;
constexpr Index kRank = 3;

/// A loss and a kind of data.
struct Problem {
  const char* name;
  double beta;
  Missing missing;
  bool sparse;
  bool weighted;
};

constexpr Problem kProblems[] = {{"kl", 1, Missing::none, false, false},
                                 {"kl sparse", 1, Missing::none, true, false},
                                 {"is", 0, Missing::none, false, false},
                                 {"beta 1.5 sparse", 1.5, Missing::none, true, false},
                                 {"kl weighted", 1, Missing::none, false, true},
                                 {"frobenius nan", 2, Missing::nan, false, false},
                                 {"kl sparse missing", 1, Missing::zeros, true, false}};

/// Rows of very different difficulty: some repeat a row of H, some mix all of them.
struct Data {
  explicit Data(const Problem& problem) : H(random_matrix(kRank, kCols, 3, 0.1, 2)) {
    Dense W = random_matrix(kRows, kRank, 4);
    for (Index i = 0; i < kRows; i += 3) {
      for (Index c = 0; c < kRank; ++c) W(i, c) = c == i % kRank ? 1 : 0;
    }
    Dense A = product(W, H);
    const Dense noise = random_matrix(kRows, kCols, 5, 0.5, 1.5);
    for (std::size_t e = 0; e < A.entries.size(); ++e) {
      A.entries[e] *= noise.entries[e];
      if (problem.missing == Missing::nan && e % 5 == 0) A.entries[e] = std::nan("");
    }
    dense = to_matrix<double>(A);
    weights = to_matrix<double>(random_matrix(kRows, kCols, 6, 0.5, 2));
    if (problem.sparse) stored = to_sparse<double>(A, [](double a) { return a > 0.4; });
  }

  DataView view(const Problem& problem) const {
    if (problem.sparse) return stored.view();
    if (problem.weighted) return DataView(dense.view()).weighted_by(weights.view());
    return dense.view();
  }

  Dense H;
  Matrix<double> dense;
  Matrix<double> weights;
  SparseMatrix stored;
};

Options options_of(const Problem& problem, double tolerance, Index max_iterations) {
  Options options;
  options.beta = problem.beta;
  options.missing = problem.missing;
  options.backend = BackendKind::cpu;
  options.threads = 1;
  options.tolerance = tolerance;
  options.max_iterations = max_iterations;
  return options;
}

Dense transformed(const Data& data, const Problem& problem, const Options& options) {
  return to_dense(transform<double>(data.view(problem), to_matrix<double>(data.H).view(), options));
}

TEST(TransformLoss, RowsStopWhenTheyHaveSettledAndNotBefore) {
  for (const Problem& problem : kProblems) {
    SCOPED_TRACE(problem.name);
    const Data data(problem);
    const Dense limit = transformed(data, problem, options_of(problem, 0, 20000));

    const Dense settled = transformed(data, problem, options_of(problem, 1e-3, 5000));
    const Dense longer = transformed(data, problem, options_of(problem, 1e-3, 20000));

    EXPECT_EQ(settled.entries, longer.entries);
    EXPECT_LT(relative_distance(settled, limit), 0.02);
    EXPECT_GT(relative_distance(settled, limit), 1e-9);
    EXPECT_LT(
        relative_distance(transformed(data, problem, options_of(problem, 1e-5, 20000)), limit),
        relative_distance(settled, limit) / 5);
  }
}

TEST(TransformLoss, WhereARowStopsDoesNotDependOnThePanels) {
  for (const Problem& problem : kProblems) {
    SCOPED_TRACE(problem.name);
    const Data data(problem);
    Options options = options_of(problem, 1e-3, 5000);
    const Dense whole = transformed(data, problem, options);
    for (const Index panel_rows : {Index{1}, Index{7}, kRows}) {
      options.panel_rows = panel_rows;
      EXPECT_LT(relative_distance(transformed(data, problem, options), whole), 1e-11)
          << panel_rows << " rows";
    }
  }
}

TEST(TransformLoss, NoMoreUpdatesAreDoneThanAskedFor) {
  const Problem problem = kProblems[0];
  const Data data(problem);
  Options options = options_of(problem, 0, 25);
  const Dense in_rounds = transformed(data, problem, options);
  options.check_every = 1;
  EXPECT_EQ(transformed(data, problem, options).entries, in_rounds.entries);
  options.max_iterations = 26;
  EXPECT_NE(transformed(data, problem, options).entries, in_rounds.entries);
}

/// What a run without a sweep says of these factors.
LossRecord evaluated(const DataView& A, const Matrix<double>& W, const Matrix<double>& H,
                     Options options) {
  options.rank = kRank;
  options.max_iterations = 0;
  options.penalties.l1_h = 0;
  options.penalties.l2_h = 0;
  return factorize<double>(A, options, {W.view(), H.view()}).loss_history.back();
}

TEST(TransformLoss, TheLossOfTheRowsIsThatOfTheirFactors) {
  for (const Problem& problem : kProblems) {
    SCOPED_TRACE(problem.name);
    const Data data(problem);
    const Matrix<double> H = to_matrix<double>(data.H);
    Options options = options_of(problem, 1e-3, 500);
    options.penalties = {.l1_w = 0.25, .l1_h = 7, .l2_w = 0.5, .l2_h = 7};
    for (const Index panel_rows : {Index{0}, Index{5}}) {
      options.panel_rows = panel_rows;
      LossRecord loss;
      const Matrix<double> W =
          transform<double>(data.view(problem), H.view(), options, nullptr, &loss);

      const LossRecord expected = evaluated(data.view(problem), W, H, options);

      EXPECT_GT(loss.loss, 0);
      EXPECT_NEAR(loss.loss, expected.loss, 1e-12 * expected.loss);
      EXPECT_NEAR(loss.objective, expected.objective, 1e-12 * expected.objective);
      EXPECT_NEAR(loss.relative_error, expected.relative_error, 1e-12);
      // Asking for it changes nothing.
      EXPECT_EQ(to_dense(W).entries, transformed(data, problem, options).entries);
    }
  }
}

TEST(TransformLoss, ARowTakesAtLeastOneUpdate) {
  const Problem problem = kProblems[0];
  const Data data(problem);
  EXPECT_THROW(transformed(data, problem, options_of(problem, 0, 0)), InvalidArgument);
}

}  // namespace
}  // namespace nonneg::test
