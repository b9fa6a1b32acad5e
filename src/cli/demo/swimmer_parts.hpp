// SPDX-License-Identifier: Apache-2.0
/// Which parts of the swimmer a factorization found, and how they look.
#pragma once

#include <string>
#include <vector>

#include "nonneg/matrix_view.hpp"

namespace nonneg::cli {

/// A part is found when some component points its way: their cosine is at least this.
constexpr double kFoundCosine = 0.99;

struct FoundParts {
  /// For each true part the largest cosine to a component, and which component has it.
  std::vector<double> cosine;
  std::vector<Index> component;

  Index count() const;
  bool torso() const { return !cosine.empty() && cosine.front() >= kFoundCosine; }
};

/// Matches true parts and components. `parts` is p × n, a part per row, the torso first; Ht is n ×
/// k, a component per column.
FoundParts match_parts(MatrixView<const float> parts, MatrixView<const float> Ht);

/// Draws the components in `columns` of Ht side by side, two rows of pixels to a line, in half
/// blocks where `unicode`, else in ASCII. Up to four components fit 80 columns.
std::string draw_components(MatrixView<const float> Ht, const std::vector<Index>& columns,
                            bool unicode);

}  // namespace nonneg::cli
