// SPDX-License-Identifier: Apache-2.0
// A stopping rule of one's own, of loss, time and the factors themselves. Stopping is an outcome:
// the factors reached are valid. (A signal handler's thread or a button could ask for it just as
// well.)
#include <cmath>
#include <cstdio>
#include <nonneg/nonneg.hpp>
#include <stop_token>

namespace {

// ‖now − before‖ / ‖now‖.
double change(const nonneg::Matrix<double>& now, const nonneg::Matrix<double>& before) {
  double moved = 0, norm = 0;
  for (nonneg::Index e = 0; e < now.size(); ++e) {
    moved += std::pow(now.data()[e] - before.data()[e], 2);
    norm += std::pow(now.data()[e], 2);
  }
  return std::sqrt(moved / norm);
}

}  // namespace

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
  nonneg::Solver solver(A.view(), options);
  nonneg::Matrix<double> former = solver.Ht();
  // Called after each check, on this thread, between two sweeps: the factors are in reach.
  const auto reason = solver.run(stop.get_token(), [&](const nonneg::LossRecord& record) {
    nonneg::Matrix<double> Ht = solver.Ht();
    const double moved = change(Ht, former);
    std::printf("iteration %3d  %.3f s  relative error %.4f  H moved by %.1e\n",
                static_cast<int>(record.iteration), record.seconds, record.relative_error, moved);
    former = std::move(Ht);
    const bool settled = record.iteration > 0 && moved < 1e-2;
    if (settled || record.relative_error < 1e-3 || record.seconds > 5) stop.request_stop();
  });

  const nonneg::Result<double> result = solver.result();
  std::printf("stopped after %d iterations\n", static_cast<int>(result.iterations));
  const bool fell = result.loss_history.back().loss < result.loss_history.front().loss;
  return reason == nonneg::StopReason::cancelled && result.iterations < 1000 && fell ? 0 : 1;
}
