// SPDX-License-Identifier: Apache-2.0
/// What of a file to open, how it is written, and what goes with it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nonneg/matrix_view.hpp"

namespace nonneg {

/// How a table of text (.csv, .tsv) is written. What is left open is found in its first lines;
/// where they allow more than one reading, MatrixFile::open asks for the field that decides.
struct TableOptions {
  /// Whether the first line names the columns.
  std::optional<bool> header;
  /// The column that names the rows, counted from 1; 0: none does.
  std::optional<Index> index;
  /// What stands between two cells: one character, or "tab", or "space" for any number of spaces
  /// and tabs. Empty: a comma in .csv, or a semicolon where the first line has no comma; a tab in
  /// .tsv. A first line "sep=;", as Excel writes it, says it, too.
  std::string delimiter;
  /// The decimal point: '.' or ','.
  char decimal = '.';
  /// Lines that begin with this text are left out; empty: none are.
  std::string comment;
};

/// What of a file to open, and what goes with it. Rows and columns are those of the matrix that
/// comes out, except where the file's are named.
struct OpenOptions {
  /// Where in an HDF5 file the matrix lies ("/layers/counts"), or which array of an .npz file it
  /// is; empty for the one that MatrixFile::open finds.
  std::string dataset;
  /// What the file is, as an extension says it: "csv", "tsv.gz", "mtx"; or "triplets": a table of
  /// three columns (row, column, value). Empty: as the file's name ends.
  std::string format;
  /// Files with one name per line, in place of the names that the matrix comes with; empty for
  /// none. Of 10x Genomics' features.tsv it is the names, not the identifiers.
  std::string row_names;
  /// The same for columns.
  std::string column_names;
  /// Cells of a table (.csv, .tsv) that are empty, or that hold a mark such as "NA", "n/a", "null"
  /// or "-", are NaN, as Missing::nan wants it; else they are refused. A sparse matrix that stores
  /// NaN becomes dense.
  bool missing_cells = false;
  /// How a table of text is written, where its first lines leave that open.
  TableOptions table;
  /// Columns of the file to leave out, by name; of a table without names, by number from 1.
  std::vector<std::string> drop_columns;
  /// The matrix is the transpose of the file's.
  bool transpose = false;
  /// A file with one name per line: the columns to keep, in the file's order. Empty: all.
  std::string select_columns;
};

}  // namespace nonneg
