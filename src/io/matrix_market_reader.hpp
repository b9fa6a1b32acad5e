// SPDX-License-Identifier: Apache-2.0
/// Reads MatrixMarket files (https://math.nist.gov/MatrixMarket/formats.html).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/loaded_matrix.hpp"

namespace nonneg::io {

/// Returns the matrix in a text: sparse from a file of coordinates, in memory proportional to its
/// entries and rows, repeated entries summed; dense float64, row-major, from an array. Values are
/// float64, those of an integer or pattern file float32 where that holds them. Throws OutOfMemory
/// before allocating where the matrix takes more than `max_bytes`; InvalidArgument, with the line,
/// for content that cannot be used.
LoadedMatrix read_matrix_market(std::string_view text, const std::string& name,
                                std::uint64_t max_bytes);

}  // namespace nonneg::io
