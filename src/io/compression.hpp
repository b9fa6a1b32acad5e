// SPDX-License-Identifier: Apache-2.0
/// Compressed files, told by the ends of their names or by how they begin.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/byte_buffer.hpp"

namespace nonneg::io {

enum class Compression { none, gzip, zstd, xz };

/// ".gz" for gzip; empty for none.
std::string_view extension_of(Compression compression);

/// What the first bytes say.
Compression compression_of(std::string_view bytes) noexcept;

/// Returns the whole stream, inflated to memory. Throws IoError where it is damaged or cut short,
/// OutOfMemory where it would need more than `max_bytes`, and NotAvailable in a build without the
/// library that the compression takes.
ByteBuffer decompress(std::string_view compressed, Compression compression, const std::string& name,
                      std::uint64_t max_bytes);

}  // namespace nonneg::io
