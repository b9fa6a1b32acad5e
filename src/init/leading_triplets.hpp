// SPDX-License-Identifier: Apache-2.0
/// The leading singular triplets of A by a randomized SVD that reads A through panels (Halko,
/// Martinsson & Tropp 2011).
#pragma once

#include <cstdint>
#include <vector>

#include "backend/buffers.hpp"
#include "panels/panel_crew.hpp"

namespace nonneg {

/// The subspace that the SVD works in, and how often it is multiplied by AᵀA before A is projected
/// onto it; as scikit-learn chooses them, but that a subspace that is all of R^n needs no such
/// pass.
struct SvdSize {
  Index columns = 0;
  Index power_passes = 0;

  SvdSize(Index m, Index n, Index k);
  /// One for each power pass, which forms Aᵀ·(A·Q) panel by panel, and one for the projection.
  Index reads() const { return power_passes + 1; }
};

/// What find_leading_triplets() holds while it works: A·Q (m × columns), Q and AᵀA·Q (n × columns).
Buffers leading_triplets_needs(Index m, Index n, Index k);

/// Fills U (m × k) and V (n × k) with the singular vectors of the crew's A, by falling singular
/// value, and returns the values; k <= min(m, n). Where a value is 0 to rounding, it is returned as
/// 0, and its vectors are zeros. `norm` is ‖A‖.
template <class T>
std::vector<double> find_leading_triplets(Backend<T>& backend, PanelCrew<T>& crew, double norm,
                                          std::uint64_t seed, MatrixView<T> U, MatrixView<T> V);

}  // namespace nonneg
