// SPDX-License-Identifier: Apache-2.0
/// The caller's data as one span, for a copy to a device.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nonneg/data_view.hpp"

namespace nonneg::cuda {

/// Writes the rows to `to`, row-major without gaps, in their stored type, on up to `threads`
/// threads.
void pack_rows(const DataView& rows, std::byte* to, int threads);

/// Copies `bytes` to `to`, on up to `threads` threads.
void pack_bytes(const void* from, std::uint64_t bytes, std::byte* to, int threads);

}  // namespace nonneg::cuda
