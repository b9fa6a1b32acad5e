// SPDX-License-Identifier: Apache-2.0
// Weights, masks and missing entries: what nobody observed takes no part.
#include "support/counted_cases.hpp"
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Options options_of(double beta) {
  Options options;
  options.rank = 3;
  options.beta = beta;
  options.backend = BackendKind::cpu;
  options.max_iterations = 25;
  options.check_every = 1;
  options.tolerance = 0;
  options.threads = 1;
  return options;
}

/// Positive data, and a mask that hides about a third of it.
struct Masked {
  Dense A;
  Dense mask;
};

Masked masked_data() {
  Masked data{noisy_planted(22, 19, 3, 2), sparse_matrix(22, 19, 8, 0.35)};
  for (double& a : data.A.entries) a += 0.05;
  for (double& m : data.mask.entries) m = m > 0 ? 1 : 0;
  return data;
}

template <class T>
void expect_same(const Result<T>& result, const Result<T>& expected) {
  const double tolerance = 1e4 * kUnitRoundoff<T>;
  EXPECT_LE(relative_distance(to_dense<T>(result.W), to_dense<T>(expected.W)), tolerance);
  EXPECT_LE(relative_distance(to_dense<T>(result.Ht), to_dense<T>(expected.Ht)), tolerance);
  EXPECT_NEAR(result.loss_history.back().loss, expected.loss_history.back().loss,
              tolerance * expected.loss_history.back().loss);
}

TEST(CountedDataTest, AWeightOf2IsARowTwice) {
  const Masked data = masked_data();
  Dense twice(data.A.rows + 1, data.A.cols);
  std::copy(data.A.entries.begin(), data.A.entries.end(), twice.entries.begin());
  for (Index j = 0; j < twice.cols; ++j) twice(data.A.rows, j) = data.A(0, j);
  Dense weights(data.A.rows, data.A.cols, 1);
  for (Index j = 0; j < weights.cols; ++j) weights(0, j) = 2;
  // The same start for both rows.
  const auto start = [&](Index rows) {
    Factors factors{random_matrix(rows, 3, 5, 0.1, 1), random_matrix(data.A.cols, 3, 6, 0.1, 1)};
    for (Index c = 0; c < 3; ++c) factors.W(rows - 1, c) = factors.W(0, c);
    return factors;
  };
  Factors long_start = start(twice.rows);
  Factors short_start = long_start;
  short_start.W = Dense(data.A.rows, 3);
  std::copy_n(long_start.W.entries.begin(), short_start.W.entries.size(),
              short_start.W.entries.begin());
  for (const double beta : {1.0, 2.0}) {
    Options options = options_of(beta);
    options.algorithm = Algorithm::mu;
    const Matrix<double> A = to_matrix<double>(data.A);
    const Matrix<double> w = to_matrix<double>(weights);
    const Matrix<double> W0 = to_matrix<double>(short_start.W);
    const Matrix<double> H0 = to_matrix<double>(transpose(short_start.Ht));
    const auto weighted = factorize<double>(DataView(A.view()).weighted_by(w.view()), options,
                                            InitialFactors<double>{W0.view(), H0.view()});
    const auto repeated = factorize_dense<double>(twice, options, long_start);
    EXPECT_LE(relative_distance(to_dense<double>(weighted.Ht), to_dense<double>(repeated.Ht)),
              1e-10)
        << beta;
  }
}

TEST(CountedDataTest, SparseWeightsCountTheStoredEntries) {
  auto [A, mask] = masked_data();
  Dense stored = A;
  for (std::size_t e = 0; e < A.entries.size(); ++e) stored.entries[e] *= mask.entries[e];
  Dense weights = random_matrix(A.rows, A.cols, 77, 0.5, 2);
  Dense dense_weights = weights;
  for (std::size_t e = 0; e < A.entries.size(); ++e) dense_weights.entries[e] *= mask.entries[e];
  dense_weights.entries[3] = 0;
  weights.entries[3] = 0;  // stored in A, but without a weight
  const SparseMatrix sparse = to_sparse<double>(stored);
  const SparseMatrix sparse_weights = to_sparse<double>(weights);
  const Matrix<double> data = to_matrix<double>(A);
  const Matrix<double> w = to_matrix<double>(dense_weights);
  for (const double beta : {0.0, 1.0, 2.0}) {
    SCOPED_TRACE(beta);
    Options options = options_of(beta);
    const auto expected = factorize<double>(DataView(data.view()).weighted_by(w.view()), options);
    options.missing = Missing::zeros;
    expect_same(
        factorize<double>(DataView(sparse.view()).weighted_by(sparse_weights.view()), options),
        expected);
  }
}

template <class Call>
void expect_refused(const Call& call, const std::string& part) {
  try {
    call();
    ADD_FAILURE() << "not refused: " << part;
  } catch (const InvalidArgument& e) {
    EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << e.what();
  }
}

TEST(CountedDataTest, RefusesWhatCannotBeMeant) {
  auto [A, mask] = masked_data();
  const Matrix<double> data = to_matrix<double>(A);
  const SparseMatrix sparse = to_sparse<double>(A);
  const auto run = [&](const DataView& view, const Options& options) {
    factorize<double>(view, options);
  };
  Options options = options_of(1);
  expect_refused([&] { DataView(data.view()).weighted_by(Matrix<double>(2, 2).view()); }, "2 x 2");
  expect_refused([&] { DataView(data.view()).weighted_by(sparse.view()); },
                 "both must be of one kind; hand the weights in dense");
  expect_refused([&] { DataView(sparse.view()).weighted_by(data.view()); },
                 "both must be of one kind; hand the weights in sparse");
  expect_refused([&] { run(DataView(sparse.view()).weighted_by(sparse.view()), options); },
                 "missing = zeros");
  Dense bad = mask;
  bad(1, 2) = -1;
  const Matrix<double> negative = to_matrix<double>(bad);
  expect_refused([&] { run(DataView(data.view()).weighted_by(negative.view()), options); },
                 "entry (1, 2) of the weights is -1");
  const Matrix<double> none = to_matrix<double>(Dense(A.rows, A.cols, 0));
  expect_refused([&] { run(DataView(data.view()).weighted_by(none.view()), options); },
                 "no entry of A is observed");
  options.missing = Missing::nan;
  expect_refused([&] { run(DataView(sparse.view()), options); }, "missing = nan");
  options.missing = Missing::zeros;
  expect_refused([&] { run(DataView(data.view()), options); }, "missing = zeros");
  options.missing = Missing::none;
  Dense with_nan = A;
  with_nan(4, 5) = kNan;
  const Matrix<double> nan_data = to_matrix<double>(with_nan);
  expect_refused([&] { run(DataView(nan_data.view()), options); }, "missing = nan");
}

}  // namespace
}  // namespace nonneg::test
