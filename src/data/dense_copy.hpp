/// Factors from files, whatever their stored type and order, in the type that the solver takes.
#pragma once

#include "nonneg/data_view.hpp"
#include "nonneg/matrix.hpp"

namespace nonneg::cli {

/// A row-major copy in T (float or double), of sparse data with its zeros; float64 entries are
/// rounded to T. Throws OutOfMemory.
template <class T>
Matrix<T> dense_copy(const DataView& stored);

}  // namespace nonneg::cli
