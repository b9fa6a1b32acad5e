// SPDX-License-Identifier: Apache-2.0
#include "records/factor_file.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/number_words.hpp"
#include "data/dense_copy.hpp"
#include "nonneg/error.hpp"

namespace nonneg::records {
namespace {

constexpr const char* kFactor = "a factor";
constexpr const char* kFactorRemedy = "the file is damaged, or no factor of nonneg's";

/// row_of(i) is which row of the file row i of `factor` is.
template <class T, class RowOf>
void require_entries(const MatrixFile& file, const Matrix<T>& factor, const RowOf& row_of,
                     const char* what = kFactor, const char* remedy = kFactorRemedy) {
  for (Index i = 0; i < factor.rows(); ++i) {
    for (Index j = 0; j < factor.cols(); ++j) {
      const T value = factor(i, j);
      if (value >= 0 && !std::isinf(value)) continue;
      throw InvalidArgument(fmt::format(
          "{}: entry ({}, {}) is {}: every entry of {} must be a finite number >= 0; {}",
          file.path(), row_of(i), j, number_words(value), what, remedy));
    }
  }
}

}  // namespace

template <class T>
Matrix<T> read_factor(const MatrixFile& file, const char* what, const char* remedy) {
  Matrix<T> factor = dense_copy<T>(file.view());
  require_entries(
      file, factor, [](Index i) { return i; }, what, remedy);
  return factor;
}

template <class T>
Matrix<T> read_factor(const MatrixFile& file) {
  return read_factor<T>(file, kFactor, kFactorRemedy);
}

template <class T>
Matrix<T> read_factor(const MatrixFile& file, const std::vector<Index>& rows) {
  Matrix<T> factor = dense_copy<T>(file.view(), rows);
  require_entries(file, factor, [&rows](Index i) { return rows[static_cast<std::size_t>(i)]; });
  return factor;
}

template Matrix<float> read_factor(const MatrixFile&);
template Matrix<double> read_factor(const MatrixFile&);
template Matrix<float> read_factor(const MatrixFile&, const char*, const char*);
template Matrix<double> read_factor(const MatrixFile&, const char*, const char*);
template Matrix<float> read_factor(const MatrixFile&, const std::vector<Index>&);
template Matrix<double> read_factor(const MatrixFile&, const std::vector<Index>&);

}  // namespace nonneg::records
