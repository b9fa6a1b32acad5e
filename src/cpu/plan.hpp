/// What a factorization takes on the CPU.
#pragma once

#include "nonneg/plan.hpp"

namespace nonneg::cpu {

/// See make_plan; for the CPU, whatever options.backend says.
Plan plan(const DataView& A, const Options& options, bool scaled);

}  // namespace nonneg::cpu
