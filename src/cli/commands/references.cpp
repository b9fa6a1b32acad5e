// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/references.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <unordered_set>

#include "io/name_match.hpp"
#include "nonneg/error.hpp"
#include "nonneg/matrix_file.hpp"
#include "records/factor_file.hpp"
#include "records/factor_tables.hpp"
#include "records/run_directory.hpp"

namespace nonneg::cli {
namespace {

/// A table as it was read, with references as its rows.
struct Table {
  Matrix<double> entries;
  std::vector<std::string> references;
  std::vector<std::string> features;
  std::string source;
};

constexpr const char* kRemedy =
    "features are matched by name where both sides have names; --by-position takes them as they "
    "stand";

Matrix<double> transposed(const Matrix<double>& X) {
  Matrix<double> turned(X.cols(), X.rows());
  for (Index i = 0; i < X.rows(); ++i) {
    for (Index j = 0; j < X.cols(); ++j) turned(j, i) = X(i, j);
  }
  return turned;
}

/// How many of the model's features are among these names.
std::size_t known_among(const std::vector<std::string>& features,
                        const std::vector<std::string>& names) {
  const std::unordered_set<std::string_view> known(names.begin(), names.end());
  return static_cast<std::size_t>(
      std::count_if(features.begin(), features.end(),
                    [&known](const std::string& name) { return known.contains(name); }));
}

/// Where the references of a file stand: by the names of its features, or by their number.
ReferenceSide side_of(const MatrixFile& file, const records::Model& model, bool by_position) {
  const std::vector<std::string>& features = model.column_names;
  if (!features.empty() && !by_position) {
    const std::size_t of_rows = known_among(features, file.row_names());
    const std::size_t of_columns = known_among(features, file.column_names());
    // Where only some are there, what is missing is named later.
    if (of_rows != of_columns) {
      return of_rows > of_columns ? ReferenceSide::columns : ReferenceSide::rows;
    }
  }
  const Index wanted = model.H.view().cols();
  const bool rows = file.view().cols() == wanted;
  const bool columns = file.view().rows() == wanted;
  if (rows != columns) return rows ? ReferenceSide::rows : ReferenceSide::columns;
  const std::string shape =
      fmt::format("{}: is {} x {}", file.path(), file.view().rows(), file.view().cols());
  if (rows) {
    throw InvalidArgument(fmt::format(
        "{}, and the run has {} features: whether a reference is a row or a column of it cannot be "
        "told; say it with --references rows or --references columns",
        shape, wanted));
  }
  throw InvalidArgument(fmt::format(
      "{}, and the run ({}) has {} features: neither rows nor columns are as many; give references "
      "over the features that the run was made from",
      shape, model.H.path(), wanted));
}

std::vector<std::string> numbered(std::vector<std::string> names, Index wanted, const char* what) {
  for (Index i = std::ssize(names); i < wanted; ++i) {
    names.push_back(fmt::format("{}_{}", what, i + 1));
  }
  return names;
}

Table table_in(const MatrixFile& file, ReferenceSide side) {
  Table table;
  table.entries = records::read_factor<double>(file, "a table of references",
                                               "take that reference out, or give others");
  table.source = file.path();
  table.references = file.row_names();
  table.features = file.column_names();
  if (side == ReferenceSide::columns) {
    table.entries = transposed(table.entries);
    std::swap(table.references, table.features);
  }
  table.references = numbered(std::move(table.references), table.entries.rows(), "reference");
  return table;
}

Table table_of_run(const std::string& directory) {
  const records::Model other = records::open_model(directory);
  Table table;
  table.entries = records::read_factor<double>(other.H);
  for (Index q = 0; q < table.entries.rows(); ++q) {
    table.references.push_back(records::component_name(q));
  }
  table.features = other.column_names;
  table.source = other.H.path();
  return table;
}

}  // namespace

References read_references(const ReferenceArguments& arguments, const records::Model& model) {
  References found;
  Table table;
  if (std::filesystem::is_directory(arguments.path) &&
      (std::filesystem::exists(std::filesystem::path(arguments.path) / "H.npy") ||
       records::holds_unfinished_restarts(arguments.path))) {
    if (arguments.side != ReferenceSide::automatic) {
      throw InvalidArgument(
          fmt::format("{}: is a run, whose components are the rows of H; leave --references out",
                      arguments.path));
    }
    table = table_of_run(arguments.path);
  } else {
    const MatrixFile file = MatrixFile::open(arguments.path, arguments.open);
    const ReferenceSide side = arguments.side != ReferenceSide::automatic
                                   ? arguments.side
                                   : side_of(file, model, arguments.by_position);
    found.warnings = file.warnings();
    table = table_in(file, side);
  }
  found.names = std::move(table.references);
  found.by_name = !arguments.by_position && !model.column_names.empty() && !table.features.empty();
  if (!found.by_name) {
    if (table.entries.cols() != model.H.view().cols()) {
      throw InvalidArgument(
          fmt::format("{}: has {} features, but the run's H ({}) has {}; both must have the same",
                      table.source, table.entries.cols(), model.H.path(), model.H.view().cols()));
    }
    found.entries = std::move(table.entries);
    return found;
  }
  io::NameMatch match = io::match_names(
      {model.column_names, fmt::format("the run's H ({})", model.H.path()), "feature"},
      {table.features, table.source, "feature"}, kRemedy);
  found.left_out = std::move(match.left_out);
  found.entries = Matrix<double>(table.entries.rows(), model.H.view().cols());
  for (Index r = 0; r < found.entries.rows(); ++r) {
    for (std::size_t at = 0; at < match.columns.size(); ++at) {
      found.entries(r, match.places[at]) = table.entries(r, match.columns[at]);
    }
  }
  return found;
}

}  // namespace nonneg::cli
