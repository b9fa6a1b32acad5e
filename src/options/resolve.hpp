// SPDX-License-Identifier: Apache-2.0
/// Options resolved: what they leave open is decided by the data and the machine.
#pragma once

#include "nonneg/options.hpp"

namespace nonneg {

/// The options for data A, with the algorithm that A and the loss decide: never
/// Algorithm::automatic. Throws InvalidArgument as validate() does, and where options do not go
/// together with each other or with A.
Options resolve(Options options, const DataView& A);

/// The compute type for data stored as `stored` that nobody has looked at (choose_precision()
/// does): never automatic.
Precision resolve(Precision precision, ElementType stored) noexcept;

/// True where entries of A take part in the loss unequally: weights, or missing ones.
bool is_weighted(const Options& options, const DataView& A) noexcept;

/// Whether these options, which must be resolved, extrapolate.
bool extrapolates(const Options& options) noexcept;

/// Threads that the host uses for a sweep of this size: `asked`, or for 0 as many as this process
/// may run on and the work is worth.
int sweep_threads(Index rows, Index cols, Index rank, int asked);

}  // namespace nonneg
