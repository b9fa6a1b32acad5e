// SPDX-License-Identifier: Apache-2.0
#include "ledger.hpp"

#include <algorithm>
#include <vector>

#include "../exec/thread_block.hpp"
#include "../findings.hpp"
#include "../text.hpp"
#include "faults.hpp"
#include "queue.hpp"

namespace nonneg::emulated {
namespace {

using Ull = unsigned long long;

thread_local std::vector<std::string> open_phases;  // each with its ancestors: "sweep/update"
thread_local const std::string* device_phase = nullptr;
const std::string kNoPhase;

PhaseCounts& phase_counts() {
  return ledger().phases[device_phase != nullptr ? *device_phase : host_phase()];
}

void add(KernelCounts& to, const KernelCounts& counts) {
  to.launches += counts.launches;
  to.loaded += counts.loaded;
  to.stored += counts.stored;
  to.instructions += counts.instructions;
}

void add(BlasCounts& to, double flops, double operand_bytes) {
  ++to.calls;
  to.flops += flops;
  to.operand_bytes += operand_bytes;
}

void add(TransferCounts& to, std::uint64_t bytes) {
  ++to.operations;
  to.bytes += bytes;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string json(const KernelCounts& k) {
  return format("{\"launches\": %llu, \"loaded\": %llu, \"stored\": %llu, \"instructions\": %llu}",
                static_cast<Ull>(k.launches), static_cast<Ull>(k.loaded),
                static_cast<Ull>(k.stored), static_cast<Ull>(k.instructions));
}
std::string json(const BlasCounts& b) {
  return format("{\"count\": %llu, \"flops\": %.0f, \"operand_bytes\": %.0f}",
                static_cast<Ull>(b.calls), b.flops, b.operand_bytes);
}
std::string json(const TransferCounts& t) {
  return format("{\"ops\": %llu, \"bytes\": %llu}", static_cast<Ull>(t.operations),
                static_cast<Ull>(t.bytes));
}
std::string json(std::uint64_t count) { return std::to_string(count); }
std::string json(const PhaseCounts& p);

template <class Counts>
std::string json(const std::map<std::string, Counts>& entries) {
  std::string out = "{";
  const char* separator = "";
  for (const auto& [name, counts] : entries) {
    out += separator + std::string("\n  ") + quoted(name) + ": " + json(counts);
    separator = ",";
  }
  return out + "}";
}

std::string json(const PhaseCounts& p) {
  return "{\"kernels\": " + json(p.kernels) + ", \"cublas\": " + json(p.blas) +
         ", \"transfers\": " + json(p.transfers) + ", \"host_syncs\": " + json(p.host_waits) +
         ", \"graph_launches\": " + json(p.graph_launches) + "}";
}

}  // namespace

Ledger& ledger() {
  static auto* l = new Ledger;
  return *l;
}

void reset_ledger() {
  const std::uint64_t live = ledger().live_bytes;
  ledger() = Ledger{};
  ledger().live_bytes = ledger().peak_bytes = live;
}

std::string ledger_json() {
  const Ledger& l = ledger();
  std::string out = format(
      "{\n \"findings\": %d,\n \"instructions\": %llu,\n \"failable_calls\": %llu,\n"
      " \"alloc\": {\"count\": %llu, \"frees\": %llu, \"peak_bytes\": %llu, \"live_bytes\": "
      "%llu},\n"
      " \"graphs\": {\"instantiated\": %llu, \"launches\": %llu},\n"
      " \"max_pending\": %llu, \"never_ran\": %zu,\n",
      finding_count(), static_cast<Ull>(execution_counters().instructions),
      static_cast<Ull>(failable_calls()), static_cast<Ull>(l.allocations),
      static_cast<Ull>(l.frees), static_cast<Ull>(l.peak_bytes), static_cast<Ull>(l.live_bytes),
      static_cast<Ull>(l.graphs_instantiated), static_cast<Ull>(l.graph_launches),
      static_cast<Ull>(l.most_pending), pending_operations());
  out += " \"transfers\": " + json(l.transfers) + ",\n";
  out += " \"host_syncs\": " + json(l.host_waits) + ",\n";
  out += " \"kernels\": " + json(l.kernels) + ",\n";
  out += " \"cublas\": " + json(l.blas) + ",\n";
  out += " \"phases\": " + json(l.phases) + "\n}\n";
  return out;
}

void record_kernel(const std::string& name, const KernelCounts& counts) {
  add(ledger().kernels[name], counts);
  add(phase_counts().kernels, counts);
}

void record_blas(const std::string& name, double flops, double operand_bytes) {
  add(ledger().blas[name], flops, operand_bytes);
  add(phase_counts().blas, flops, operand_bytes);
}

void record_transfer(const std::string& kind, std::uint64_t bytes) {
  add(ledger().transfers[kind], bytes);
  add(phase_counts().transfers[kind], bytes);
}

void record_host_wait(const std::string& call) {
  ++ledger().host_waits[call];
  ++phase_counts().host_waits;
}

void record_graph_launch() {
  ++ledger().graph_launches;
  ++phase_counts().graph_launches;
}

void record_allocation(std::uint64_t bytes) {
  Ledger& l = ledger();
  ++l.allocations;
  l.live_bytes += bytes;
  l.peak_bytes = std::max(l.peak_bytes, l.live_bytes);
}

void record_free(std::uint64_t bytes) {
  ++ledger().frees;
  ledger().live_bytes -= bytes;
}

const std::string& host_phase() { return open_phases.empty() ? kNoPhase : open_phases.back(); }

void push_phase(const std::string& name) {
  open_phases.push_back(open_phases.empty() ? name : open_phases.back() + "/" + name);
}

int pop_phase() {
  if (open_phases.empty()) return -1;
  open_phases.pop_back();
  return static_cast<int>(open_phases.size());
}

PhaseScope::PhaseScope(const std::string& phase) : previous_(device_phase) {
  device_phase = &phase;
}
PhaseScope::~PhaseScope() { device_phase = previous_; }

}  // namespace nonneg::emulated
