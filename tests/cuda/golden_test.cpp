// The article's worked example on a device: 80 × 2, k = 2, 50 multiplicative updates in double.
#include <fstream>
#include <nlohmann/json.hpp>

#include "cuda/device_fixture.hpp"
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

/// The article's numbers come from NumPy, which adds in another order.
constexpr double kTolerance = 1e-10;

Dense from_json(const nlohmann::json& rows) {
  Dense result(static_cast<Index>(rows.size()), static_cast<Index>(rows.at(0).size()));
  for (Index i = 0; i < result.rows; ++i) {
    for (Index j = 0; j < result.cols; ++j) {
      result(i, j) = rows.at(static_cast<std::size_t>(i)).at(static_cast<std::size_t>(j));
    }
  }
  return result;
}

class CudaGoldenTest : public DeviceTest {
 protected:
  void SetUp() override {
    DeviceTest::SetUp();
    std::ifstream file(NONNEG_TEST_DATA_DIR "/learning_demo.json");
    ASSERT_TRUE(file) << "tests/data/learning_demo.json is missing";
    golden = nlohmann::json::parse(file);
    A = to_matrix<double>(from_json(golden.at("A")));
    W0 = to_matrix<double>(from_json(golden.at("W0")));
    H0 = to_matrix<double>(from_json(golden.at("H0")));
  }

  static Options options(Index panel_rows) {
    Options options = options_for(BackendKind::cuda, 2);
    options.algorithm = Algorithm::mu;
    options.init = Init::custom;
    options.max_iterations = 50;
    options.check_every = 1;
    options.panel_rows = panel_rows;
    return options;
  }

  InitialFactors<double> start() const { return {W0.view(), H0.view()}; }

  nlohmann::json golden;
  Matrix<double> A;
  Matrix<double> W0;
  Matrix<double> H0;
};

TEST_F(CudaGoldenTest, FactorsAfter1And2And10And50Updates) {
  for (const Index panel_rows : {Index{0}, Index{33}}) {
    Solver<double> solver(A.view(), options(panel_rows), start());
    for (const Index frame : {1, 2, 10, 50}) {
      SCOPED_TRACE(::testing::Message() << frame << " updates, panels of " << panel_rows);
      while (solver.iteration() < frame) solver.step();
      const nlohmann::json& expected = golden.at("frames").at(std::to_string(frame));
      EXPECT_TRUE(entries_close(to_dense(solver.W()), from_json(expected.at("W")), kTolerance));
      EXPECT_TRUE(
          entries_close(transpose(to_dense(solver.Ht())), from_json(expected.at("H")), kTolerance));
    }
  }
}

TEST_F(CudaGoldenTest, AllFiftySquaredErrors) {
  const Result<double> result = factorize<double>(A.view(), options(0), start());
  const auto& expected = golden.at("squared_error");
  ASSERT_EQ(result.loss_history.size(), expected.size());
  for (std::size_t e = 0; e < expected.size(); ++e) {
    const double squared_error = expected.at(e);
    EXPECT_NEAR(2 * result.loss_history[e].loss, squared_error, kTolerance * squared_error) << e;
  }
}

}  // namespace
}  // namespace nonneg::test
