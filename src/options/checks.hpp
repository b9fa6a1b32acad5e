// SPDX-License-Identifier: Apache-2.0
/// Checks of what a caller hands in, shared by the solver and transform.
#pragma once

#include <string_view>

#include "nonneg/options.hpp"
#include "nonneg/plan.hpp"

namespace nonneg {

/// The precision that a run in T computes in: tf32 where options ask for it. Throws InvalidArgument
/// where they ask for another type than T.
template <class T>
Precision require_precision(const Options& options);

/// Throws InvalidArgument naming the first entry of `factor` that is negative, NaN or infinite.
/// Messages call it by `name` where that is not the subject's.
template <class T>
void require_valid_factor(Subject subject, MatrixView<const T> factor, std::string_view name = {});

/// Throws InvalidArgument unless `factor` lies in host memory and is rows × cols.
template <class T>
void require_shape(Subject subject, MatrixView<const T> factor, Index rows, Index cols);

/// Throws InvalidArgument where factor entries of about this size do not fit T: float64 data,
/// computed in float32.
template <class T>
void require_representable(double typical_entry);

/// Throws OutOfMemory where the plan takes more than its device, or the host, has free.
void require_memory(const Plan& plan);

}  // namespace nonneg
