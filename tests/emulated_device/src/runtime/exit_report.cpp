// SPDX-License-Identifier: Apache-2.0
// At the end of the process: the ledger's file, the summary, and the exit status of a process with
// findings.
#include <unistd.h>

#include <cstdio>

#include "../exec/thread_block.hpp"
#include "../findings.hpp"
#include "../memory/arena.hpp"
#include "../settings.hpp"
#include "../text.hpp"
#include "api.hpp"
#include "faults.hpp"
#include "ledger.hpp"
#include "live_objects.hpp"
#include "queue.hpp"

namespace nonneg::emulated {
namespace {

constexpr int kFindingsStatus = 66;
using Ull = unsigned long long;

void write_ledger() {
  const std::string& path = settings().ledger_path;
  if (path.empty()) return;
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) {
    std::fprintf(stderr, "NONNEG_EMU: cannot write the ledger to %s\n", path.c_str());
    return;
  }
  std::fputs(ledger_json().c_str(), file);
  std::fclose(file);
}

void print_summary(int live, std::uint64_t live_bytes) {
  const Ledger& l = ledger();
  std::uint64_t launches = 0;
  for (const auto& [name, counts] : l.kernels) launches += counts.launches;
  std::fprintf(stderr,
               "NONNEG_EMU SUMMARY kernels: %llu launches of %zu kernels, %llu PTX instructions, "
               "findings=%d, live allocations at exit=%d (%llu bytes), failable calls=%llu, "
               "peak device bytes=%llu, graph launches=%llu, operations that never ran=%zu\n",
               static_cast<Ull>(launches), l.kernels.size(),
               static_cast<Ull>(execution_counters().instructions), finding_count(), live,
               static_cast<Ull>(live_bytes), static_cast<Ull>(failable_calls()),
               static_cast<Ull>(l.peak_bytes), static_cast<Ull>(l.graph_launches),
               pending_operations());
  for (const auto& [name, counts] : l.kernels)
    std::fprintf(stderr, "  kernel %6llux %s\n", static_cast<Ull>(counts.launches), name.c_str());
  for (const auto& [name, counts] : l.blas)
    std::fprintf(stderr, "  cublas %6llux %s\n", static_cast<Ull>(counts.calls), name.c_str());
}

/// Destroyed after the program's own static objects. Nothing happens in a process that made no CUDA
/// call.
struct ExitReport {
  ~ExitReport() {
    if (!device_was_used()) return;
    const std::lock_guard lock(api_mutex());
    std::uint64_t live_bytes = 0;
    const int live = live_allocations(&live_bytes);
    if (settings().report_leaks && live > 0)
      report("device memory leaked",
             format("%d live allocations at exit, %llu bytes", live, static_cast<Ull>(live_bytes)));
    if (const LiveObjects& left = live_objects(); settings().report_leaks && left.total() > 0)
      report("objects leaked",
             format("at exit: %d page-locked allocations, %d streams, %d events, %d graphs, "
                    "%d executable graphs, %d cuBLAS handles",
                    left.pinned, left.streams, left.events, left.graphs, left.executable_graphs,
                    left.blas_handles));
    write_ledger();
    std::fflush(stdout);
    if (settings().log_level >= 1) print_summary(live, live_bytes);
    std::fflush(stderr);
    if (finding_count() > 0 && settings().strict) _exit(kFindingsStatus);
  }
};
ExitReport exit_report;

}  // namespace
}  // namespace nonneg::emulated
