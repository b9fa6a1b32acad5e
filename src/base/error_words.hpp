// SPDX-License-Identifier: Apache-2.0
/// The system's words for its errors.
#pragma once

#include <string>
#include <system_error>

namespace nonneg {

/// Returns the words of an errno value, such as "No such file or directory". Threads may call this
/// at the same time.
inline std::string error_words(int error) { return std::generic_category().message(error); }

}  // namespace nonneg
