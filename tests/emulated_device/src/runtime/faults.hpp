// SPDX-License-Identifier: Apache-2.0
// Failing on demand: every call that may fail on a real device is counted, and the n-th one fails.
#pragma once

#include <cstdint>
#include <string>

namespace nonneg::emulated {

/// Counts a call that can fail; true: this is the one to fail.
bool inject_failure(const char* call);
/// The call that was made to fail last, with the NVTX range that it was in: "range/call"; empty
/// since set_failure where there was none.
const std::string& failed_call();
/// Calls that could have failed since the start, or since the last set_failure.
std::uint64_t failable_calls();
/// Whether the call that failed last did so while a stream was captured, or was to begin or end a
/// capture or to instantiate its graph. False after set_failure.
bool failed_while_recording();
/// The n-th failable call from here on fails; 0: none. Starts the count anew.
void set_failure(std::uint64_t n);

}  // namespace nonneg::emulated
