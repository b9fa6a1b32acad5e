// SPDX-License-Identifier: Apache-2.0
/// Reads .npy files.
#pragma once

#include <string>
#include <string_view>

#include "io/loaded_matrix.hpp"

namespace nonneg::io {

/// Returns the matrix in an .npy file's bytes. The view points into `bytes`, which must outlive it,
/// unless the entries lie there misaligned and had to be copied to `storage`. Throws
/// InvalidArgument for what parse_npy_header refuses, and where the file holds less or more than
/// its header promises; nothing is allocated before that is known.
LoadedMatrix read_npy(std::string_view bytes, const std::string& name);

/// Returns the matrix in a gzipped .npy file's bytes, inflated to `storage`, which grows as the
/// entries arrive. Throws as read_npy and GzipReader::read do.
LoadedMatrix read_npy_gz(std::string_view compressed, const std::string& name);

}  // namespace nonneg::io
