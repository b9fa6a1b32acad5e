// A Solver that is watched, and stopped from its callback (a signal handler's thread or a button
// could ask just as well). Stopping is an outcome: the factors reached so far are valid.
#include <cmath>
#include <cstdio>
#include <nonneg/nonneg.hpp>
#include <stop_token>

int main() {
  nonneg::Matrix<double> A(60, 40);
  for (nonneg::Index i = 0; i < A.rows(); ++i) {
    for (nonneg::Index j = 0; j < A.cols(); ++j) {
      A(i, j) = 1 + std::sin(0.1 * static_cast<double>(i * (j % 7)));
    }
  }

  nonneg::Options options;
  options.rank = 3;
  options.algorithm = nonneg::Algorithm::mu;
  options.check_every = 5;
  options.max_iterations = 10'000;
  options.tolerance = 0;  // would run to the limit, if nobody stopped it

  std::stop_source stop;
  nonneg::Solver<double> solver(nonneg::DataView(A.view()), options);
  const nonneg::StopReason reason =
      solver.run(stop.get_token(), [&](const nonneg::LossRecord& record) {
        std::printf("iteration %3d  relative error %.4f\n", static_cast<int>(record.iteration),
                    record.relative_error);
        if (record.iteration >= 30) stop.request_stop();
      });

  const nonneg::Result<double> result = solver.result();
  std::printf("stopped after %d iterations\n", static_cast<int>(result.iterations));
  const auto& history = result.loss_history;
  const bool fell = history.back().loss < history.front().loss;
  return reason == nonneg::StopReason::cancelled && result.iterations == 30 && fell ? 0 : 1;
}
