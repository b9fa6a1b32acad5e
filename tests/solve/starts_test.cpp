// SPDX-License-Identifier: Apache-2.0
// First factors: NNDSVD against scikit-learn's (tests/data/starts), and one factor given alone.
#include <numeric>

#include "nonneg/any.hpp"
#include "nonneg/plan.hpp"
#include "support/json_matrix.hpp"
#include "support/solver_cases.hpp"
#include "support/sparse_cases.hpp"

namespace nonneg::test {
namespace {

using StartCases = ::testing::Types<SolverCase<float, Algorithm::hals, BackendKind::cpu>,
                                    SolverCase<double, Algorithm::hals, BackendKind::cpu>,
                                    SolverCase<double, Algorithm::mu, BackendKind::cpu>,
                                    SolverCase<float, Algorithm::hals, BackendKind::cuda>,
                                    SolverCase<double, Algorithm::mu, BackendKind::cuda>>;

template <class Case>
class StartsTest : public SolverTest<Case> {
 protected:
  using Scalar = typename Case::Scalar;

  /// Of scikit-learn's and nonneg's randomized SVD, and of vectors rounded to T.
  static constexpr double kTolerance = sizeof(Scalar) == sizeof(float) ? 1e-4 : 2e-6;

  /// Options whose result is the first factors.
  static Options first(Index rank, Init init) {
    Options options = Case::options(rank, 0);
    options.init = init;
    return options;
  }

  static Factors start_of(const DataView& A, const Options& options) {
    return factors_of(factorize<Scalar>(A, options));
  }

  /// `actual` is a start of the fill that stands for zeros of `expected`, NNDSVD's own: entries
  /// that are zero to the tolerance may be either.
  static void expect_filled(const Dense& actual, const Dense& expected, double fill) {
    const double largest = *std::max_element(expected.entries.begin(), expected.entries.end());
    for (std::size_t e = 0; e < expected.entries.size(); ++e) {
      const double entry = actual.entries[e];
      const double own = expected.entries[e];
      const bool filled = std::abs(entry - fill) <= kTolerance * fill;
      const bool kept = std::abs(entry - own) <= kTolerance * largest;
      if (own == 0) {
        EXPECT_TRUE(filled || (kept && entry > 0)) << e << ": " << entry;
      } else {
        EXPECT_TRUE(kept || (filled && own <= kTolerance * largest)) << e << ": " << entry;
      }
    }
  }

  static void expect_close(const Dense& actual, const Dense& expected) {
    const double largest = *std::max_element(expected.entries.begin(), expected.entries.end());
    ASSERT_EQ(actual.entries.size(), expected.entries.size());
    for (std::size_t e = 0; e < expected.entries.size(); ++e) {
      EXPECT_NEAR(actual.entries[e], expected.entries[e], kTolerance * largest) << e;
    }
  }
};
TYPED_TEST_SUITE(StartsTest, StartCases, SolverNames);

TYPED_TEST(StartsTest, NndsvdIsScikitLearns) {
  using T = typename TypeParam::Scalar;
  const nlohmann::json golden = read_test_data("starts/golden.json");
  for (const auto& [name, wanted] : golden.at("cases").items()) {
    SCOPED_TRACE(name);
    const Dense A = from_json(wanted.at("A"));
    const Matrix<T> dense = to_matrix<T>(A);
    const SparseMatrix sparse = to_sparse<T>(A);
    const Dense W = from_json(wanted.at("nndsvd").at("W"));
    const Dense Ht = transpose(from_json(wanted.at("nndsvd").at("H")));
    for (const bool is_sparse : {false, true}) {
      for (const auto& [panel_rows, threads] : {std::pair<Index, int>(0, 1), {7, 2}}) {
        SCOPED_TRACE(::testing::Message() << "sparse " << is_sparse << ", panels of " << panel_rows
                                          << ", " << threads << " threads");
        const DataView view = is_sparse ? DataView(sparse.view()) : DataView(dense.view());
        Options options = this->first(wanted.at("rank"), Init::nndsvd);
        options.panel_rows = panel_rows;
        options.threads = threads;
        const Factors plain = this->start_of(view, options);
        this->expect_close(plain.W, W);
        this->expect_close(plain.Ht, Ht);
        options.init = Init::nndsvda;
        const Factors filled = this->start_of(view, options);
        this->expect_filled(filled.W, W, mean(A));
        this->expect_filled(filled.Ht, Ht, mean(A));
        // What scikit-learn itself makes of zeros.
        const Dense of_peer = from_json(wanted.at("nndsvda").at("W"));
        this->expect_filled(of_peer, W, mean(A));
      }
    }
  }
}

TYPED_TEST(StartsTest, NndsvdarDrawsSmallNumbersForZeros) {
  using T = typename TypeParam::Scalar;
  const nlohmann::json golden = read_test_data("starts/golden.json").at("cases").at("all pixels");
  const Dense A = from_json(golden.at("A"));
  const Matrix<T> data = to_matrix<T>(A);
  Options options = this->first(golden.at("rank"), Init::nndsvd);
  const Factors plain = this->start_of(data.view(), options);
  options.init = Init::nndsvdar;
  const Factors drawn = this->start_of(data.view(), options);
  std::vector<double> fills;
  const auto compare = [&](const Dense& actual, const Dense& expected) {
    for (std::size_t e = 0; e < expected.entries.size(); ++e) {
      if (expected.entries[e] > 0) {
        EXPECT_EQ(actual.entries[e], expected.entries[e]);
      } else {
        fills.push_back(actual.entries[e]);
      }
    }
  };
  compare(drawn.W, plain.W);
  compare(drawn.Ht, plain.Ht);
  // |N(0, 1)| has the mean √(2/π) and a deviation of 0.6; all of so many differ.
  const auto count = static_cast<double>(fills.size());
  ASSERT_GT(count, 200);
  const double average = std::accumulate(fills.begin(), fills.end(), 0.0) / count;
  EXPECT_NEAR(average, std::sqrt(2 / M_PI) * mean(A) / 100,
              4 * 0.603 / std::sqrt(count) * mean(A) / 100);
  std::sort(fills.begin(), fills.end());
  EXPECT_GT(fills.front(), 0);
  EXPECT_LT(fills.back(), 6.7 * mean(A) / 100);
  EXPECT_EQ(std::adjacent_find(fills.begin(), fills.end()), fills.end());

  // The same numbers for the same seed, and others for another.
  const Factors again = this->start_of(data.view(), options);
  EXPECT_EQ(again.W.entries, drawn.W.entries);
  options.seed = 1;
  const Factors other = this->start_of(data.view(), options);
  EXPECT_NE(other.W.entries, drawn.W.entries);
}

TYPED_TEST(StartsTest, ScalingAScalesNndsvd) {
  using T = typename TypeParam::Scalar;
  const Dense A = noisy_planted(23, 14, 3, 5);
  const Matrix<T> data = to_matrix<T>(A);
  const Options options = this->first(3, Init::nndsvd);
  const Factors start = this->start_of(data.view(), options);
  for (const int exponent : {-100, 100}) {
    SCOPED_TRACE(exponent);
    Dense scaled = A;
    for (double& entry : scaled.entries) entry = std::ldexp(entry, exponent);
    const Matrix<T> scaled_data = to_matrix<T>(scaled);
    const Factors actual = this->start_of(scaled_data.view(), options);
    const auto expect_scaled = [&](const Dense& of_scaled, const Dense& expected) {
      for (std::size_t e = 0; e < expected.entries.size(); ++e) {
        EXPECT_NEAR(std::ldexp(of_scaled.entries[e], -exponent / 2), expected.entries[e],
                    this->kTolerance);
      }
    };
    expect_scaled(actual.W, start.W);
    expect_scaled(actual.Ht, start.Ht);

    // The fill is A's mean in A's units; a run from it stays finite.
    Options filled = options;
    filled.init = Init::nndsvda;
    filled.max_iterations = 3;
    EXPECT_LT(factorize<T>(scaled_data.view(), filled).relative_error, 0.6);
  }
}

TYPED_TEST(StartsTest, ZerosAreFilledWithTheMeanInTheUnitOfA) {
  using T = typename TypeParam::Scalar;
  // Beyond what is computed without scaling.
  const int far = sizeof(T) == sizeof(float) ? 30 : 210;
  for (const int exponent : {-far, far}) {
    SCOPED_TRACE(exponent);
    Dense A = noisy_planted(23, 14, 3, 5);
    for (double& entry : A.entries) entry = std::ldexp(entry, exponent);
    const Matrix<T> data = to_matrix<T>(A);
    const Factors plain = this->start_of(data.view(), this->first(3, Init::nndsvd));
    const Factors filled = this->start_of(data.view(), this->first(3, Init::nndsvda));
    int zeros = 0;
    for (std::size_t e = 0; e < plain.W.entries.size(); ++e) {
      if (plain.W.entries[e] != 0) continue;
      ++zeros;
      EXPECT_NEAR(filled.W.entries[e] / mean(A), 1, this->kTolerance);
    }
    EXPECT_GT(zeros, 5);
  }
}

TYPED_TEST(StartsTest, ARunFromNndsvdIsARunFromItsFactors) {
  using T = typename TypeParam::Scalar;
  const Matrix<T> A = to_matrix<T>(noisy_planted(TypeParam::sized(40, 12), 11, 3, 8));
  for (const Init init : {Init::nndsvd, Init::nndsvda, Init::nndsvdar}) {
    SCOPED_TRACE(to_string(init));
    Options options = this->first(3, init);
    const Result<T> begun = factorize<T>(A.view(), options);
    options.max_iterations = 4;
    const Result<T> run = factorize<T>(A.view(), options);
    const Result<T> continued = factorize<T>(A.view(), options, start_from(begun));
    EXPECT_LT(relative_distance(model_of(run), model_of(continued)), 100 * kUnitRoundoff<T>);
    EXPECT_EQ(run.iterations, 4);
    EXPECT_LT(run.loss_history.back().loss, begun.loss_history.back().loss);
    EXPECT_EQ(run.start_reads, 1);
    EXPECT_EQ(continued.start_reads, 0);
    EXPECT_LE(run.timings.start_seconds, run.timings.inspect_seconds);
  }
}

TYPED_TEST(StartsTest, AIsReadOnceForEachPowerPassAndOnceMore) {
  using T = typename TypeParam::Scalar;
  const auto reads = [&](Index m, Index n, Index k) {
    const Matrix<T> A = to_matrix<T>(noisy_planted(m, n, k, 9));
    return factorize<T>(A.view(), this->first(k, Init::nndsvd)).start_reads;
  };
  EXPECT_EQ(reads(30, 29, 2), 8);
  EXPECT_EQ(reads(30, 29, 3), 5);
  EXPECT_EQ(reads(12, 29, 3), 5);
  EXPECT_EQ(reads(30, 12, 2), 1);
}

TYPED_TEST(StartsTest, AwkwardShapesStartNoFartherThanTheFirstPairOfVectors) {
  using T = typename TypeParam::Scalar;
  for (const auto& [m, n, k] : {std::tuple<Index, Index, Index>(1, 1, 1),
                                {1, 7, 1},
                                {9, 1, 1},
                                {5, 6, 5},
                                {13, 40, 3},
                                {40, 13, 13}}) {
    SCOPED_TRACE(::testing::Message() << m << " x " << n << ", k = " << k);
    const Matrix<T> A = to_matrix<T>(noisy_planted(m, n, 2, 13));
    const double first = factorize<T>(A.view(), this->first(1, Init::nndsvd)).relative_error;
    const Result<T> result = factorize<T>(A.view(), this->first(k, Init::nndsvd));
    EXPECT_LT(first, 1);
    EXPECT_LT(result.relative_error, std::min(m, n) == 1 ? 1000 * kUnitRoundoff<T> : 1.5 * first);
  }
}

TYPED_TEST(StartsTest, ComponentsWithoutASingularValueStartAsZeros) {
  using T = typename TypeParam::Scalar;
  const Matrix<T> A = to_matrix<T>(planted_sparse(17, 14, 1, 10).A);
  const Result<T> plain = factorize<T>(A.view(), this->first(3, Init::nndsvd));
  EXPECT_LT(plain.relative_error, 100 * kUnitRoundoff<T>);
  for (Index c = 1; c < 3; ++c) {
    for (Index i = 0; i < 17; ++i) EXPECT_EQ(plain.W(i, c), 0);
  }
  ASSERT_EQ(plain.warnings.size(), 1U);
  EXPECT_TRUE(plain.warnings.front().starts_with(
      "init = nndsvd: A has 1 singular values above 0, and rank = 3"))
      << plain.warnings.front();
  const Result<T> filled = factorize<T>(A.view(), this->first(3, Init::nndsvda));
  EXPECT_TRUE(filled.warnings.empty());
  EXPECT_GT(filled.W(0, 2), 0);

  const Matrix<T> zeros = to_matrix<T>(Dense(17, 14));
  for (const Init init : {Init::nndsvd, Init::nndsvda, Init::nndsvdar}) {
    const Result<T> nothing = factorize<T>(zeros.view(), this->first(3, init));
    EXPECT_EQ(nothing.relative_error, 0);
  }
}

TYPED_TEST(StartsTest, OneGivenFactorStaysAndTheOtherIsFittedToIt) {
  using T = typename TypeParam::Scalar;
  const Planted planted = planted_unique(TypeParam::sized(60, 15), 13, 11, false);
  const Matrix<T> A = to_matrix<T>(planted.A);
  const SparseMatrix sparse = to_sparse<T>(planted.A);
  const Matrix<T> W0 = to_matrix<T>(planted.factors.W);
  const Matrix<T> H0 = to_matrix<T>(transpose(planted.factors.Ht));
  const Matrix<T> Ht0 = to_matrix<T>(planted.factors.Ht);
  for (const double beta : {2.0, 1.0, 0.5}) {
    Dense of_dense;
    for (const bool is_sparse : {false, true}) {
      SCOPED_TRACE(::testing::Message() << "beta " << beta << ", sparse " << is_sparse);
      const DataView view = is_sparse ? DataView(sparse.view()) : DataView(A.view());
      Options options = this->first(3, Init::random);
      options.beta = beta;
      options.threads = 2;
      options.panel_rows = 7;
      if (beta != kFrobenius) options.algorithm = Algorithm::mu;
      const double drawn = factorize<T>(view, options).relative_error;
      const Result<T> of_w = factorize<T>(view, options, InitialFactors<T>{.W = W0.view()});
      EXPECT_TRUE(entries_equal(to_dense(of_w.W), to_dense(W0)));
      EXPECT_LT(of_w.relative_error, 0.5 * drawn);
      EXPECT_EQ(of_w.start_reads, beta == kFrobenius ? 1 : 10);
      if (is_sparse) {
        EXPECT_LT(relative_distance(to_dense(of_w.Ht), of_dense), sweep_tolerance<T>(60, 10));
      } else {
        of_dense = to_dense(of_w.Ht);
      }
      for (const InitialFactors<T>& of :
           {InitialFactors<T>{.H = H0.view()}, InitialFactors<T>{.Ht = Ht0.view()}}) {
        const Result<T> of_h = factorize<T>(view, options, of);
        EXPECT_TRUE(entries_equal(to_dense(of_h.Ht), to_dense(Ht0)));
        EXPECT_LT(of_h.relative_error, 0.5 * drawn);
        EXPECT_EQ(of_h.start_reads, 1);
      }
    }
  }
}

struct StartRefusalTest : ::testing::Test {
  StartRefusalTest() {
    options.rank = 2;
    options.max_iterations = 2;
    options.init = Init::nndsvd;
  }

  std::string refusal(const DataView& data) const {
    EXPECT_EQ(subject_of([&] { factorize<double>(data, options); }), Subject::init);
    EXPECT_EQ(subject_of([&] { make_plan(data, options); }), Subject::init);
    return message_of<InvalidArgument>([&] { factorize<double>(data, options); });
  }

  const Dense entries = noisy_planted(6, 5, 2, 12);
  const Matrix<double> A = to_matrix<double>(entries);
  Options options;
};

TEST_F(StartRefusalTest, NndsvdTakesCompleteDataOfWeightOneAndAsManyRowsAndColumnsAsComponents) {
  for (const Init init : {Init::nndsvd, Init::nndsvda, Init::nndsvdar}) {
    options.init = init;
    const std::string name = "init = " + std::string(to_string(init)) + ": ";
    options.missing = Missing::nan;
    EXPECT_EQ(refusal(A.view()),
              name +
                  "takes the singular vectors of the whole of A, and missing = nan leaves "
                  "entries open; use init = random");
    options.missing = Missing::zeros;
    const SparseMatrix sparse = to_sparse<double>(entries);
    EXPECT_EQ(refusal(sparse.view()),
              name +
                  "takes the singular vectors of the whole of A, and missing = zeros leaves "
                  "entries open; use init = random");
    options.missing = Missing::none;
    EXPECT_EQ(refusal(DataView(A.view()).weighted_by(A.view())),
              name +
                  "takes the singular vectors of A, in which every entry counts alike, and A "
                  "has weights; use init = random");
    options.rank = 6;
    EXPECT_EQ(refusal(A.view()),
              name +
                  "takes one pair of singular vectors for each component, and A, 6 x 5, has 5: "
                  "rank = 6 is more; use init = random, or fewer components");
    options.rank = 5;
    EXPECT_EQ(factorize<double>(A.view(), options).start_reads, 1);
    options.rank = 2;
  }
}

TEST_F(StartRefusalTest, GivenFactorsAreTakenWhateverInitSays) {
  options.missing = Missing::nan;
  const Matrix<double> W0 = to_matrix<double>(random_matrix(6, 2, 2));
  const Matrix<double> H0 = to_matrix<double>(random_matrix(2, 5, 3));
  const Result<double> result =
      factorize<double>(A.view(), options, InitialFactors<double>{W0.view(), H0.view()});
  EXPECT_EQ(result.start_reads, 0);
  EXPECT_EQ(subject_of([&] { factorize<double>(A.view(), options, InitialFactors<double>{}); }),
            Subject::init);
}

TEST_F(StartRefusalTest, TransformTakesAsFewRowsAsThereAre) {
  const Matrix<double> H = to_matrix<double>(random_matrix(3, 5, 3));
  options.rank = 3;
  const Matrix<double> W = transform(A.view().row_block(0, 2), H, options);
  EXPECT_EQ(W.rows(), 2);
  EXPECT_EQ(transform(DataView(A.view()).weighted_by(A.view()), H, options).rows(), 6);
}

TEST_F(StartRefusalTest, ZerosThatMultiplicativeUpdatesCannotLeaveAreSaid) {
  options.algorithm = Algorithm::mu;
  options.rank = 3;
  options.max_iterations = 1000;
  options.tolerance = 1e-2;
  const auto warned = [&](Init init) {
    options.init = init;
    const std::vector<std::string> warnings = factorize<double>(A.view(), options).warnings;
    return std::any_of(warnings.begin(), warnings.end(), [](const std::string& warning) {
      return warning.find("multiplicative updates cannot leave") != std::string::npos;
    });
  };
  EXPECT_TRUE(warned(Init::nndsvd));
  EXPECT_FALSE(warned(Init::nndsvda));
  EXPECT_FALSE(warned(Init::nndsvdar));
  options.algorithm = Algorithm::hals;
  EXPECT_FALSE(warned(Init::nndsvd));
}

TEST_F(StartRefusalTest, ThePlanCountsWhatTheSvdHoldsWhereThatIsTheLarger) {
  const Matrix<float> wide = to_matrix<float>(random_matrix(200, 120, 4));
  options.backend = BackendKind::cpu;
  options.algorithm = Algorithm::mu;
  options.tolerance = 0;
  options.threads = 1;
  const auto workspace = [&](Init init) {
    options.init = init;
    return make_plan(wide.view(), options).workspace_bytes;
  };
  // A·Q, Q and AᵀA·Q of 2 + 10 columns, and the rotation to 2.
  const std::uint64_t svd = ((200 + 2 * 120) * 12 + 12 * 2) * sizeof(float);
  EXPECT_EQ(workspace(Init::nndsvd) - workspace(Init::random), svd);
  EXPECT_EQ(workspace(Init::custom), workspace(Init::random));
  // Beside the earlier factors that a run which extrapolates and may converge keeps, it is free.
  options.algorithm = Algorithm::hals;
  options.tolerance = 1e-4;
  options.rank = 60;
  EXPECT_EQ(workspace(Init::nndsvda), workspace(Init::random));
}

}  // namespace
}  // namespace nonneg::test
