// SPDX-License-Identifier: Apache-2.0
#include "cli/options/data_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "base/number_words.hpp"
#include "data/dense_copy.hpp"
#include "io/name_match.hpp"
#include "io/select_columns.hpp"
#include "nonneg/error.hpp"

namespace nonneg::cli {
namespace {

void require_mask_entry(const std::string& path, Index row, Index column, double value) {
  if (value == 0 || value == 1) return;
  throw InvalidArgument(
      fmt::format("--mask {}: entry ({}, {}) is {}; a mask has 1 for an observed entry and 0 for a "
                  "missing one; --weights takes other numbers",
                  path, row, column, number_words(value)));
}

/// Row by row, so that a mask as large as A takes no memory.
void require_mask(const std::string& path, const DataView& mask) {
  for (Index i = 0; i < mask.rows(); ++i) {
    const DataView row = mask.row_block(i, 1);
    if (row.sparse()) {
      const SparseView& stored = row.stored();
      for (Index e = stored.row_offsets()[0]; e < stored.row_offsets()[1]; ++e) {
        const double value = stored.type() == ElementType::float32
                                 ? static_cast<const float*>(stored.values())[e]
                                 : static_cast<const double*>(stored.values())[e];
        require_mask_entry(path, i, stored.columns()[e], value);
      }
      continue;
    }
    const Matrix<double> entries = dense_copy<double>(row);
    for (Index j = 0; j < entries.cols(); ++j) require_mask_entry(path, i, j, entries(0, j));
  }
}

/// 0 for "no", 1 for "yes", else the number.
Index parse_index(const std::string& text) {
  if (text == "no") return 0;
  if (text == "yes") return 1;
  const Index index =
      std::isdigit(static_cast<unsigned char>(text.empty() ? 'x' : text.front())) != 0
          ? parse_integer("--index", text)
          : 0;
  if (index > 0 || text == "0") return index;
  throw InvalidArgument(
      fmt::format("--index {}: must be yes, no, or the number of a column, from 1", text));
}

}  // namespace

void add_table_reading(OptionTable& table, TableOptions& written) {
  table.add("--header", "yes|no", "Whether a table's first line names the columns",
            "found, or asked for", [&written](const std::string& text) {
              written.header = parse_choice("--header", text, {"yes", "no"}) == 0;
            });
  table.add("--index", "yes|no|N",
            "Whether a table's first column names the rows, or which column does",
            "found, or asked for",
            [&written](const std::string& text) { written.index = parse_index(text); });
  table.text("--delimiter", written.delimiter, "CHAR",
             "What stands between a table's cells; tab, or space for any blanks");
  table.add("--decimal", "CHAR", "A table's decimal point, . or ,", ".",
            [&written](const std::string& text) {
              written.decimal = parse_choice("--decimal", text, {".", ","}) == 0 ? '.' : ',';
            });
  table.text("--comment", written.comment, "TEXT", "Leave out a table's lines that begin so");
}

void add_reading(OptionTable& table, OpenOptions& open) {
  table.group("Input");
  table.text("--dataset", open.dataset, "PATH",
             "Which matrix of an HDF5 file, or which array of an .npz file, A is");
  table.text(
      "--format", open.format, "NAME",
      "What INPUT is, whatever its name: csv, tsv.gz, mtx, ...; or triplets: a table of row, "
      "column and value");
  add_table_reading(table, open.table);
  table.add("--drop-columns", "NAMES",
            "Columns of the file to leave out, with commas between, a name with a comma in double "
            "quotes; by number where they have no names",
            {}, [&open](const std::string& text) { open.drop_columns = names_of_list(text); });
  table.flag("--transpose", open.transpose, "A is the transpose of what INPUT holds");
  table.text("--select-columns", open.select_columns, "FILE",
             "Keep only the columns of A that FILE names, a name a line");
  table.text("--row-names", open.row_names, "FILE",
             "Names of A's rows, one a line, in place of those in INPUT");
  table.text("--column-names", open.column_names, "FILE", "Names of A's columns, likewise");
}

Option& add_missing(OptionTable& table, Options& options, const std::string& default_text) {
  Option& option = table.choice(
      "--missing", options.missing,
      "Entries that nobody observed: NaN and empty cells, or what a sparse matrix does not store");
  if (!default_text.empty()) option.default_text = default_text;
  return option;
}

void add_weights(OptionTable& table, DataArguments& data) {
  table.text("--mask", data.mask, "FILE", "Matrix of 0 for missing entries of A, and 1");
  table.text("--weights", data.weights, "FILE", "Matrix of how much each entry of A counts, >= 0");
}

OpenOptions opened_as(const Options& options, OpenOptions open) {
  open.missing_cells = options.missing == Missing::nan;
  open.row_names.clear();
  if (open.select_columns.empty()) open.column_names.clear();
  for (std::string* const path : {&open.select_columns, &open.column_names}) {
    if (!path->empty()) *path = std::filesystem::absolute(*path).lexically_normal().string();
  }
  return open;
}

MatrixFile open_input(const std::string& input, const Options& options, OpenOptions open) {
  open.missing_cells = options.missing == Missing::nan;
  if (input != "-") return MatrixFile::open(input, open);
  if (open.format.empty()) {
    throw InvalidArgument(
        "standard input has no name that says what it is; give --format, such as --format csv");
  }
  return MatrixFile::open("/dev/stdin", open);
}

std::string naming_file(const InvalidArgument& error, const std::string& input,
                        const DataArguments& arguments) {
  if (error.subject() != Subject::weights) return fmt::format("{}: {}", input, error.what());
  return arguments.mask.empty() ? fmt::format("--weights {}: {}", arguments.weights, error.what())
                                : fmt::format("--mask {}: {}", arguments.mask, error.what());
}

void require_names_in_place(const NamesInFile& names, const NamesInFile& of_a, const char* line) {
  const std::optional<Index> displaced = io::first_displaced(names.names, of_a.names);
  if (!displaced) return;
  const std::string& name = names.names[static_cast<std::size_t>(*displaced)];
  const auto found = std::find(of_a.names.begin(), of_a.names.end(), name) - of_a.names.begin();
  throw InvalidArgument(
      fmt::format("{}: {} {} is named {}, as {} {} of {} is; put both in the same order, or take "
                  "the names away",
                  names.file, line, *displaced, name, line, found, of_a.file));
}

WeightedFile::WeightedFile(const MatrixFile& file, const DataArguments& arguments,
                           const OpenOptions& open, const std::vector<Index>& columns)
    : view_(file.view()) {
  if (!arguments.weights.empty() && !arguments.mask.empty()) {
    throw InvalidArgument("--weights and --mask: use one of them; a mask is weights of 0 and 1");
  }
  const bool masked = !arguments.mask.empty();
  const std::string& path = masked ? arguments.mask : arguments.weights;
  if (!path.empty()) {
    const std::string option = masked ? "--mask" : "--weights";
    OpenOptions as_input;
    as_input.table = open.table;
    as_input.transpose = open.transpose;
    weights_ = MatrixFile::open(path, as_input);
    try {
      view_ = view_.weighted_by(weights_->view());
    } catch (const InvalidArgument& e) {
      throw InvalidArgument(fmt::format("{} {}: {}", option, path, e.what()));
    }
    const std::string named = option + " " + path;
    require_names_in_place({named, weights_->row_names()}, {file.path(), file.row_names()}, "row");
    require_names_in_place({named, weights_->column_names()}, {file.path(), file.column_names()},
                           "column");
    if (masked) require_mask(path, weights_->view());
  }
  if (!columns.empty()) select(columns);
}

void WeightedFile::select(const std::vector<Index>& columns) {
  selected_ = io::select_columns(view_, columns);
  if (weights_) selected_weights_ = io::select_columns(weights_->view(), columns);
  view_ = weights_ ? selected_.view.weighted_by(selected_weights_.view) : selected_.view;
}

}  // namespace nonneg::cli
