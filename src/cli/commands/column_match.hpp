// SPDX-License-Identifier: Apache-2.0
/// The columns of new rows, brought together with those of a model's H.
#pragma once

#include <string>
#include <vector>

#include "nonneg/matrix.hpp"
#include "nonneg/matrix_file.hpp"
#include "records/model.hpp"

namespace nonneg::cli {

struct ColumnMatch {
  /// Where both sides have names, and nobody asked for positions.
  bool by_name = false;
  /// Which columns of the input take part, ascending; empty for all of them.
  std::vector<Index> columns;
  /// Which column of H each of these is; empty where they stand in H's order.
  std::vector<Index> places;
  /// The names of the input's columns that the model does not have.
  std::vector<std::string> left_out;

  /// "by name" or "by position".
  const char* words() const { return by_name ? "by name" : "by position"; }
};

/// Matches by name where both sides have names, unless `by_position` is set; else by position.
/// Throws InvalidArgument, naming both files, where names are missing or repeated, and where
/// positions do not agree in number.
ColumnMatch match_columns(const MatrixFile& input, const records::Model& model, bool by_position);

/// Returns H with its columns in the order of the input's. Throws as read_factor() does.
template <class T>
Matrix<T> matched_h(const records::Model& model, const ColumnMatch& match);

}  // namespace nonneg::cli
