/// What the readers hand back.
#pragma once

#include <string>
#include <vector>

#include "io/byte_buffer.hpp"
#include "nonneg/data_view.hpp"

namespace nonneg::io {

/// A matrix that a reader found, and what keeps its entries alive: `storage`, or where that is
/// empty the bytes that the reader was given.
struct LoadedMatrix {
  DataView view;
  ByteBuffer storage{std::string()};
  /// One per row, or none.
  std::vector<std::string> row_names;
  /// One per column, or none.
  std::vector<std::string> column_names;
};

}  // namespace nonneg::io
