// SPDX-License-Identifier: Apache-2.0
/// The numbers of NumPy's RandomState, so that a program that drew from it can be repeated here.
#pragma once

#include <cstdint>
#include <random>

namespace nonneg::cli {

/// NumPy's legacy generator: MT19937 seeded by init_genrand (which is what std::mt19937 does with a
/// 32-bit seed), uniforms of 53 bits, and normals by Marsaglia's polar method in pairs.
class NumpyRandom {
 public:
  explicit NumpyRandom(std::uint32_t seed) : engine_(seed) {}

  /// RandomState.rand(): on [0, 1), a multiple of 2⁻⁵³.
  double uniform();
  /// RandomState.randn(): standard normal. Each pair costs at least two uniforms, and the second of
  /// a pair is kept for the next call.
  double normal();

 private:
  std::mt19937 engine_;
  bool has_next_normal_ = false;
  double next_normal_ = 0;
};

}  // namespace nonneg::cli
