// SPDX-License-Identifier: Apache-2.0
/// Byte counts in words.
#pragma once

#include <cstdint>
#include <string>

namespace nonneg {

/// Returns "25.6 GB", "1.25 MB", "512 B": powers of 1000, with three figures.
std::string byte_count(std::uint64_t bytes);

}  // namespace nonneg
