// SPDX-License-Identifier: Apache-2.0
/// Factors that lie in files: read into memory, and looked at.
#pragma once

#include <vector>

#include "nonneg/matrix.hpp"
#include "nonneg/matrix_file.hpp"

namespace nonneg::records {

/// Returns a factor in T (float or double), row-major. Throws InvalidArgument naming the file and
/// the first entry that is negative, NaN or infinite, which no factor has.
template <class T>
Matrix<T> read_factor(const MatrixFile& file);
/// The same of what no run has written: the message calls it `what`, and ends with `remedy`.
template <class T>
Matrix<T> read_factor(const MatrixFile& file, const char* what, const char* remedy);

/// Returns the rows of it that `rows` names, in that order; no other entries are looked at.
template <class T>
Matrix<T> read_factor(const MatrixFile& file, const std::vector<Index>& rows);

}  // namespace nonneg::records
