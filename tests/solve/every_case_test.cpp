// SPDX-License-Identifier: Apache-2.0
// What every rule, loss, kind of data, backend and precision is held to. A case that takes no
// zeros, or no missing entries, is held to refusing them.
#include "support/every_case.hpp"

#include "options/loss_mode.hpp"

namespace nonneg::test {

namespace {

/// The objective after each sweep, by naive loops, must not rise; the solver must say the same.
template <class T>
void expect_fall(const DataView& A_view, const Dense& A, const Options& options, Index sweeps) {
  SCOPED_TRACE(::testing::Message()
               << "l1 " << options.penalties.l1_w << " " << options.penalties.l1_h << ", l2 "
               << options.penalties.l2_w << " " << options.penalties.l2_h << ", inner repeats "
               << options.inner_repeats);
  const Penalties& p = options.penalties;
  Solver<T> solver(A_view, options);
  // hals judges its extrapolation by the Gram identity.
  const double judged = extrapolates(options) ? 2 * kUnitRoundoff<T> * squared_norm(A) : 0;
  double previous = std::numeric_limits<double>::infinity();
  for (Index sweep = 0; sweep < sweeps; ++sweep) {
    solver.step();
    const Dense W = to_dense<T>(solver.W());
    const Dense Ht = to_dense<T>(solver.Ht());
    const double loss = beta_loss(A, W, Ht, options.beta);
    const double penalty = p.l1_w * entry_sum(W) + 0.5 * p.l2_w * squared_norm(W) +
                           p.l1_h * entry_sum(Ht) + 0.5 * p.l2_h * squared_norm(Ht);
    const double of_penalty = model_rounding<T>(W, Ht) * penalty;
    const double allowed = rise_allowed<T>(A, W, Ht, options.beta) + of_penalty + judged;
    ASSERT_LE(loss + penalty, previous + allowed) << "sweep " << sweep;
    previous = loss + penalty;
    const LossRecord record = solver.check();
    ASSERT_NEAR(record.loss, loss, loss_rounding<T>(A, W, Ht, options.beta)) << "sweep " << sweep;
    ASSERT_NEAR(record.objective, record.loss + penalty, of_penalty + gamma<double>(2) * previous)
        << "sweep " << sweep;
  }
}

}  // namespace

TEST_P(EveryCase, TheObjectiveNeverRisesAndIsTheFactorsOwn) {
  in_precision([]<class T>(T) {
    const Dense A = rounded<T>(data(4));
    const CaseData<T> A_data(A, GetParam().sparse);
    std::vector<Penalties> all = {{}, {.l1_w = 0.2, .l1_h = 0.1, .l2_w = 1, .l2_h = 0.3}};
    if (!on_device())
      all.insert(all.end(), {{.l1_w = 0.5}, {.l1_h = 0.5}, {.l2_w = 2}, {.l2_h = 2}});
    for (const Penalties& penalties : all) {
      Options options = EveryCase::options(1000);
      options.penalties = penalties;
      expect_fall<T>(A_data.view(), A, options, sweeps(40, 8));
      if (on_device() || !LossMode(options, A_data.view()).gram_rules_serve) continue;
      if (options.algorithm == Algorithm::anls) continue;  // refuses repeats
      for (const Index repeats : {1, 4}) {
        options.inner_repeats = repeats;
        expect_fall<T>(A_data.view(), A, options, 40);
      }
    }
  });
}

TEST_P(EveryCase, PlantedFactorsComeBack) {
  in_precision([]<class T>(T) {
    const bool mu = GetParam().algorithm == Algorithm::mu;
    const Planted planted = planted_unique(rows(), cols(), 5, GetParam().takes_zeros());
    Options options = EveryCase::options(mu ? sweeps(800, 200) : 200);
    options.check_every = *options.max_iterations;
    // Multiplicative updates near the zeros of the planted factors like 1/t. A loss is told to u of
    // ‖A‖², and so its root to √u.
    const double allowed =
        mu ? 40 / static_cast<double>(*options.max_iterations) : 4 * std::sqrt(kUnitRoundoff<T>);
    // A start may lead elsewhere, or slowly: one of three must do.
    double error = 1;
    for (Index seed = 1; seed <= 3 && error >= allowed; ++seed) {
      options.seed = static_cast<std::uint64_t>(seed);
      const Result<T> found = run<T>(planted.A, options);
      error = std::max({4 * found.relative_error,
                        recovery_error(to_dense<T>(found.W), planted.factors.W),
                        recovery_error(to_dense<T>(found.Ht), planted.factors.Ht)});
    }
    EXPECT_LT(error, allowed);
  });
}

TEST_P(EveryCase, PanelsMayBeCutAnywhere) {
  in_precision([]<class T>(T) {
    const Index count = sweeps(10, 4);
    Options options = EveryCase::options(count);
    const Dense A = data(8);
    options.panel_rows = rows();
    const Result<T> whole = run<T>(A, options);
    EXPECT_EQ(whole.panel_rows, rows());
    for (const Index panel_rows : {Index{1}, rows() / 3, rows() - 1}) {
      if (on_device() && panel_rows == 1) continue;
      SCOPED_TRACE(panel_rows);
      options.panel_rows = panel_rows;
      const Result<T> cut = run<T>(A, options);
      EXPECT_EQ(cut.panel_rows, panel_rows);
      expect_same<T>(cut, whole, count);
    }
  });
}

TEST_P(EveryCase, FactorsKeepToTheFloor) {
  in_precision([]<class T>(T) {
    const Dense A = rounded<T>(data(9));
    for (const double floor : {1e-6, 0.05, 2.0}) {
      if (on_device() && floor != 0.05) continue;
      SCOPED_TRACE(floor);
      Options options = EveryCase::options(sweeps(30, 3));
      options.floor = floor;
      const Factors found = factors_of(run<T>(A, options));
      const double least = floor_of(options, A) * (1 - 4 * kUnitRoundoff<T>);
      EXPECT_GE(smallest_entry(found.W), least);
      EXPECT_GE(smallest_entry(found.Ht), least);
    }
  });
}

namespace {

/// The run of c·A must be that of A, whole numbers, with c = root².
template <class T, class Run>
void expect_scaled(const Dense& A, double root, Index sweeps, double allowed, const Run& run) {
  SCOPED_TRACE(::testing::Message() << "times " << root << " squared");
  const Result<T> plain = run(A);
  const Result<T> result = run(scaled(scaled(A, root), root));
  EXPECT_EQ(result.iterations, plain.iterations);
  EXPECT_LE(plain.iterations, sweeps);
  EXPECT_LE(relative_distance(scaled(to_dense<T>(result.W), 1 / root), to_dense<T>(plain.W)),
            allowed);
  EXPECT_LE(relative_distance(scaled(to_dense<T>(result.Ht), 1 / root), to_dense<T>(plain.Ht)),
            allowed);
  EXPECT_NEAR(result.relative_error, plain.relative_error, allowed);
  for (const LossRecord& record : result.loss_history) {
    EXPECT_TRUE(std::isfinite(record.loss)) << record.loss;
    EXPECT_EQ(record.objective, record.loss);
  }
}

}  // namespace

TEST_P(EveryCase, SubnormalEntriesHaveTheFactorsOfWholeNumbers) {
  in_precision([]<class T>(T) {
    Options options = EveryCase::options(sweeps(60, 6));
    options.tolerance = 0.02;
    options.check_every = 1;
    // c = 2^-1074, or 2^-148: the smallest entries there are.
    const double root = GetParam().wide ? 0x1p-537 : 0x1p-74;
    expect_scaled<T>(whole_numbers(2), root, *options.max_iterations,
                     agreement<T>(*options.max_iterations),
                     [&](const Dense& A) { return run<T>(A, options); });
  });
}

TEST_P(EveryCase, HugeEntriesHaveTheFactorsOfWholeNumbers) {
  in_precision([]<class T>(T) {
    Options options = EveryCase::options(sweeps(60, 6));
    options.tolerance = 0.02;
    options.check_every = 1;
    const Dense A = whole_numbers(2);
    // 7·2^120 and 7·2^996 = 4.7e300. Where A^β then leaves float64, so does the loss.
    double root = GetParam().wide ? 0x1p498 : 0x1p60;
    if (GetParam().wide && GetParam().beta > 1) {
      expect_refused<T>(scaled(scaled(A, root), root), options,
                        {"overflows float64", "divide A by"});
      root = std::ldexp(1.0, static_cast<int>(480 / GetParam().beta));
    }
    expect_scaled<T>(A, root, *options.max_iterations, agreement<T>(*options.max_iterations),
                     [&](const Dense& X) { return run<T>(X, options); });
  });
}

TEST_P(EveryCase, AnAllZeroRowAndColumnAreFittedByZeros) {
  in_precision([]<class T>(T) {
    Dense A = data(6);
    const Index row = rows() / 2;
    for (Index j = 0; j < A.cols; ++j) A(row, j) = A(0, j) = 0;
    for (Index i = 0; i < A.rows; ++i) A(i, 5) = A(i, A.cols - 1) = 0;
    const Options options = EveryCase::options(sweeps(30, 5));
    if (!GetParam().takes_zeros()) {
      const std::string zero =
          GetParam().sparse ? "of its entries are zeros" : "entry (0, 0) of A is 0";
      expect_refused<T>(A, options, {zero, "has no bound", "beta = 1"});
      return;
    }
    const Result<T> result = run<T>(A, options);
    const Dense WH = model_of(result);
    for (Index j = 0; j < A.cols; ++j) EXPECT_LE(WH(row, j), 1e-6);
    for (Index i = 0; i < A.rows; ++i) EXPECT_LE(WH(i, 5), 1e-6);
    EXPECT_TRUE(all_finite(WH));
    EXPECT_LT(result.relative_error, 1);
    EXPECT_GT(mean(WH), 0.5 * mean(A));
  });
}

TEST_P(EveryCase, AnAllZeroMatrixIsFittedByZeros) {
  in_precision([]<class T>(T) {
    const Dense A(rows(), cols());
    const Options options = EveryCase::options(sweeps(10, 3));
    if (!GetParam().takes_zeros()) {
      const std::string zero =
          GetParam().sparse ? "of its entries are zeros" : "entry (0, 0) of A is 0";
      expect_refused<T>(A, options, {zero, "has no bound"});
      return;
    }
    const Result<T> result = run<T>(A, options);
    EXPECT_EQ(largest(model_of(result)), 0);
    // An entry of the model counts as at least T's smallest normal number.
    const double beta = GetParam().beta;
    const double least = std::pow(static_cast<double>(std::numeric_limits<T>::min()), beta);
    EXPECT_LE(result.loss_history.back().loss,
              2 * least * static_cast<double>(rows() * cols()) / beta);
    EXPECT_EQ(result.relative_error, 0);
  });
}

TEST_P(EveryCase, MissingEntriesAreWeightsOf0And1) {
  in_precision([]<class T>(T) {
    const bool sparse = GetParam().sparse;
    const Index count = sweeps(20, 4);
    Options options = EveryCase::options(count);
    options.check_every = 1;
    Dense A = data(2);
    for (double& a : A.entries) a += 0.05;
    Dense mask = sparse_matrix(rows(), cols(), 8, 0.35);
    for (double& m : mask.entries) m = m > 0 ? 1 : 0;
    Dense hidden = A;
    Dense other = A;
    for (std::size_t e = 0; e < A.entries.size(); ++e) {
      if (mask.entries[e] != 0) continue;
      hidden.entries[e] = sparse ? 0 : std::nan("");
      other.entries[e] = 1000;
    }
    Options missing = options;
    missing.missing = sparse ? Missing::zeros : Missing::nan;
    if (GetParam().algorithm != Algorithm::mu) {
      expect_refused<T>(hidden, missing, {"use algorithm = mu for weights and missing entries"});
      return;
    }
    const Matrix<T> data = to_matrix<T>(A);
    const Matrix<T> weights = to_matrix<T>(mask);
    const auto weighted = factorize<T>(DataView(data.view()).weighted_by(weights.view()), options);
    expect_same<T>(run<T>(hidden, missing), weighted, count);

    // The entries of weight 0 play no part, whatever they are.
    const CaseData<T> changed(other, sparse);
    const CaseData<T> weights_again(mask, sparse);
    if (!sparse) missing.missing = Missing::none;
    expect_same<T>(factorize<T>(changed.view().weighted_by(weights_again.view()), missing),
                   weighted, count);

    const Dense W = to_dense<T>(weighted.W);
    const Dense Ht = to_dense<T>(weighted.Ht);
    const double rounding = loss_rounding<T>(A, W, Ht, GetParam().beta);
    EXPECT_NEAR(weighted.loss_history.back().loss,
                beta_loss(rounded<T>(A), W, Ht, GetParam().beta, mask), rounding);
    for (std::size_t r = 1; r < weighted.loss_history.size(); ++r) {
      EXPECT_LE(weighted.loss_history[r].loss, weighted.loss_history[r - 1].loss + 2 * rounding);
    }
  });
}

TEST_P(EveryCase, WeightsOf1AreNone) {
  in_precision([]<class T>(T) {
    const Index count = sweeps(20, 4);
    const Options options = EveryCase::options(count);
    Dense A = data(3);
    for (double& a : A.entries) a += 0.05;
    const CaseData<T> A_data(A, GetParam().sparse);
    const CaseData<T> ones(Dense(A.rows, A.cols, 1), GetParam().sparse);
    const DataView weighted = A_data.view().weighted_by(ones.view());
    Options own = options;
    if (GetParam().sparse) own.missing = Missing::zeros;
    if (GetParam().algorithm != Algorithm::mu) {
      const std::string message = message_of<InvalidArgument>([&] { factorize<T>(weighted, own); });
      EXPECT_TRUE(mentions(message, "use algorithm = mu for weights and missing entries"));
      return;
    }
    expect_same<T>(factorize<T>(weighted, own), factorize<T>(A_data.view(), options), count);
  });
}

TEST_P(EveryRule, SparseIsDense) {
  in_precision([]<class T>(T) {
    const Index count = sweeps(20, 4);
    const Dense A = data(7);
    const CaseData<T> dense(A, false);
    const CaseData<T> sparse(A, true);
    const Options options = EveryCase::options(count);
    expect_same<T>(factorize<T>(sparse.view(), options), factorize<T>(dense.view(), options),
                   count);
  });
}

TEST_P(EveryRefusedCase, SaysWhatToUse) {
  in_precision([]<class T>(T) {
    const std::string name(to_string(GetParam().algorithm));
    expect_refused<T>(data(1), options(5),
                      {"algorithm = " + name, "use algorithm = mu for beta = "});
  });
}

}  // namespace nonneg::test
