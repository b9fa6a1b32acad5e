// SPDX-License-Identifier: Apache-2.0
/// Values that are two numbers: "19,19" of --image-shape, "800x400" of --size.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

namespace nonneg::cli {

/// Reads two numbers of at least 1. Throws InvalidArgument naming `option`, with `example` as the
/// right form.
std::pair<std::int64_t, std::int64_t> parse_pair(std::string_view option, std::string_view text,
                                                 char separator, std::string_view example);

/// Reads the value of --image-shape: rows and columns of the picture that a row of A is.
std::pair<std::int64_t, std::int64_t> parse_image_shape(std::string_view text);

}  // namespace nonneg::cli
