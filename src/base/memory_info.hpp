// SPDX-License-Identifier: Apache-2.0
/// How much host memory is left.
#pragma once

#include <cstdint>

namespace nonneg {

/// Bytes that this process can still be given without swapping: the least of what the system has
/// available, what its control groups leave, and its address-space limit. Read anew on every call.
std::uint64_t available_memory_bytes();

}  // namespace nonneg
