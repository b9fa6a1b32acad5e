// SPDX-License-Identifier: Apache-2.0
// A run saved as the command writes it (W.npy, H.npy, run.json), loaded again, and taken further:
// ./save_and_load DIRECTORY
#include <cstdio>
#include <nonneg/nonneg.hpp>
#include <string>

int main(int argc, char** argv) {
  const std::string directory = argc == 2 ? argv[1] : "saved-run";

  nonneg::Matrix<double> A(40, 3);
  for (nonneg::Index i = 0; i < A.rows(); ++i) {
    for (nonneg::Index j = 0; j < A.cols(); ++j) {
      A(i, j) = static_cast<double>((i % 4) * (j + 1) + (i % 7) * (3 - j) * (3 - j));
    }
  }
  nonneg::Options options;
  options.rank = 2;
  options.max_iterations = 10;
  const nonneg::Result<double> result = nonneg::factorize(A, options);
  nonneg::save(directory, result, options, {.column_names = {"red", "green", "blue"}},
               nonneg::IfPresent::replace);

  nonneg::SavedRun run = nonneg::load(directory);
  std::printf("%s: %s has %.3f in component 0; %d iterations, relative error %.1e\n",
              directory.c_str(), run.details.column_names[0].c_str(), run.result.h(0, 0),
              static_cast<int>(run.result.iterations()), run.result.relative_error());
  const bool same = run.result.as<double>().W(3, 1) == result.W(3, 1);

  run.options.max_iterations = 200;
  const auto further =
      nonneg::factorize(A, run.options, nonneg::start_from(run.result.as<double>()));
  std::printf("taken further: relative error %.1e\n", further.relative_error);
  return same && further.relative_error <= result.relative_error ? 0 : 1;
}
