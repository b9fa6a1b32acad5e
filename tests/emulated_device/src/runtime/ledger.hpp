// SPDX-License-Identifier: Apache-2.0
// What the program made the device do: launches, bytes, flops, transfers, host waits, allocations;
// in all and by NVTX range. The same input gives the same figures on any machine.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace nonneg::emulated {

struct KernelCounts {
  std::uint64_t launches = 0;
  std::uint64_t loaded = 0, stored = 0;  ///< bytes of global memory
  std::uint64_t instructions = 0;
};

struct BlasCounts {
  std::uint64_t calls = 0;
  double flops = 0;
  double operand_bytes = 0;  ///< each operand counted once, read-write ones twice
};

struct TransferCounts {
  std::uint64_t operations = 0;
  std::uint64_t bytes = 0;
};

/// The figures of one NVTX range, nested ranges not included. Work counts where it was submitted,
/// or captured.
struct PhaseCounts {
  KernelCounts kernels;
  BlasCounts blas;
  std::map<std::string, TransferCounts> transfers;
  std::uint64_t host_waits = 0;
  std::uint64_t graph_launches = 0;
};

struct Ledger {
  std::map<std::string, KernelCounts> kernels;
  std::map<std::string, BlasCounts> blas;
  /// "H2D pinned", "H2D pageable", "D2H pinned", "D2H pageable", "D2D", "H2H", "memset", "pinned
  /// host allocations"
  std::map<std::string, TransferCounts> transfers;
  std::map<std::string, std::uint64_t> host_waits;  ///< by the call that waited
  std::map<std::string, PhaseCounts> phases;
  std::uint64_t allocations = 0, frees = 0;
  std::uint64_t live_bytes = 0, peak_bytes = 0;
  std::uint64_t graph_launches = 0, graphs_instantiated = 0;
  std::uint64_t most_pending = 0;  ///< operations that waited in the queue at once
};

Ledger& ledger();
/// Zeroes all counts but the live bytes, from which the peak starts anew.
void reset_ledger();
std::string ledger_json();

void record_kernel(const std::string& name, const KernelCounts& counts);
void record_blas(const std::string& name, double flops, double operand_bytes);
void record_transfer(const std::string& kind, std::uint64_t bytes);
void record_host_wait(const std::string& call);
void record_graph_launch();
void record_allocation(std::uint64_t bytes);
void record_free(std::uint64_t bytes);

/// The NVTX ranges open in this thread, outermost first, joined with '/'; "" outside of any.
const std::string& host_phase();
void push_phase(const std::string& name);
/// Returns the depth of the range closed, or a negative number where none was open.
int pop_phase();

/// Device work is counted under this phase while the scope lives.
class PhaseScope {
 public:
  explicit PhaseScope(const std::string& phase);
  ~PhaseScope();
  PhaseScope(const PhaseScope&) = delete;
  PhaseScope& operator=(const PhaseScope&) = delete;

 private:
  const std::string* previous_;
};

}  // namespace nonneg::emulated
