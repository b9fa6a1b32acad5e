// SPDX-License-Identifier: Apache-2.0
// Watching the factors form, by two sinks at once. Each is handed snapshots while the run goes on,
// by a schedule of its own and on a thread of its own that the solver does not wait for.
#include <cstdio>
#include <nonneg/nonneg.hpp>

namespace {

struct Printer final : nonneg::SnapshotSink<float> {
  void accept(const nonneg::Snapshot<float>& snapshot) override {
    std::printf("iteration %3d  relative error %.4f  H(0, 0) = %.3f\n",
                static_cast<int>(snapshot.iteration), snapshot.relative_error,
                static_cast<double>(snapshot.Ht(0, 0)));
    last = snapshot.iteration;
    last_error = snapshot.relative_error;
  }
  nonneg::Index last = -1;
  double last_error = 1;
};

struct Counter final : nonneg::SnapshotSink<float> {
  void accept(const nonneg::Snapshot<float>& snapshot) override {
    ++snapshots;
    last = snapshot.iteration;
  }
  int snapshots = 0;
  nonneg::Index last = -1;
};

}  // namespace

int main() {
  nonneg::Matrix<float> A(80, 50);
  for (nonneg::Index i = 0; i < A.rows(); ++i) {
    for (nonneg::Index j = 0; j < A.cols(); ++j) {
      A(i, j) = static_cast<float>((i % 4) * (j % 3) + (i % 5) * (j % 2));
    }
  }
  nonneg::Options options;
  options.rank = 2;
  options.max_iterations = 40;

  Printer printer;
  Counter counter;
  nonneg::Solver solver(A.view(), options);
  solver.stream_to(printer);  // at 1, 2, 4, 8, … iterations
  solver.stream_to(counter,
                   {.schedule = {.kind = nonneg::SnapshotSchedule::Kind::every, .every = 5}});
  solver.run();

  // The last snapshot is that of the factors reached: run() has waited for it.
  std::printf("%d iterations, %d snapshots counted\n", static_cast<int>(solver.iteration()),
              counter.snapshots);
  const bool both = printer.last == solver.iteration() && counter.last == solver.iteration();
  return both && counter.snapshots > 1 && printer.last_error < 0.01 ? 0 : 1;
}
