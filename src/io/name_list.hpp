// SPDX-License-Identifier: Apache-2.0
/// Files of names.
#pragma once

#include <string>
#include <vector>

#include "nonneg/matrix_view.hpp"

namespace nonneg::io {

/// Returns the names in a file, one per line, compressed or not. Of 10x Genomics' features.tsv and
/// genes.tsv, whose lines hold identifier, name, ..., it is the name. Throws IoError where the file
/// cannot be read, InvalidArgument where its lines hold several fields and it is none of these.
std::vector<std::string> read_names(const std::string& path);

/// The same, and throws InvalidArgument where they are not `wanted` many; `lines` is what they
/// name: "rows", "columns".
std::vector<std::string> read_names(const std::string& path, Index wanted, const char* lines);

}  // namespace nonneg::io
