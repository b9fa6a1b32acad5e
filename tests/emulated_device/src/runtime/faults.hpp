// SPDX-License-Identifier: Apache-2.0
// Failing on demand: every call that may fail on a real device is counted, and the n-th one fails.
#pragma once

#include <cstdint>

namespace nonneg::emulated {

/// Counts a call that can fail; true: this is the one to fail.
bool inject_failure(const char* call);
/// Calls that could have failed since the start, or since the last set_failure.
std::uint64_t failable_calls();
/// The n-th failable call from here on fails; 0: none. Starts the count anew.
void set_failure(std::uint64_t n);

}  // namespace nonneg::emulated
