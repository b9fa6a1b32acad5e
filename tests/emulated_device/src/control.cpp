// SPDX-License-Identifier: Apache-2.0
// emulated_device.h: what tests ask and tell the emulated device while they run.
#include <algorithm>
#include <cstring>
#include <map>
#include <string>

#include "../emulated_device.h"
#include "findings.hpp"
#include "memory/arena.hpp"
#include "runtime/api.hpp"
#include "runtime/capture.hpp"
#include "runtime/device.hpp"
#include "runtime/faults.hpp"
#include "runtime/ledger.hpp"
#include "runtime/live_objects.hpp"
#include "runtime/queue.hpp"
#include "settings.hpp"

#define NONNEG_EMU_CONTROL extern "C" __attribute__((visibility("default")))

namespace nonneg::emulated {
namespace {

using Transfers = std::map<std::string, TransferCounts>;

TransferCounts transfer(const Transfers& transfers, const char* kind) {
  const auto found = transfers.find(kind);
  return found == transfers.end() ? TransferCounts{} : found->second;
}

nonneg_emu_transfer public_transfer(const Transfers& transfers, const char* kind) {
  const TransferCounts t = transfer(transfers, kind);
  return {t.operations, t.bytes};
}

void add(KernelCounts& to, const KernelCounts& counts) {
  to.launches += counts.launches;
  to.loaded += counts.loaded;
  to.stored += counts.stored;
  to.instructions += counts.instructions;
}
void add(BlasCounts& to, const BlasCounts& counts) {
  to.calls += counts.calls;
  to.flops += counts.flops;
  to.operand_bytes += counts.operand_bytes;
}

/// The sum over entries whose name contains `part`; how many there are goes to `matches`.
template <class Counts>
Counts sum_matching(const std::map<std::string, Counts>& entries, const std::string& part,
                    int* matches) {
  Counts sum;
  *matches = 0;
  for (const auto& [name, counts] : entries) {
    if (name.find(part) == std::string::npos) continue;
    add(sum, counts);
    ++*matches;
  }
  return sum;
}

/// Everything, in the shape of a phase.
PhaseCounts all_phases() {
  const Ledger& l = ledger();
  PhaseCounts p;
  int matches = 0;
  p.kernels = sum_matching(l.kernels, "", &matches);
  p.blas = sum_matching(l.blas, "", &matches);
  p.transfers = l.transfers;
  for (const auto& [call, count] : l.host_waits) p.host_waits += count;
  p.graph_launches = l.graph_launches;
  return p;
}

std::size_t copy_text(const std::string& text, char* buffer, std::size_t capacity) {
  if (buffer != nullptr && capacity > 0) {
    const std::size_t length = std::min(text.size(), capacity - 1);
    std::memcpy(buffer, text.data(), length);
    buffer[length] = '\0';
  }
  return text.size() + 1;
}

}  // namespace
}  // namespace nonneg::emulated

using namespace nonneg::emulated;

NONNEG_EMU_CONTROL void nonneg_emu_fail_at(std::uint64_t n) {
  const std::lock_guard lock(api_mutex());
  set_failure(n);
}

NONNEG_EMU_CONTROL std::uint64_t nonneg_emu_failable_calls(void) {
  const std::lock_guard lock(api_mutex());
  return failable_calls();
}

NONNEG_EMU_CONTROL std::size_t nonneg_emu_failed_call(char* buffer, std::size_t capacity) {
  const std::lock_guard lock(api_mutex());
  return copy_text(failed_call(), buffer, capacity);
}

NONNEG_EMU_CONTROL int nonneg_emu_failed_while_recording(void) {
  const std::lock_guard lock(api_mutex());
  return failed_while_recording() ? 1 : 0;
}

NONNEG_EMU_CONTROL void nonneg_emu_spoil_captures(int count) {
  const std::lock_guard lock(api_mutex());
  spoil_captures(count);
}

NONNEG_EMU_CONTROL void nonneg_emu_set_free_memory(std::uint64_t bytes) {
  const std::lock_guard lock(api_mutex());
  settings().free_memory.fill(std::min(bytes, settings().total_memory));
}

NONNEG_EMU_CONTROL int nonneg_emu_set_device_sums(int enabled) {
  const std::lock_guard lock(api_mutex());
  const bool before = settings().device_sums;
  settings().device_sums = enabled != 0;
  return before ? 1 : 0;
}

NONNEG_EMU_CONTROL void nonneg_emu_set_devices(int count) {
  const std::lock_guard lock(api_mutex());
  settings().device_count = std::clamp(count, 0, kMaxDevices);
  settings().conditions.fill(DeviceCondition::Usable);
  forget_contexts();
}

NONNEG_EMU_CONTROL int nonneg_emu_set_device(int device, const char* condition,
                                             std::uint64_t free_bytes) {
  const std::lock_guard lock(api_mutex());
  const std::string wanted = condition;
  if (device < 0 || device >= kMaxDevices) return 1;
  const std::map<std::string, DeviceCondition> conditions = {
      {"usable", DeviceCondition::Usable},
      {"exclusive", DeviceCondition::Exclusive},
      {"broken", DeviceCondition::Broken},
      {"no code", DeviceCondition::NoCode}};
  const auto found = conditions.find(wanted);
  if (found == conditions.end()) return 1;
  const auto d = static_cast<std::size_t>(device);
  settings().conditions[d] = found->second;
  settings().free_memory[d] = std::min(free_bytes, settings().total_memory);
  return 0;
}

NONNEG_EMU_CONTROL std::uint32_t nonneg_emu_contexts(void) {
  const std::lock_guard lock(api_mutex());
  return contexts();
}

NONNEG_EMU_CONTROL int nonneg_emu_set_order(const char* order, unsigned seed) {
  const std::lock_guard lock(api_mutex());
  if (!set_order(order)) return 1;
  seed_order(seed);
  return 0;
}

NONNEG_EMU_CONTROL void nonneg_emu_shuffle_threads(int enabled, unsigned seed) {
  const std::lock_guard lock(api_mutex());
  settings().shuffle_threads = enabled != 0;
  settings().seed = seed;
}

NONNEG_EMU_CONTROL int nonneg_emu_read_totals(const char* phase, nonneg_emu_totals* totals) {
  const std::lock_guard lock(api_mutex());
  const Ledger& l = ledger();
  PhaseCounts p;
  int status = 0;
  if (phase == nullptr) {
    p = all_phases();
  } else {
    const auto found = l.phases.find(phase);
    if (found != l.phases.end())
      p = found->second;
    else
      status = 1;
  }
  std::memset(totals, 0, sizeof *totals);
  totals->h2d_pinned = public_transfer(p.transfers, "H2D pinned");
  totals->h2d_pageable = public_transfer(p.transfers, "H2D pageable");
  totals->d2h_pinned = public_transfer(p.transfers, "D2H pinned");
  totals->d2h_pageable = public_transfer(p.transfers, "D2H pageable");
  totals->d2d = public_transfer(p.transfers, "D2D");
  totals->memset = public_transfer(p.transfers, "memset");
  totals->kernel_launches = p.kernels.launches;
  totals->kernel_bytes_loaded = p.kernels.loaded;
  totals->kernel_bytes_stored = p.kernels.stored;
  totals->kernel_instructions = p.kernels.instructions;
  totals->blas_calls = p.blas.calls;
  totals->blas_flops = p.blas.flops;
  totals->blas_operand_bytes = p.blas.operand_bytes;
  totals->graph_launches = p.graph_launches;
  totals->host_waits = p.host_waits;
  totals->graphs_instantiated = l.graphs_instantiated;
  totals->allocations = l.allocations;
  totals->frees = l.frees;
  totals->live_bytes = l.live_bytes;
  totals->peak_bytes = l.peak_bytes;
  const TransferCounts pinned = transfer(l.transfers, "pinned host allocations");
  totals->pinned_allocations = pinned.operations;
  totals->pinned_bytes = pinned.bytes;
  totals->most_pending = l.most_pending;
  return status;
}

NONNEG_EMU_CONTROL int nonneg_emu_read_kernels(const char* part, nonneg_emu_kernel_counts* counts) {
  const std::lock_guard lock(api_mutex());
  int matches = 0;
  const KernelCounts k = sum_matching(ledger().kernels, part, &matches);
  *counts = {k.launches, k.loaded, k.stored, k.instructions};
  return matches;
}

NONNEG_EMU_CONTROL int nonneg_emu_read_blas(const char* part, nonneg_emu_blas_counts* counts) {
  const std::lock_guard lock(api_mutex());
  int matches = 0;
  const BlasCounts b = sum_matching(ledger().blas, part, &matches);
  *counts = {b.calls, b.flops, b.operand_bytes};
  return matches;
}

NONNEG_EMU_CONTROL std::size_t nonneg_emu_ledger_json(char* buffer, std::size_t capacity) {
  const std::lock_guard lock(api_mutex());
  return copy_text(ledger_json(), buffer, capacity);
}

NONNEG_EMU_CONTROL void nonneg_emu_reset_ledger(void) {
  const std::lock_guard lock(api_mutex());
  reset_ledger();
}

NONNEG_EMU_CONTROL int nonneg_emu_live_allocations(std::uint64_t* bytes) {
  return live_allocations(bytes);
}

NONNEG_EMU_CONTROL void nonneg_emu_read_objects(nonneg_emu_objects* objects) {
  const std::lock_guard lock(api_mutex());
  const LiveObjects& live = live_objects();
  *objects = {live_allocations(nullptr),
              live.pinned,
              live.streams,
              live.events,
              live.graphs,
              live.executable_graphs,
              live.blas_handles,
              live.blocking_streams_made};
}

NONNEG_EMU_CONTROL void nonneg_emu_run_pending(void) {
  const std::lock_guard lock(api_mutex());
  force_all();
}

NONNEG_EMU_CONTROL int nonneg_emu_finding_count(void) { return finding_count(); }

NONNEG_EMU_CONTROL std::size_t nonneg_emu_take_findings(char* buffer, std::size_t capacity) {
  const std::lock_guard lock(api_mutex());
  std::string text;
  for (const std::string& finding : findings()) text += finding + "\n";
  const std::size_t needed = copy_text(text, buffer, capacity);
  if (needed <= capacity) clear_findings();
  return needed;
}

NONNEG_EMU_CONTROL void nonneg_emu_clear_errors(void) {
  const std::lock_guard lock(api_mutex());
  clear_errors();
}
