/// The system's words for its errors.
#pragma once

#include <string>
#include <system_error>

namespace nonneg {

/// "No such file or directory", of an errno value. Threads may call this at the same time.
inline std::string error_words(int error) { return std::generic_category().message(error); }

}  // namespace nonneg
