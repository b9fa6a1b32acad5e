// SPDX-License-Identifier: Apache-2.0
#include "io/hdf5_contents.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "nonneg/error.hpp"

namespace nonneg::io {

LoadedMatrix matrix_of(Hdf5Contents contents, const std::string& name) {
  LoadedMatrix matrix;
  if (contents.form == Hdf5Contents::Form::dense) {
    matrix.view = DataView(contents.values.data(), contents.values.type(), contents.rows,
                           contents.cols, std::max<Index>(contents.cols, 1), 1);
  } else {
    const auto make = contents.form == Hdf5Contents::Form::by_columns ? SparseMatrix::from_csc
                                                                      : SparseMatrix::from_csr;
    try {
      matrix.sparse =
          make(contents.rows, contents.cols, contents.offsets, contents.indices, contents.values);
    } catch (const InvalidArgument& e) {
      throw InvalidArgument(fmt::format("{}:{}: {}", name, contents.data_set, e.what()));
    }
    matrix.view = matrix.sparse.view();
  }
  matrix.row_names = std::move(contents.row_names);
  matrix.column_names = std::move(contents.column_names);
  matrix.warnings = std::move(contents.warnings);
  matrix.other_layers = std::move(contents.other_layers);
  return matrix;
}

}  // namespace nonneg::io
