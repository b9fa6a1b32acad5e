// SPDX-License-Identifier: Apache-2.0
/// Init::random: uniform factors of the data's size.
#pragma once

#include "backend/backend.hpp"

namespace nonneg {

/// Which matrix of a run is drawn: part of the key, so that no two are alike. Those after the
/// factors are the first basis of NNDSVD's SVD, and what stands for zeros of nndsvdar.
enum class DrawnFactor : std::uint32_t { w = 0, ht = 1, svd = 2, w_fill = 3, ht_fill = 4 };

/// Entries uniform on (0, 2·typical), those below the floor raised to it. The same on every
/// backend, however its rows are cut.
template <class T>
void draw_factor(Backend<T>& backend, DrawnFactor which, std::uint64_t seed, double typical,
                 T floor, MatrixView<T> F) {
  backend.fill_uniform(F, {.seed = seed, .matrix = static_cast<std::uint32_t>(which)}, 0,
                       static_cast<T>(2 * typical), floor);
}

}  // namespace nonneg
