// SPDX-License-Identifier: Apache-2.0
#include "cli/options/number_pair.hpp"

#include <fmt/format.h>

#include <charconv>

#include "nonneg/error.hpp"

namespace nonneg::cli {

std::pair<std::int64_t, std::int64_t> parse_pair(std::string_view option, std::string_view text,
                                                 char separator, std::string_view example) {
  std::pair<std::int64_t, std::int64_t> pair{0, 0};
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, pair.first);
  if (first.ec == std::errc() && first.ptr != end && *first.ptr == separator) {
    const auto second = std::from_chars(first.ptr + 1, end, pair.second);
    if (second.ec == std::errc() && second.ptr == end && pair.first >= 1 && pair.second >= 1) {
      return pair;
    }
  }
  throw InvalidArgument(fmt::format("{} {}: must be two whole numbers of at least 1, such as {}",
                                    option, text, example));
}

std::pair<std::int64_t, std::int64_t> parse_image_shape(std::string_view text) {
  return parse_pair("--image-shape", text, ',', "28,28");
}

}  // namespace nonneg::cli
