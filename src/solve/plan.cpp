// SPDX-License-Identifier: Apache-2.0
#include "solve/plan.hpp"

#include "cpu/plan.hpp"
#include "data/readable.hpp"
#include "devices/plugin_loader.hpp"
#include "init/first_factors.hpp"
#include "nonneg/devices.hpp"
#include "nonneg/plan.hpp"
#include "options/resolve.hpp"
#include "solve/component_moves.hpp"
#include "solve/extrapolation.hpp"
#include "solve/run_sums.hpp"

namespace nonneg {

Buffers run_needs(const Options& options, Index m, Index n) {
  // Sizes do not depend on the compute type.
  Buffers needs = RunSums<double>::needs(options.rank);
  Buffers later;
  if (extrapolates(options)) later.add(Extrapolation<double>::needs(m, n, options.rank));
  if (options.tolerance > 0) {
    later.add(ComponentMoves<double>::needs(m, n, options.rank,
                                            stopping_rule(options, 0).asks_for_last()));
  }
  // What the start holds is free again before the rest is taken. Which of the two is the larger may
  // depend on the workers, of whom there are at most as many as threads.
  const Buffers start = start_needs(options, m, n);
  constexpr std::uint64_t kFewest = sizeof(float);
  constexpr std::uint64_t kMost = sizeof(double);
  const int threads = sweep_threads(m, n, options.rank, options.threads);
  if (start.bytes(kMost, threads) > later.bytes(kMost)) needs.add(start);
  if (start.bytes(kFewest) < later.bytes(kFewest)) needs.add(later);
  return needs;
}

Plan make_plan(const DataView& A, const Options& given, bool scaled) {
  // Of sparse data the number of its entries is looked up.
  if (A.sparse()) require_readable_offsets(Subject::A, A.stored());
  Options options = resolve(given, A);
  const Buffers held = run_needs(options, A.rows(), A.cols());
  const BackendChoice choice = choose_backend(options, A);
  if (choice.kind == BackendKind::cpu) return cpu::plan(A, options, scaled, held);
  options.device = choice.device;
  return cuda_plugin().plugin->plan(A, options, scaled, held);
}

}  // namespace nonneg
