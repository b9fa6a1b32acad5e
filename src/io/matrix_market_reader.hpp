/// Reads MatrixMarket files (https://math.nist.gov/MatrixMarket/formats.html).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/loaded_matrix.hpp"

namespace nonneg::io {

/// The float64 matrix in a text, dense and row-major whatever the file's form; repeated entries are
/// summed. Throws OutOfMemory before allocating where the dense matrix takes more than `max_bytes`;
/// InvalidArgument, with the line, for content that cannot be used.
LoadedMatrix read_matrix_market(std::string_view text, const std::string& name,
                                std::uint64_t max_bytes);

}  // namespace nonneg::io
