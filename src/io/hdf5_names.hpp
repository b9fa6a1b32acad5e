// SPDX-License-Identifier: Apache-2.0
/// The names of rows and columns in HDF5 files: in all forms that AnnData, 10x Genomics and loom
/// have given them.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/hdf5_file.hpp"

namespace nonneg::io {

/// What the names belong to.
struct NamedLines {
  /// How many there must be.
  Index count;
  /// "rows" or "columns".
  const char* what;
};

/// Finds names. Where there are some in a form that is not read, it returns none and says so in
/// `warnings`.
class Hdf5Names {
 public:
  /// `matrix` is the place of the matrix that the names belong to.
  Hdf5Names(const Hdf5File& file, std::string matrix, std::vector<std::string>& warnings)
      : file_(file), matrix_(std::move(matrix)), warnings_(warnings) {}

  /// Returns what is at `place`: texts, numbers, or codes of categories. Throws InvalidArgument
  /// where they are not as many as the lines of the matrix.
  std::vector<std::string> labels(const std::string& place, const NamedLines& lines);
  /// Returns the index of an AnnData table (obs or var), of any of its versions.
  std::vector<std::string> table(const std::string& table, const NamedLines& lines);

 private:
  using Names = std::optional<std::vector<std::string>>;

  Names labels_at(const std::string& place, int depth);
  Names labels_of_group(const std::string& place, int depth);
  Names labels_of_data_set(const std::string& place, int depth);
  Names labels_of_field(const std::string& table);
  Names categories(const std::string& codes, const std::string& categories, int depth);
  std::vector<std::string> checked(Names names, const std::string& place, const NamedLines& lines);

  const Hdf5File& file_;
  std::string matrix_;
  std::vector<std::string>& warnings_;
};

}  // namespace nonneg::io
