// SPDX-License-Identifier: Apache-2.0
/// What the components of a run are held against: those of another run, or a table of references.
#pragma once

#include <string>
#include <vector>

#include "nonneg/matrix.hpp"
#include "nonneg/open_options.hpp"
#include "records/model.hpp"

namespace nonneg::cli {

/// On which side of a table references stand: each is a row, or a column.
enum class ReferenceSide { automatic, rows, columns };

struct ReferenceArguments {
  /// A run's directory, or a file.
  std::string path;
  OpenOptions open;
  ReferenceSide side = ReferenceSide::automatic;
  bool by_position = false;
};

struct References {
  /// A row for each reference, with the features of the run's components in their order.
  Matrix<double> entries;
  std::vector<std::string> names;
  /// Whether features were found by their names, or taken as they stand.
  bool by_name = false;
  /// The features that the references have and the components do not.
  std::vector<std::string> left_out;
  /// Of the file.
  std::vector<std::string> warnings;
};

/// Reads them, with their features in the order of the model's. Throws InvalidArgument for features
/// that are missing, another number of them, and a table of which both sides or none could be
/// references; and as MatrixFile::open and records::read_factor do.
References read_references(const ReferenceArguments& arguments, const records::Model& model);

}  // namespace nonneg::cli
