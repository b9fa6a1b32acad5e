// SPDX-License-Identifier: Apache-2.0
/// Numbers in messages.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>

namespace nonneg {

/// Returns "0.25", "NaN", "infinite" or "-infinite": the one spelling of what is not finite.
template <class T>
std::string number_words(T value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "infinite" : "-infinite";
  return fmt::format("{}", value);
}

}  // namespace nonneg
