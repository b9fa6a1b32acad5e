// SPDX-License-Identifier: Apache-2.0
/// A component as a sum of few references.
#pragma once

#include <vector>

#include "nonneg/matrix.hpp"

namespace nonneg::ensemble {

/// A reference in a sum.
struct ReferencePart {
  Index reference = 0;
  /// The component is about Σ weight · reference.
  double weight = 0;
  /// Its part of the sum of all entries of that.
  double share = 0;
};

struct Decomposition {
  /// The largest share first; none of a component that is all zero, or that has nothing in common
  /// with any reference.
  std::vector<ReferencePart> parts;
  /// Of the component and the sum; 0 without parts.
  double cosine = 0;
};

/// How much of the cosine the removal of one reference may cost.
inline constexpr double kAllowedFall = 0.01;

/// For each component (rows of k × n) the non-negative least-squares combination of the references
/// (rows of r × n), from which then, one by one, the reference goes whose removal costs the least
/// of the cosine, as long as that is less than `allowed_fall`; the others are fitted anew each
/// time. Entries are >= 0 and finite.
std::vector<Decomposition> decompose(MatrixView<const double> components,
                                     MatrixView<const double> references,
                                     double allowed_fall = kAllowedFall);

}  // namespace nonneg::ensemble
