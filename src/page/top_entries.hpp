// SPDX-License-Identifier: Apache-2.0
/// The largest entries of each component: which rows of A it is in, and which columns it is made
/// of.
#pragma once

#include <vector>

#include "page/factors_view.hpp"

namespace nonneg::page {

struct Entry {
  Index index = 0;
  double value = 0;
};

/// Returns the largest `count` entries of column c of W, the largest first; of equal ones the
/// first. Zeros and NaN are left out.
template <class T>
std::vector<Entry> top_rows(const FactorsView<T>& factors, Index c, std::size_t count);
/// Returns those of row c of H, likewise.
template <class T>
std::vector<Entry> top_columns(const FactorsView<T>& factors, Index c, std::size_t count);

}  // namespace nonneg::page
