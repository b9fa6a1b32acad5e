// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace nonneg::emulated {

/// printf into a string.
[[gnu::format(printf, 1, 2)]] std::string format(const char* pattern, ...);

}  // namespace nonneg::emulated
