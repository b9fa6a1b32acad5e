// SPDX-License-Identifier: Apache-2.0
/// The header of the .npy files that nonneg writes (NumPy's NEP 1).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "nonneg/data_view.hpp"

namespace nonneg::io {

/// Returns a header of version 1.0 for a matrix of float32 or float64 in C order, padded with
/// spaces so that the entries start at a multiple of 64 bytes.
std::string written_npy_header(ElementType type, Index rows, Index cols);

/// Does the same for an array of any dimensions, none of which is a single number, and of a type in
/// NumPy's words: "<f8", "<U15".
std::string written_npy_header(std::string_view descr, std::span<const Index> shape);

}  // namespace nonneg::io
