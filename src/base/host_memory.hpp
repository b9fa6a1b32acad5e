// SPDX-License-Identifier: Apache-2.0
/// Memory that the host may read.
#pragma once

#include <string>

#include "nonneg/error.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg {

/// Throws InvalidArgument, with what to do, where a matrix that host code would read lies in the
/// memory of a device.
inline void require_on_host(Subject subject, MemorySpace space) {
  if (space == MemorySpace::host) return;
  const std::string name(to_string(subject));
  throw InvalidArgument(subject, name + (subject == Subject::weights ? " lie" : " lies") +
                                     " in the memory of a device, which is not read from there; "
                                     "copy it to host memory first (cudaMemcpy2D into a Matrix)");
}

/// Throws InvalidArgument where a matrix that has rows and columns has no entries behind it.
inline void require_entries(Subject subject, bool there) {
  if (there) return;
  const std::string name(to_string(subject));
  throw InvalidArgument(subject, name + (subject == Subject::weights ? " are" : " is") +
                                     " a null pointer with a size: hand in the address of the "
                                     "entries, or a view of 0 x 0");
}

/// Both of a view.
template <class T>
void require_readable(Subject subject, const MatrixView<T>& view) {
  require_on_host(subject, view.space());
  require_entries(subject, view.data() != nullptr || view.empty());
}

}  // namespace nonneg
