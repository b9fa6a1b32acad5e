// SPDX-License-Identifier: Apache-2.0
/// Rows and columns of A of which nothing is observed: nothing says what their factors are.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "backend/backend.hpp"

namespace nonneg {

/// Sets these rows of F, in ascending order, to 0. Multiplicative updates leave them there, as
/// their numerators and denominators are 0; a penalty takes them to the floor, which is the
/// minimiser then.
template <class T>
void set_rows_to_zero(Backend<T>& backend, const std::vector<Index>& rows, MatrixView<T> F) {
  for (std::size_t first = 0; first < rows.size();) {
    std::size_t last = first + 1;
    while (last < rows.size() && rows[last] == rows[last - 1] + 1) ++last;
    backend.set_zero(F.row_block(rows[first], static_cast<Index>(last - first)));
    first = last;
  }
}

/// Adds a warning that counts them, where there are any.
inline void warn_of_unobserved(const std::vector<Index>& rows, const std::vector<Index>& columns,
                               std::vector<std::string>& warnings) {
  const auto counted = [](std::size_t count, const char* line) {
    return fmt::format("{} {}{}", count, line, count == 1 ? "" : "s");
  };
  if (rows.empty() && columns.empty()) return;
  warnings.push_back(fmt::format(
      "{}{}{} of A {} no observed entry: nothing says what their factors are, and these are 0",
      rows.empty() ? "" : counted(rows.size(), "row"),
      rows.empty() || columns.empty() ? "" : " and ",
      columns.empty() ? "" : counted(columns.size(), "column"),
      rows.size() + columns.size() == 1 ? "has" : "have"));
}

}  // namespace nonneg
