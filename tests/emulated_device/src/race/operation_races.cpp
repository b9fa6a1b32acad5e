// SPDX-License-Identifier: Apache-2.0
#include "operation_races.hpp"

#include <unordered_map>

#include "../findings.hpp"
#include "../text.hpp"

namespace nonneg::emulated {
namespace {

constexpr std::uint32_t kAtomic = 0x80000000u;  ///< set beside the number of an atomic writer

struct NumberedOperation {
  std::uint32_t line = 0, position = 0;
  std::uint32_t name = 0;  ///< index into names
};

struct Operations {
  std::vector<NumberedOperation> all{NumberedOperation{}};
  std::vector<std::string> names;
  std::unordered_map<std::string, std::uint32_t> name_numbers;
  std::uint32_t current = 0;
  const VectorClock* clock = nullptr;
  bool enabled = false;
};

Operations& operations() {
  static auto* o = new Operations;
  return *o;
}

bool ordered_before_current(const Operations& ops, std::uint32_t number) {
  const NumberedOperation& other = ops.all[number & ~kAtomic];
  return other.line < ops.clock->size() && (*ops.clock)[other.line] >= other.position;
}

const std::string& name_of(const Operations& ops, std::uint32_t number) {
  return ops.names[ops.all[number & ~kAtomic].name];
}

void report_race(const Operations& ops, const Allocation& allocation, std::uint64_t offset,
                 std::uint32_t other, const char* conflict, const AccessSite* site) {
  const std::string where = site == nullptr ? std::string() : "; " + site->text();
  const std::string& mine = name_of(ops, ops.current);
  const std::string& theirs = name_of(ops, other);
  report(std::string("stream race (") + conflict + ")", mine + "|" + theirs,
         format("%s, not ordered with %s by streams, events or host synchronisation; allocation of "
                "%llu bytes, +%llu%s",
                mine.c_str(), theirs.c_str(), static_cast<unsigned long long>(allocation.size()),
                static_cast<unsigned long long>(offset), where.c_str()));
}

}  // namespace

std::uint32_t number_operation(std::uint32_t line, std::uint32_t position,
                               const std::string& name) {
  Operations& ops = operations();
  const auto [entry, added] =
      ops.name_numbers.try_emplace(name, static_cast<std::uint32_t>(ops.names.size()));
  if (added) ops.names.push_back(name);
  ops.all.push_back({line, position, entry->second});
  return static_cast<std::uint32_t>(ops.all.size() - 1);
}

void begin_operation(std::uint32_t number, const VectorClock& clock) {
  operations().current = number;
  operations().clock = &clock;
}

void end_operation() { operations().current = 0; }

void enable_operation_races(bool enabled) { operations().enabled = enabled; }

bool operation_races_active() { return operations().enabled && operations().current != 0; }

void record_operation_access(Allocation& a, std::uint64_t address, std::uint64_t bytes, bool write,
                             bool atomic, const AccessSite* site) {
  Operations& ops = operations();
  if (!operation_races_active() || bytes == 0) return;
  if (a.operation_shadow.empty())
    a.operation_shadow = ZeroArray<OperationGranule>((a.size() + 3) / 4);
  const std::uint64_t first = (address - a.begin) / 4;
  const std::uint64_t last = (address - a.begin + bytes - 1) / 4;
  const auto unordered = [&](std::uint32_t other) {
    return other != 0 && (other & ~kAtomic) != ops.current && !ordered_before_current(ops, other);
  };
  for (std::uint64_t i = first; i <= last; ++i) {
    OperationGranule& g = a.operation_shadow[i];
    const bool both_atomic = atomic && (g.writer & kAtomic) != 0;
    if (!both_atomic && unordered(g.writer))
      report_race(ops, a, i * 4, g.writer, write ? "write after write" : "read after write", site);
    if (write) {
      for (const std::uint32_t reader : {g.reader, g.earlier_reader})
        if (unordered(reader)) report_race(ops, a, i * 4, reader, "write after read", site);
      g.writer = ops.current | (atomic ? kAtomic : 0);
      g.reader = g.earlier_reader = 0;
    } else if (g.reader != ops.current) {
      // A reader that is ordered before this one need not be kept: who is unordered with it is so
      // with us.
      if (unordered(g.reader)) g.earlier_reader = g.reader;
      g.reader = ops.current;
    }
  }
}

void record_operation_access(const void* pointer, std::size_t bytes, bool write) {
  if (!operation_races_active() || bytes == 0) return;
  const auto address = reinterpret_cast<std::uint64_t>(pointer);
  Allocation* a = find_allocation(address);
  if (a != nullptr && a->contains(address, bytes))
    record_operation_access(*a, address, bytes, write, false, nullptr);
}

}  // namespace nonneg::emulated
