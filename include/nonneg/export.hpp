// SPDX-License-Identifier: Apache-2.0
/// What every header of nonneg's stands on: the language, and symbol visibility. The library is
/// built with hidden visibility; what carries NONNEG_EXPORT is its interface.
#pragma once

#if __cplusplus <= 201703L && !(defined(_MSVC_LANG) && _MSVC_LANG > 201703L)
#error "nonneg needs C++20: compile with -std=c++20 (CMake: link nonneg::nonneg, which asks for it)"
// A file that there is not ends the compilation here, before older C++ makes a page of errors.
#include <nonneg needs C++20>
#endif

/// \def NONNEG_EXPORT
/// Marks what the library exports.
#if defined(_WIN32)
#define NONNEG_EXPORT
#else
#define NONNEG_EXPORT __attribute__((visibility("default")))
#endif
