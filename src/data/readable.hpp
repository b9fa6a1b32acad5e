// SPDX-License-Identifier: Apache-2.0
/// Data that the host may read.
#pragma once

#include "base/host_memory.hpp"
#include "nonneg/data_view.hpp"

namespace nonneg {

/// Throws InvalidArgument, with what to do, where the offsets of A's rows lie behind a null
/// pointer: how many entries A stores cannot be told then. A view of the host's.
inline void require_readable_offsets(Subject subject, const SparseView& A) {
  require_entries(subject, A.rows() == 0 || A.row_offsets() != nullptr);
}

/// Throws InvalidArgument, with what to do, where entries of A lie in the memory of a device, or
/// nowhere: behind a null pointer.
inline void require_readable(Subject subject, const DataView& A) {
  require_on_host(subject, A.space());
  if (!A.sparse()) {
    require_entries(subject, A.data() != nullptr || A.empty());
    return;
  }
  const SparseView& stored = A.stored();
  require_readable_offsets(subject, stored);
  require_entries(subject, stored.entries() == 0 ||
                               (stored.columns() != nullptr && stored.values() != nullptr));
}

}  // namespace nonneg
