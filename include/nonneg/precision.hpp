// SPDX-License-Identifier: Apache-2.0
/// In which type a run computes where Options::precision leaves that open.
#pragma once

#include <string>

#include "nonneg/data_view.hpp"
#include "nonneg/export.hpp"
#include "nonneg/options.hpp"

namespace nonneg {

/// What choose_precision() found, and why.
struct PrecisionChoice {
  /// Never automatic.
  Precision precision = Precision::float32;
  /// Why, in words, where it is neither what options ask for nor what A's stored type says.
  std::string reason;
};

/// The precision that `options` gets for A, which a caller takes a Solver of. automatic: float64
/// for A stored as float64, else float32; but
/// - float32 for whole numbers below 2²⁴ alone, however they are stored;
/// - float64 for integers of 2²⁴ and more, which float32 rounds;
/// - float64 where β lets entries count that lie below what a model in float32 is told from 0 by
///   (docs/numerics.md).
/// Looks at A only where it must: at float64 data and integers of more than 16 bits up to an entry
/// that decides, and for β below some ¼ at all of A. NaN is not looked at.
NONNEG_EXPORT PrecisionChoice choose_precision(const DataView& A, const Options& options);

}  // namespace nonneg
