// SPDX-License-Identifier: Apache-2.0
/// What a factorization takes on the CPU.
#pragma once

#include "backend/buffers.hpp"
#include "nonneg/plan.hpp"

namespace nonneg::cpu {

/// See Backend::plan; for the CPU, whatever options.backend says.
Plan plan(const DataView& A, const Options& options, bool scaled, const Buffers& held);

}  // namespace nonneg::cpu
