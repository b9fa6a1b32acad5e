// SPDX-License-Identifier: Apache-2.0
#include "records/factor_tables.hpp"

#include <fmt/format.h>

#include "nonneg/components.hpp"
#include "records/name_files.hpp"
#include "records/text_pieces.hpp"

namespace nonneg::records {
namespace {

using Take = TextFile::Take;

/// Adds a cell with a number, with as many digits as tell it from its neighbours.
template <class T>
void add_number(TextPieces& lines, T value) {
  lines.add(fmt::format("\t{}", value));
}

std::string name_at(const std::vector<std::string>& names, Index i, const char* line) {
  return names.empty() ? fmt::format("{}_{}", line, i + 1)
                       : table_cell(as_line(names[static_cast<std::size_t>(i)]));
}

template <class T>
void write_w(const Matrix<T>& W, const std::vector<std::string>& names, const Take& take) {
  TextPieces lines(take);
  for (Index q = 0; q < W.cols(); ++q) lines.add("\t" + component_name(q));
  lines.add("\n");
  for (Index i = 0; i < W.rows(); ++i) {
    lines.add(name_at(names, i, "row"));
    for (Index q = 0; q < W.cols(); ++q) add_number(lines, W(i, q));
    lines.add("\n");
  }
  lines.flush();
}

template <class T>
void write_h(const Matrix<T>& Ht, const std::vector<std::string>& names, const Take& take) {
  TextPieces lines(take);
  for (Index j = 0; j < Ht.rows(); ++j) lines.add("\t" + name_at(names, j, "column"));
  lines.add("\n");
  for (Index q = 0; q < Ht.cols(); ++q) {
    lines.add(component_name(q));
    for (Index j = 0; j < Ht.rows(); ++j) add_number(lines, Ht(j, q));
    lines.add("\n");
  }
  lines.flush();
}

template <class T>
void write_top(const Matrix<T>& Ht, const std::vector<std::string>& names, Index top,
               const Take& take) {
  TextPieces lines(take);
  lines.add("component\tplace\tname\tweight\tscore\n");
  for (const TopFeature& feature : top_features<T>(Ht.view(), top)) {
    lines.add(component_name(feature.component));
    lines.add(fmt::format("\t{}\t", feature.place + 1));
    lines.add(name_at(names, feature.feature, "column"));
    add_number(lines, static_cast<T>(feature.weight));
    lines.add(fmt::format("\t{:.6g}\n", feature.score));
  }
  lines.flush();
}

}  // namespace

std::string component_name(Index component) { return fmt::format("component_{}", component + 1); }

std::string table_cell(const std::string& text) {
  const bool plain = text.find_first_of("\t\"\r\n") == std::string::npos &&
                     !text.starts_with(' ') && !text.ends_with(' ');
  if (plain) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

template <class T>
std::vector<TextFile> factor_tables(const Result<T>& result, const AxisNames& names, Index top) {
  std::vector<TextFile> files;
  files.push_back({kWTableFile, {}, [&result, names](const Take& take) {
                     write_w(result.W, names.rows, take);
                   }});
  files.push_back({kHTableFile, {}, [&result, names](const Take& take) {
                     write_h(result.Ht, names.columns, take);
                   }});
  files.push_back({kTopTableFile, {}, [&result, names, top](const Take& take) {
                     write_top(result.Ht, names.columns, top, take);
                   }});
  return files;
}

template std::vector<TextFile> factor_tables(const Result<float>&, const AxisNames&, Index);
template std::vector<TextFile> factor_tables(const Result<double>&, const AxisNames&, Index);

}  // namespace nonneg::records
