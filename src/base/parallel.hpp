// SPDX-License-Identifier: Apache-2.0
/// How work is split among threads of the host: by its size and their number alone, so that results
/// repeat bit for bit, whichever thread comes to which part.
#pragma once

#include <algorithm>

#include "base/thread_team.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg {

/// Splits 0 … count - 1 into as many contiguous ranges as there are threads, each a multiple of
/// `grain` long but the last, and calls body(first, size) for each range that is not empty, on any
/// of the threads. What a body throws is
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
  using Run = decltype(run);
  ThreadTeam::run(
      {.parts = used,
       .call = [](const void* context, int part) { (*static_cast<const Run*>(context))(part); },
       .context = &run});
}

}  // namespace nonneg
