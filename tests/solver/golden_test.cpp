// The article's worked example, number for number: 80 × 2, k = 2, 50 multiplicative updates.
#include "support/json_matrix.hpp"
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

class GoldenTest : public ::testing::Test {
 protected:
  GoldenTest()
      : golden(read_test_data("learning_demo.json")),
        A(to_matrix<double>(from_json(golden.at("A")))),
        W0(to_matrix<double>(from_json(golden.at("W0")))),
        H0(to_matrix<double>(from_json(golden.at("H0")))) {}

  static Options options() {
    Options options;
    options.rank = 2;
    options.algorithm = Algorithm::mu;
    options.backend = BackendKind::cpu;
    options.init = Init::custom;
    options.max_iterations = 50;
    options.tolerance = 0;
    options.check_every = 1;
    return options;
  }

  InitialFactors<double> start() const { return {W0.view(), H0.view()}; }

  nlohmann::json golden;
  Matrix<double> A;
  Matrix<double> W0;
  Matrix<double> H0;
};

TEST_F(GoldenTest, FactorsAfter1And2And10And50Updates) {
  Solver<double> solver(A.view(), options(), start());
  for (const Index frame : {1, 2, 10, 50}) {
    SCOPED_TRACE(frame);
    while (solver.iteration() < frame) solver.step();
    const nlohmann::json& expected = golden.at("frames").at(std::to_string(frame));
    EXPECT_TRUE(entries_close(to_dense(solver.W()), from_json(expected.at("W")), 1e-12));
    EXPECT_TRUE(
        entries_close(transpose(to_dense(solver.Ht())), from_json(expected.at("H")), 1e-12));
  }
}

TEST_F(GoldenTest, AllFiftySquaredErrors) {
  const Result<double> result = factorize<double>(A.view(), options(), start());
  const auto& expected = golden.at("squared_error");
  ASSERT_EQ(result.loss_history.size(), expected.size());
  for (std::size_t e = 0; e < expected.size(); ++e) {
    const double squared_error = expected.at(e);
    EXPECT_EQ(result.loss_history[e].iteration, static_cast<Index>(e) + 1);
    EXPECT_NEAR(2 * result.loss_history[e].loss, squared_error, 1e-12 * squared_error) << e;
  }
}

TEST_F(GoldenTest, TheNaiveSweepAgrees) {
  // The reference of the other tests, held to the same numbers.
  const Dense data = to_dense(A);
  Factors factors{to_dense(W0), transpose(to_dense(H0))};
  for (std::size_t done = 1; done <= 50; ++done) {
    sweep(Algorithm::mu, data, factors, {}, 0);
    const double squared_error = golden.at("squared_error").at(done - 1);
    EXPECT_NEAR(squared_residual(data, factors.W, factors.Ht), squared_error,
                1e-12 * squared_error);
  }
  const nlohmann::json& last = golden.at("frames").at("50");
  EXPECT_TRUE(entries_close(factors.W, from_json(last.at("W")), 1e-12));
  EXPECT_TRUE(entries_close(transpose(factors.Ht), from_json(last.at("H")), 1e-12));
}

}  // namespace
}  // namespace nonneg::test
