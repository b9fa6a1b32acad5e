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
#elif CASE == 7
  nonneg::factorize<float>("A.npy", options);  // says: MatrixFile::open
#elif CASE == 8
  nonneg::factorize<int>(nonneg::MatrixView<const int>(nullptr, 0, 0),
                         options);  // says: factorize<float>(A, options)
#elif CASE == 9
  nonneg::Matrix<int> A(2, 3);  // says: MatrixView(entries.data(), rows, columns)
#elif CASE == 10
  nonneg::Solver solver(nonneg::MatrixView<const int>(nullptr, 0, 0),
                        options);  // says: Solver<float> solver(A, options)
#elif CASE == 11
  const nonneg::SparseMatrix A;
  nonneg::Solver solver(A, options);  // says: Solver<float> solver(A, options)
#elif CASE == 12
  nonneg::Solver solver(nonneg::Matrix<float>(2, 3), options);  // says: give A a name first
#elif CASE == 13
  nonneg::Solver<float> solver(std::vector<float>(6),
                               options);  // says: MatrixView(entries.data(), rows, columns)
#elif CASE == 14
  nonneg::transform("A.npy", nonneg::Matrix<float>(2, 3), options);  // says: MatrixFile::open
#elif CASE == 15
  nonneg::transform(nonneg::Matrix<float>(4, 3), std::vector<float>(6),
                    options);  // says: must be a nonneg::Matrix or MatrixView of float
#elif CASE == 16
  nonneg::transform<float>(nonneg::DataView(), nonneg::Matrix<double>(2, 3),
                           options);  // says: must be of one type
#elif CASE == 17
  nonneg::factorize<float>(nonneg::DataView(), options,
                           nonneg::AnyResult());  // says: former.as<float>()
#elif CASE == 18
  nonneg::start_from(nonneg::AnyResult());  // says: deleted
#elif CASE == 19
  const auto W = nonneg::AnyResult().W();  // says: deleted
#elif CASE == 20
  const std::vector<int> offsets;
  nonneg::SparseMatrix::borrow_csr(0, 0, offsets, offsets,
                                   std::vector<float>());  // says: deleted
#elif CASE == 21
  nonneg::reconstruct(nonneg::Matrix<float>(4, 2), nonneg::Matrix<double>(2, 3), 0,
                      4);  // says: must be of one type
#elif CASE == 22
  nonneg::factorize(std::vector<std::vector<float> >(1), 2, 3, options,
                    nonneg::Result<float>());  // says: must be one array of numbers
#endif
}
