// SPDX-License-Identifier: Apache-2.0
/// The header of the .npy files that nonneg writes (NumPy's NEP 1).
#pragma once

#include <string>

#include "nonneg/data_view.hpp"

namespace nonneg::io {

/// Returns a header of version 1.0 for a matrix of float32 or float64 in C order, padded with
/// spaces so that the entries start at a multiple of 64 bytes.
std::string written_npy_header(ElementType type, Index rows, Index cols);

}  // namespace nonneg::io
