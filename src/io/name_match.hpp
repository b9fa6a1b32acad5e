// SPDX-License-Identifier: Apache-2.0
/// Finds the columns of one matrix among those of another, by their names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nonneg/matrix_view.hpp"

namespace nonneg::io {

/// Names of columns, and where they are from: "new.csv", "the model (run)". What messages call a
/// column may be something else.
struct NamedColumns {
  const std::vector<std::string>& names;
  std::string source;
  const char* called = "column";
};

struct NameMatch {
  /// The columns of `given` that are wanted, ascending, and which of the wanted ones each is. Every
  /// wanted column is there once.
  std::vector<Index> columns;
  std::vector<Index> places;
  /// The names of the other columns of `given`.
  std::vector<std::string> left_out;

  /// Whether the columns that are wanted stand in the order in which they are wanted.
  bool in_order() const;
};

/// Matches equal lists name by name, whatever is in them. Of other lists it throws InvalidArgument
/// where a wanted name is missing in `given`, or is twice in either: which column is meant cannot
/// be told then. `remedy` ends these messages.
NameMatch match_names(const NamedColumns& wanted, const NamedColumns& given,
                      const std::string& remedy);

/// Returns the position of the first of `names` that is in `others` too, and only elsewhere there;
/// nothing where there is none, as where the two have no name in common.
std::optional<Index> first_displaced(const std::vector<std::string>& names,
                                     const std::vector<std::string>& others);

/// Returns the names that are there more than once, each of them once, in the order of their second
/// occurrence.
std::vector<std::string> repeated_names(const std::vector<std::string>& names);

}  // namespace nonneg::io
