// SPDX-License-Identifier: Apache-2.0
// Calls that do not compile, one for each CASE: each is one static assertion, with the remedy.
#include <filesystem>
#include <nonneg/nonneg.hpp>
#include <vector>

void call(const nonneg::Options& options) {
#if CASE == 0
  nonneg::factorize("A.npy", options);  // says: MatrixFile::open
#elif CASE == 1
  nonneg::factorize(std::filesystem::path("A.npy"), options);  // says: MatrixFile::open
#elif CASE == 2
  nonneg::factorize(std::vector<float>(6), options);  // says: factorize(entries, rows, columns
#elif CASE == 3
  nonneg::factorize(std::vector<std::vector<double> >(6), options);  // says: row after row
#elif CASE == 4
  const int rows[2][3] = {};
  nonneg::factorize(rows, options);  // says: row after row
#elif CASE == 5
  const auto result = nonneg::factorize(3, options);  // says: nonneg/eigen.hpp
  static_cast<void>(result.relative_error());
#elif CASE == 6
  const float* entries = nullptr;
  nonneg::factorize(entries, 2, 3, options);  // says: MatrixView(pointer, rows, columns)
#endif
}
