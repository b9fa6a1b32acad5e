#include "io/name_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "io/mapped_file.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {

std::vector<std::string> read_names(const std::string& path, Index wanted, const char* lines) {
  const MappedFile file(path);
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  std::string_view text = file.bytes();
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  // Counted before a name is kept: the file may be another one than was meant.
  const auto ends = static_cast<Index>(std::count(text.begin(), text.end(), '\n'));
  const Index found = ends + (!text.empty() && text.back() != '\n' ? 1 : 0);
  if (found != wanted) {
    throw InvalidArgument(
        fmt::format("{}: has {} name{}, but the matrix has {} {}; there must be one "
                    "name a line for each",
                    path, found, found == 1 ? "" : "s", wanted, lines));
  }
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(found));
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view name = text.substr(0, end);
    if (name.ends_with('\r')) name.remove_suffix(1);
    names.emplace_back(name);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return names;
}

}  // namespace nonneg::io
