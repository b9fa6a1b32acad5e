// SPDX-License-Identifier: Apache-2.0
// The article's worked example, number for number: 80 × 2, k = 2, 50 multiplicative updates.
#include "support/json_matrix.hpp"
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

/// The numbers come from NumPy, which adds in another order.
constexpr double kTolerance = 1e-12;

struct Golden {
  nlohmann::json all = read_test_data("learning_demo.json");
  Matrix<double> A = to_matrix<double>(from_json(all.at("A")));
  Matrix<double> W0 = to_matrix<double>(from_json(all.at("W0")));
  Matrix<double> H0 = to_matrix<double>(from_json(all.at("H0")));
};

template <class Case>
class GoldenTest : public SolverTest<Case> {
 protected:
  static Options options() {
    Options options = Case::options(2, 50);
    options.init = Init::custom;
    options.check_every = 1;
    return options;
  }

  InitialFactors<double> start() const { return {golden.W0.view(), golden.H0.view()}; }

  Golden golden;
};
using GoldenCases = ::testing::Types<SolverCase<double, Algorithm::mu, BackendKind::cpu>,
                                     SolverCase<double, Algorithm::mu, BackendKind::cuda>>;
TYPED_TEST_SUITE(GoldenTest, GoldenCases, SolverNames);

TYPED_TEST(GoldenTest, FactorsAfter1And2And10And50Updates) {
  for (const Index panel_rows : {Index{0}, Index{33}}) {
    Options options = this->options();
    options.panel_rows = panel_rows;
    Solver<double> solver(this->golden.A.view(), options, this->start());
    for (const Index frame : {1, 2, 10, 50}) {
      SCOPED_TRACE(::testing::Message() << frame << " updates, panels of " << panel_rows);
      while (solver.iteration() < frame) solver.step();
      const nlohmann::json& expected = this->golden.all.at("frames").at(std::to_string(frame));
      EXPECT_TRUE(entries_close(to_dense(solver.W()), from_json(expected.at("W")), kTolerance));
      EXPECT_TRUE(
          entries_close(transpose(to_dense(solver.Ht())), from_json(expected.at("H")), kTolerance));
    }
  }
}

TYPED_TEST(GoldenTest, AllFiftySquaredErrors) {
  const Result<double> result =
      factorize<double>(this->golden.A.view(), this->options(), this->start());
  const auto& expected = this->golden.all.at("squared_error");
  ASSERT_EQ(result.loss_history.size(), expected.size());
  for (std::size_t e = 0; e < expected.size(); ++e) {
    const double squared_error = expected.at(e);
    EXPECT_EQ(result.loss_history[e].iteration, static_cast<Index>(e) + 1);
    EXPECT_NEAR(2 * result.loss_history[e].loss, squared_error, kTolerance * squared_error) << e;
  }
}

TEST(GoldenReference, TheNaiveSweepAgrees) {
  // The reference of the other tests, held to the same numbers.
  const Golden golden;
  const Dense data = to_dense(golden.A);
  Factors factors{to_dense(golden.W0), transpose(to_dense(golden.H0))};
  for (std::size_t done = 1; done <= 50; ++done) {
    sweep(Algorithm::mu, data, factors, {}, 0);
    const double squared_error = golden.all.at("squared_error").at(done - 1);
    EXPECT_NEAR(squared_residual(data, factors.W, factors.Ht), squared_error,
                kTolerance * squared_error);
  }
  const nlohmann::json& last = golden.all.at("frames").at("50");
  EXPECT_TRUE(entries_close(factors.W, from_json(last.at("W")), kTolerance));
  EXPECT_TRUE(entries_close(transpose(factors.Ht), from_json(last.at("H")), kTolerance));
}

}  // namespace
}  // namespace nonneg::test
