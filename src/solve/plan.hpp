// SPDX-License-Identifier: Apache-2.0
/// What a run holds beside its sweep.
#pragma once

#include "backend/buffers.hpp"
#include "nonneg/options.hpp"

namespace nonneg {

/// What a run over m × n data holds beside its factors and what its sweep holds: the sums of its
/// checks, the factors before a sweep where it extrapolates, and those of earlier checks where it
/// may converge. `options` must be resolved.
Buffers run_needs(const Options& options, Index m, Index n);

}  // namespace nonneg
