/// Byte counts for people.
#pragma once

#include <cstdint>
#include <string>

namespace nonneg {

/// "25.6 GB", "512 bytes": powers of 1000, three figures.
std::string byte_count(std::uint64_t bytes);

}  // namespace nonneg
