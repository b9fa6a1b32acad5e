// Watching the factors form: a sink is handed snapshots while the run goes on, on a thread of its
// own that the solver does not wait for.
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
  nonneg::Solver<float> solver(nonneg::DataView(A.view()), options);
  solver.stream_to(printer);  // at 1, 2, 4, 8, … iterations; SnapshotOptions has other schedules
  solver.run();

  // The last snapshot is that of the factors reached: run() has waited for it.
  std::printf("%d iterations\n", static_cast<int>(solver.iteration()));
  return printer.last == solver.iteration() && printer.last_error < 0.01 ? 0 : 1;
}
