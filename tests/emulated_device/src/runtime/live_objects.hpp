// SPDX-License-Identifier: Apache-2.0
// What the program made and has not destroyed, besides device memory.
#pragma once

namespace nonneg::emulated {

struct LiveObjects {
  int pinned = 0;  ///< allocations of page-locked memory
  int streams = 0, events = 0;
  int graphs = 0, executable_graphs = 0;
  int blas_handles = 0;
  /// Streams made without cudaStreamNonBlocking, alive or not: they wait for the default stream.
  int blocking_streams_made = 0;

  int total() const {
    return pinned + streams + events + graphs + executable_graphs + blas_handles;
  }
};

inline LiveObjects& live_objects() {
  static LiveObjects all;
  return all;
}

}  // namespace nonneg::emulated
