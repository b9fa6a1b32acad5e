// SPDX-License-Identifier: Apache-2.0
// Races between device operations (kernels, copies, memsets, cuBLAS calls) on different streams.
//
// Every operation has a place in one line of program order (a stream, or a chain of graph nodes)
// and a vector clock: for each line the last position ordered before it by streams, events or host
// synchronisation. Two operations that touch the same four bytes, one of them writing, must be
// ordered by these clocks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "../memory/arena.hpp"

namespace nonneg::emulated {

using VectorClock = std::vector<std::uint32_t>;

/// Announces an operation; the number stands for it in the shadow of memory.
std::uint32_t number_operation(std::uint32_t line, std::uint32_t position, const std::string& name);

/// The operation that runs now, and what is ordered before it. `clock` must outlive the operation.
void begin_operation(std::uint32_t number, const VectorClock& clock);
void end_operation();

/// Off until a program creates a stream of its own: in one stream there is nothing to race.
void enable_operation_races(bool enabled);
bool operation_races_active();

/// Where in a kernel an access is made; asked for its text only when there is something to report.
class AccessSite {
 public:
  virtual ~AccessSite() = default;
  virtual std::string text() const = 0;
};

/// An access by the current operation to [address, address + bytes) of `allocation`. `site`: null
/// outside of kernels.
void record_operation_access(Allocation& allocation, std::uint64_t address, std::uint64_t bytes,
                             bool write, bool atomic, const AccessSite* site);
/// The same for an access that is not part of a kernel.
void record_operation_access(const void* pointer, std::size_t bytes, bool write);

}  // namespace nonneg::emulated
