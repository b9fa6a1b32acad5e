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

}  // namespace nonneg
