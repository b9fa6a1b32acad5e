// SPDX-License-Identifier: Apache-2.0
#include "io/name_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>

#include "base/memory_info.hpp"
#include "io/cell_text.hpp"
#include "io/compression.hpp"
#include "io/mapped_file.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

/// The text of a file of names, inflated where it is compressed.
class NameText {
 public:
  explicit NameText(const std::string& path) : file_(path) {
    const Compression compression = compression_of(file_.bytes());
    if (compression != Compression::none) {
      inflated_ = decompress(file_.bytes(), compression, path, available_memory_bytes());
    }
    text_ = without_byte_order_mark(inflated_ ? inflated_->text() : file_.bytes());
  }

  std::string_view text() const { return text_; }
  Index lines() const {
    const auto ends = static_cast<Index>(std::count(text_.begin(), text_.end(), '\n'));
    return ends + (!text_.empty() && text_.back() != '\n' ? 1 : 0);
  }

 private:
  MappedFile file_;
  std::optional<ByteBuffer> inflated_;
  std::string_view text_;
};

/// Whether the lines of a file of this name are 10x Genomics': identifier, name, ...
bool holds_features(const std::string& path) {
  const std::string file = std::filesystem::path(path).filename().string();
  return file.find("features.tsv") != std::string::npos ||
         file.find("genes.tsv") != std::string::npos;
}

std::string name_in(std::string_view line, bool features, const std::string& path) {
  const std::size_t tab = line.find('\t');
  if (tab == std::string_view::npos) return std::string(line);
  if (!features) {
    throw InvalidArgument(
        fmt::format("{}: the line {} has several fields with tabs between; a file of names has one "
                    "name a line, as cut -f1 makes it",
                    path, quote_cell(line)));
  }
  const std::string_view rest = line.substr(tab + 1);
  return std::string(rest.substr(0, rest.find('\t')));
}

std::vector<std::string> names_in(const NameText& lines, const std::string& path) {
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(lines.lines()));
  const bool features = holds_features(path);
  std::string_view text = lines.text();
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view name = text.substr(0, end);
    if (name.ends_with('\r')) name.remove_suffix(1);
    names.push_back(name_in(name, features, path));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return names;
}

}  // namespace

std::vector<std::string> read_names(const std::string& path) {
  return names_in(NameText(path), path);
}

std::vector<std::string> read_names(const std::string& path, Index wanted, const char* lines) {
  const NameText text(path);
  // Counted before a name is kept: the file may be another one than was meant.
  const Index found = text.lines();
  if (found != wanted) {
    throw InvalidArgument(
        fmt::format("{}: has {} name{}, but the matrix has {} {}; there must be one "
                    "name a line for each",
                    path, found, found == 1 ? "" : "s", wanted, lines));
  }
  return names_in(text, path);
}

}  // namespace nonneg::io
