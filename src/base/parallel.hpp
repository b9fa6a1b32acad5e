/// How work is split among threads of the host: statically, so that the same threads do the same
/// work in every run, and results repeat bit for bit.
#pragma once

#include <omp.h>

#include <algorithm>
#include <exception>

#include "nonneg/matrix_view.hpp"

namespace nonneg {

/// The number of threads that this process may run on: its affinity's, not the machine's.
inline int usable_threads() { return std::max(1, omp_get_num_procs()); }

/// Splits 0 … count - 1 into one contiguous range per thread, each a multiple of `grain` long but
/// the last, and calls body(first, size) for each range that is not empty. What a body throws is
/// thrown again on the calling thread, once all have ended.
template <class Body>
void parallel_ranges(int threads, Index count, Index grain, const Body& body) {
  const Index grains = (count + grain - 1) / grain;
  const int used = static_cast<int>(std::clamp<Index>(grains, 1, threads));
  const auto run = [&](int part) {
    const Index first = grains * part / used * grain;
    const Index last = std::min(count, grains * (part + 1) / used * grain);
    if (first < last) body(first, last - first);
  };
  if (used == 1) {
    run(0);
    return;
  }
  std::exception_ptr failure;
#pragma omp parallel num_threads(used)
  {
    // Fewer threads may be given than were asked for; their parts are done all the same.
    for (int part = omp_get_thread_num(); part < used; part += omp_get_num_threads()) {
      try {
        run(part);
      } catch (...) {
#pragma omp critical(nonneg_parallel_failure)
        failure = std::current_exception();
      }
    }
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace nonneg
