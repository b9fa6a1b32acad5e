/// Rows of a stored matrix as numbers to draw.
#pragma once

#include <vector>

#include "nonneg/data_view.hpp"
#include "nonneg/matrix.hpp"

namespace nonneg::render {

/// The rows of `stored` that `rows` names, in that order.
Matrix<double> dense_rows(const DataView& stored, const std::vector<Index>& rows);

/// All of `stored`.
Matrix<double> dense(const DataView& stored);

/// At most `most` of 0 … count - 1, evenly spaced, the first and the last among them.
std::vector<Index> evenly(Index count, Index most);

}  // namespace nonneg::render
