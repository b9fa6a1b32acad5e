// SPDX-License-Identifier: Apache-2.0
/// What the readers hand back.
#pragma once

#include <string>
#include <vector>

#include "io/byte_buffer.hpp"
#include "io/shared_memory.hpp"
#include "nonneg/data_view.hpp"
#include "nonneg/sparse_matrix.hpp"

namespace nonneg::io {

/// A matrix that a reader found, and what keeps its entries alive: `sparse` where the view is
/// sparse; else `storage` or `shared`, or where both are empty the bytes that the reader was given.
struct LoadedMatrix {
  DataView view;
  ByteBuffer storage{std::string()};
  MemoryMapping shared;
  SparseMatrix sparse;
  /// One per row, or none.
  std::vector<std::string> row_names;
  /// One per column, or none.
  std::vector<std::string> column_names;
  /// How a table of text was read, in words; empty for what leaves no choice.
  std::string layout{};
  /// What a user should know of the file, one sentence each.
  std::vector<std::string> warnings{};
  /// Other matrices of the same rows in the same file, by their places: "/layers/counts".
  std::vector<std::string> other_layers{};
};

}  // namespace nonneg::io
