// SPDX-License-Identifier: Apache-2.0
/// What is read from an HDF5 file, before it becomes a matrix: arrays in memory that somebody else
/// owns, and names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "io/loaded_matrix.hpp"
#include "nonneg/sparse_matrix.hpp"

namespace nonneg::io {

/// Returns that many bytes, which it goes on owning, aligned for every ElementType. Throws
/// OutOfMemory.
using Hdf5Memory = std::function<std::byte*(std::uint64_t bytes)>;

struct Hdf5Contents {
  /// How the arrays are meant.
  enum class Form : std::uint32_t { dense, by_rows, by_columns };

  /// Where in the file the matrix is: "/X".
  std::string data_set;
  Form form = Form::dense;
  Index rows = 0;
  Index cols = 0;
  /// Dense entries row after row, or the stored ones of a sparse matrix.
  ArrayView values;
  /// Of a sparse matrix.
  ArrayView indices;
  ArrayView offsets;
  /// Where dense entries lie in the file, if they can be used there; then `values` has their type
  /// alone.
  std::optional<std::uint64_t> place_in_file;
  std::vector<std::string> row_names;
  std::vector<std::string> column_names;
  std::vector<std::string> warnings;
  std::vector<std::string> other_layers;
};

/// Makes the matrix, whose view has a null pointer where its entries lie in the file; dense entries
/// stay where `contents` has them. Throws InvalidArgument, naming the file `name`, for arrays of a
/// sparse matrix that make none.
LoadedMatrix matrix_of(Hdf5Contents contents, const std::string& name);

}  // namespace nonneg::io
