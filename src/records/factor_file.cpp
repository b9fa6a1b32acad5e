// SPDX-License-Identifier: Apache-2.0
#include "records/factor_file.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/number_words.hpp"
#include "data/dense_copy.hpp"
#include "nonneg/error.hpp"

namespace nonneg::records {
namespace {

/// row_of(i) is which row of the file row i of `factor` is.
template <class T, class RowOf>
void require_entries(const MatrixFile& file, const Matrix<T>& factor, const RowOf& row_of) {
  for (Index i = 0; i < factor.rows(); ++i) {
    for (Index j = 0; j < factor.cols(); ++j) {
      const T value = factor(i, j);
      if (value >= 0 && !std::isinf(value)) continue;
      throw InvalidArgument(
          fmt::format("{}: entry ({}, {}) is {}: every entry of a factor must be a finite number "
                      ">= 0; the file is damaged, or no factor of nonneg's",
                      file.path(), row_of(i), j, number_words(value)));
    }
  }
}

}  // namespace

template <class T>
Matrix<T> read_factor(const MatrixFile& file) {
  Matrix<T> factor = dense_copy<T>(file.view());
  require_entries(file, factor, [](Index i) { return i; });
  return factor;
}

template <class T>
Matrix<T> read_factor(const MatrixFile& file, const std::vector<Index>& rows) {
  Matrix<T> factor = dense_copy<T>(file.view(), rows);
  require_entries(file, factor, [&rows](Index i) { return rows[static_cast<std::size_t>(i)]; });
  return factor;
}

template Matrix<float> read_factor(const MatrixFile&);
template Matrix<double> read_factor(const MatrixFile&);
template Matrix<float> read_factor(const MatrixFile&, const std::vector<Index>&);
template Matrix<double> read_factor(const MatrixFile&, const std::vector<Index>&);

}  // namespace nonneg::records
