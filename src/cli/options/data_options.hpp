// SPDX-License-Identifier: Apache-2.0
/// What of a matrix counts: a file of weights or a mask beside the file of its entries.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/options/option_table.hpp"
#include "io/loaded_matrix.hpp"
#include "nonneg/matrix_file.hpp"
#include "nonneg/options.hpp"

namespace nonneg::cli {

/// At most one of the two.
struct DataArguments {
  std::string weights;
  std::string mask;
};

/// What INPUT is, where it is A.
inline constexpr const char* kInputHelp =
    "Matrix A, m x n: .npy, .csv, .tsv or .mtx, or any of them compressed (.gz, .zst, .xz); sparse "
    ".mtx or .npz; HDF5 (.h5, .hdf5, .h5ad, .h5mu, .loom), also as FILE:/PATH/IN/FILE; 10x "
    "Genomics' folder; - "
    "for standard input";

/// Declares what says how INPUT is to be read, under the heading "Input".
void add_reading(OptionTable& table, OpenOptions& open);
/// Declares those of them that say how a table of text is written.
void add_table_reading(OptionTable& table, TableOptions& written);
/// Declares --missing. `default_text`: see OptionTable.
Option& add_missing(OptionTable& table, Options& options, const std::string& default_text = {});
/// Declares --mask and --weights.
void add_weights(OptionTable& table, DataArguments& data);

/// Returns how A's file is opened for a run with these options, so that it can be again: with
/// absolute paths, and without the files of names, which the run keeps, where they choose no
/// columns.
OpenOptions opened_as(const Options& options, OpenOptions open);

/// Opens A's file for a run with these options; "-" is standard input.
MatrixFile open_input(const std::string& input, const Options& options, OpenOptions open);

/// The error's message, with the file that it is about in front: that of the weights, or of A.
std::string naming_file(const InvalidArgument& error, const std::string& input,
                        const DataArguments& arguments);

/// The names of a file's rows or columns; the file as a message calls it.
struct NamesInFile {
  std::string file;
  const std::vector<std::string>& names;
};

/// Throws InvalidArgument where a row or a column (`line` says which) of what goes with A by
/// position has the name of another one of A.
void require_names_in_place(const NamesInFile& names, const NamesInFile& of_a, const char* line);

/// The entries of a file with the weights or the mask that belong to them.
class WeightedFile {
 public:
  /// `file` must outlive this. Tables of weights are read as `open` says of A's, and transposed
  /// where that is. Throws InvalidArgument naming the file where its shape or the order of its
  /// names is not A's, or a mask has another entry than 0 and 1. Where `columns` names some, only
  /// these columns of both are kept, in that order.
  WeightedFile(const MatrixFile& file, const DataArguments& arguments, const OpenOptions& open,
               const std::vector<Index>& columns = {});

  const DataView& view() const { return view_; }

 private:
  void select(const std::vector<Index>& columns);

  std::optional<MatrixFile> weights_;
  /// Where columns were selected.
  io::LoadedMatrix selected_;
  io::LoadedMatrix selected_weights_;
  DataView view_;
};

}  // namespace nonneg::cli
