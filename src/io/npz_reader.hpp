// SPDX-License-Identifier: Apache-2.0
/// Reads .npz files: sparse matrices of scipy.sparse.save_npz, and dense ones of numpy.savez.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/loaded_matrix.hpp"

namespace nonneg::io {

/// Returns the matrix in an .npz file's bytes: the sparse one (csr, csc or coo) where the file has
/// one; else the dense array called `array`, or where that is empty the only one. Nothing refers to
/// `bytes` afterwards. Throws InvalidArgument for content that cannot be used, with the member;
/// IoError for a damaged archive; OutOfMemory where the arrays take more than `max_bytes`;
/// NotAvailable in a build without libzip.
LoadedMatrix read_npz(std::string_view bytes, const std::string& name, const std::string& array,
                      std::uint64_t max_bytes);

}  // namespace nonneg::io
