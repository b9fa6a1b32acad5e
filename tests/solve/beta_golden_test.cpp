// SPDX-License-Identifier: Apache-2.0
// Multiplicative updates beside scikit-learn's, number for number, for seven values of β, with and
// without penalties, dense and CSR. tests/data/beta/make_golden.py has made the numbers, and says
// where scikit-learn has limits of its own.
#include "support/json_matrix.hpp"
#include "support/solver_cases.hpp"
#include "support/sparse_cases.hpp"

namespace nonneg::test {
namespace {

/// Of every entry; and scikit-learn's zeros may be as large as 2.2e-16.
constexpr double kAgreement = 1e-8;
constexpr double kTiny = 1e-15;

::testing::AssertionResult agrees(const Dense& actual, const nlohmann::json& expected) {
  const Dense entries = from_json(expected);
  return entries_near(actual, entries, [&](Index i, Index j) {
    return kAgreement * std::abs(entries(i, j)) + kTiny;
  });
}

/// A case of the file, and a solver that starts where it does.
class GoldenCase {
 public:
  GoldenCase(const nlohmann::json& golden, const nlohmann::json& which)
      : which_(which),
        data_(from_json(golden.at("data").at(which.at("data")))),
        dense_(to_matrix<double>(data_)),
        sparse_(to_sparse<double>(data_)),
        W0_(to_matrix<double>(from_json(golden.at("W0")))),
        H0_(to_matrix<double>(from_json(golden.at("H0")))) {}

  const Dense& data() const { return data_; }
  double beta() const { return which_.at("beta"); }
  const nlohmann::json& after(Index iterations) const {
    return which_.at("after").at(std::to_string(iterations));
  }
  bool limited(Index iterations) const { return after(iterations).at("limited"); }

  /// No factor entry is raised to a floor, as in scikit-learn.
  Options options() const {
    const nlohmann::json& penalties = which_.at("penalties");
    Options options;
    options.rank = W0_.cols();
    options.algorithm = Algorithm::mu;
    options.beta = beta();
    options.penalties = {penalties.at("l1_w"), penalties.at("l1_h"), penalties.at("l2_w"),
                         penalties.at("l2_h")};
    options.floor = 0;
    options.tolerance = 0;
    options.backend = BackendKind::cpu;
    options.threads = 1;
    return options;
  }

  Solver<double> solver(const Options& options) const {
    const DataView A = which_.at("csr").get<bool>() ? DataView(sparse_.view()) : dense_.view();
    return Solver<double>(A, options, InitialFactors<double>{W0_.view(), H0_.view()});
  }

  std::string name() const {
    return "beta " + which_.at("beta").dump() + ", " + which_.at("data").get<std::string>() +
           (which_.at("csr").get<bool>() ? ", CSR, " : ", dense, ") + which_.at("penalties").dump();
  }

 private:
  nlohmann::json which_;
  Dense data_;
  Matrix<double> dense_;
  SparseMatrix sparse_;
  Matrix<double> W0_;
  Matrix<double> H0_;
};

constexpr Index kIterations[] = {1, 10, 50};

class BetaGoldenTest : public ::testing::Test {
 protected:
  BetaGoldenTest() {
    const nlohmann::json golden = read_test_data("beta/golden.json");
    for (const nlohmann::json& which : golden.at("cases")) cases.emplace_back(golden, which);
  }

  std::vector<GoldenCase> cases;
};

TEST_F(BetaGoldenTest, FactorsAreScikitLearnsAfter1And10And50Iterations) {
  int compared = 0;
  for (const GoldenCase& golden : cases) {
    Solver<double> solver = golden.solver(golden.options());
    for (const Index iterations : kIterations) {
      SCOPED_TRACE(golden.name() + ", iteration " + std::to_string(iterations));
      while (solver.iteration() < iterations) solver.step();
      if (golden.limited(iterations)) continue;
      EXPECT_TRUE(agrees(to_dense(solver.W()), golden.after(iterations).at("W")));
      EXPECT_TRUE(agrees(transpose(to_dense(solver.Ht())), golden.after(iterations).at("H")));
      ++compared;
    }
  }
  // 7 values of β, 4 choices of penalties; sparse 5 and 2, twice. Limited: β = 0.5 of sparse data.
  EXPECT_EQ(compared, (7 * 4 + 5 * 2 * 2) * 3 - 2 * 2 * 2);
}

TEST_F(BetaGoldenTest, LossesAreScikitLearns) {
  for (const GoldenCase& golden : cases) {
    Solver<double> solver = golden.solver(golden.options());
    for (const Index iterations : kIterations) {
      SCOPED_TRACE(golden.name() + ", iteration " + std::to_string(iterations));
      while (solver.iteration() < iterations) solver.step();
      const double expected = golden.after(iterations).at("loss");
      const double loss = solver.check().loss;
      if (golden.limited(iterations)) continue;
      EXPECT_NEAR(loss, expected, kAgreement * expected);
    }
  }
}

TEST_F(BetaGoldenTest, BelowBeta1ZerosAreFittedCloserWithoutScikitLearnsLimit) {
  // Entries of its model below 1.2e-7 count as that; ours go on to 0 as the zeros of A ask for.
  int compared = 0;
  for (const GoldenCase& golden : cases) {
    const Index iterations = 10;
    if (!golden.limited(iterations)) continue;
    SCOPED_TRACE(golden.name());
    Solver<double> solver = golden.solver(golden.options());
    while (solver.iteration() < iterations) solver.step();
    const double theirs = golden.after(iterations).at("loss");

    const double loss = solver.check().loss;

    EXPECT_FALSE(agrees(to_dense(solver.W()), golden.after(iterations).at("W")));
    EXPECT_LT(loss, theirs);
    EXPECT_NEAR(loss, theirs, 1e-6 * theirs);
    ++compared;
  }
  EXPECT_EQ(compared, 4);
}

TEST_F(BetaGoldenTest, TheDefaultFloorIsSeenOnlyWhereScikitLearnHasNothing) {
  const Index iterations = 50;
  int raised = 0;
  for (const GoldenCase& golden : cases) {
    if (golden.limited(iterations)) continue;
    SCOPED_TRACE(golden.name());
    Options options = golden.options();
    options.floor.reset();
    const double floor = floor_of(options, golden.data());
    Solver<double> solver = golden.solver(options);
    while (solver.iteration() < iterations) solver.step();

    // What the floor adds to W·H is about floor in an entry, and factors answer to it in kind.
    const auto near = [&](const Dense& actual, const nlohmann::json& expected) {
      const Dense entries = from_json(expected);
      return entries_near(actual, entries, [&](Index i, Index j) {
        return kAgreement * std::abs(entries(i, j)) + 10 * floor;
      });
    };
    const Dense W = to_dense(solver.W());
    EXPECT_TRUE(near(W, golden.after(iterations).at("W")));
    EXPECT_TRUE(near(transpose(to_dense(solver.Ht())), golden.after(iterations).at("H")));
    EXPECT_GE(smallest_entry(W), floor * (1 - kAgreement));
    const double theirs = smallest_entry(from_json(golden.after(iterations).at("W")));
    if (theirs < floor) {
      EXPECT_NEAR(smallest_entry(W), floor, kAgreement * floor);
      ++raised;
    }
  }
  EXPECT_GT(raised, 0);
}

}  // namespace
}  // namespace nonneg::test
