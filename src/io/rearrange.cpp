// SPDX-License-Identifier: Apache-2.0
#include "io/rearrange.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/some_of.hpp"
#include "base/utf8.hpp"
#include "io/name_list.hpp"
#include "io/select_columns.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

void require_names(const LoadedMatrix& matrix, const char* option, const std::string& name) {
  if (!matrix.column_names.empty()) return;
  throw InvalidArgument(fmt::format(
      "{}: has no names of columns that {} could find; column_names gives them", name, option));
}

/// Of each name, the columns that have it.
std::unordered_map<std::string, std::vector<Index>> columns_by_name(const LoadedMatrix& matrix) {
  std::unordered_map<std::string, std::vector<Index>> columns;
  for (std::size_t j = 0; j < matrix.column_names.size(); ++j) {
    columns[matrix.column_names[j]].push_back(static_cast<Index>(j));
  }
  return columns;
}

/// Keeps the columns for which `kept` is true.
void keep(LoadedMatrix& matrix, const std::vector<bool>& kept) {
  std::vector<Index> columns;
  std::vector<std::string> names;
  for (std::size_t j = 0; j < kept.size(); ++j) {
    if (!kept[j]) continue;
    columns.push_back(static_cast<Index>(j));
    names.push_back(std::move(matrix.column_names[j]));
  }
  LoadedMatrix selected = select_columns(matrix.view, columns);
  matrix.view = selected.view;
  matrix.storage = std::move(selected.storage);
  matrix.shared = MemoryMapping();
  matrix.sparse = std::move(selected.sparse);
  matrix.column_names = std::move(names);
}

}  // namespace

void transpose(LoadedMatrix& matrix) {
  const DataView& A = matrix.view;
  if (A.sparse()) {
    const SparseView& stored = A.stored();
    SparseMatrix turned = SparseMatrix::from_csc(
        A.cols(), A.rows(), ArrayView(stored.row_offsets(), ElementType::int64, A.rows() + 1),
        ArrayView(stored.columns(), ElementType::int32, stored.entries()),
        ArrayView(stored.values(), stored.type(), stored.entries()));
    matrix.sparse = std::move(turned);
    matrix.view = matrix.sparse.view();
  } else {
    matrix.view = DataView(A.data(), A.type(), A.cols(), A.rows(), A.col_stride(), A.row_stride());
  }
  std::swap(matrix.row_names, matrix.column_names);
}

void drop_columns(LoadedMatrix& matrix, const std::vector<std::string>& names,
                  const std::string& name) {
  require_names(matrix, "drop_columns", name);
  const auto columns = columns_by_name(matrix);
  std::vector<bool> kept(matrix.column_names.size(), true);
  std::vector<std::string> missing;
  for (const std::string& wanted : names) {
    const auto found = columns.find(wanted);
    if (found == columns.end()) {
      missing.push_back(wanted);
      continue;
    }
    for (const Index column : found->second) kept[static_cast<std::size_t>(column)] = false;
  }
  if (!missing.empty()) {
    throw InvalidArgument(
        fmt::format("{}: has no column to drop called {}", name, some_of(missing)));
  }
  keep(matrix, kept);
}

void keep_columns(LoadedMatrix& matrix, const std::string& list, const std::string& name) {
  require_names(matrix, "select_columns", name);
  const auto columns = columns_by_name(matrix);
  std::vector<bool> kept(matrix.column_names.size(), false);
  std::vector<std::string> missing;
  std::vector<std::string> doubled;
  for (const std::string& wanted : read_names(list)) {
    const auto found = columns.find(wanted);
    if (found == columns.end()) {
      missing.push_back(wanted);
    } else if (found->second.size() > 1) {
      doubled.push_back(wanted);
    } else {
      kept[static_cast<std::size_t>(found->second.front())] = true;
    }
  }
  const std::vector<std::string>& wrong = missing.empty() ? doubled : missing;
  if (!wrong.empty()) {
    throw InvalidArgument(
        fmt::format("{}: names {} column{} that {} {}: {}; take {} out of the list", list,
                    wrong.size(), wrong.size() == 1 ? "" : "s", name,
                    missing.empty() ? "has more than once" : "does not have", some_of(wrong),
                    wrong.size() == 1 ? "it" : "them"));
  }
  if (std::none_of(kept.begin(), kept.end(), [](bool one) { return one; })) {
    throw InvalidArgument(fmt::format("{}: names no column to keep", list));
  }
  keep(matrix, kept);
}

void settle_names(LoadedMatrix& matrix, const std::string& name) {
  std::vector<std::string> changed;
  for (auto* const names : {&matrix.row_names, &matrix.column_names}) {
    for (std::string& one : *names) {
      if (make_line(one)) changed.push_back(one);
    }
  }
  if (changed.empty()) return;
  const bool one = changed.size() == 1;
  matrix.warnings.push_back(fmt::format(
      "{}: {} name{} not one line of UTF-8: {}; bytes that are not UTF-8 stand as U+FFFD, line "
      "ends as spaces; iconv -f latin1 -t utf8 converts a file in Latin-1",
      name, changed.size(), one ? " is" : "s are", some_of(changed)));
}

}  // namespace nonneg::io
