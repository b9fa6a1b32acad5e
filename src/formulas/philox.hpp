// SPDX-License-Identifier: Apache-2.0
/// Counter-based uniform numbers: Philox 4×32-10 (Salmon, Moraes, Dror & Shaw, SC'11). Host and
/// device code call the same functions.
#pragma once

#include <array>
#include <cstdint>

#include "nonneg/matrix_view.hpp"

namespace nonneg {

/// Which uniform numbers to draw: the same key gives the same entry at the same (row, column) on
/// every backend, however the rows are cut.
struct UniformKey {
  std::uint64_t seed = 0;
  /// Which matrix of the run: 0 for W, 1 for Ht.
  std::uint32_t matrix = 0;
};

/// The generator's ten rounds: four random words for a counter under a key.
constexpr std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                                  std::array<std::uint32_t, 2> key) {
  constexpr std::uint64_t kMultiplier0 = 0xD2511F53;
  constexpr std::uint64_t kMultiplier1 = 0xCD9E8D57;
  constexpr std::uint32_t kWeyl0 = 0x9E3779B9;
  constexpr std::uint32_t kWeyl1 = 0xBB67AE85;
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = kMultiplier0 * counter[0];
    const std::uint64_t product1 = kMultiplier1 * counter[2];
    counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

/// 64 random bits for entry (row, column) of the matrix `key.matrix` under `key.seed`.
constexpr std::uint64_t random_bits(UniformKey key, Index row, Index column) {
  const auto r = static_cast<std::uint64_t>(row);
  const auto words = philox4x32(
      {static_cast<std::uint32_t>(r), static_cast<std::uint32_t>(r >> 32),
       static_cast<std::uint32_t>(column), key.matrix},
      {static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32)});
  return (static_cast<std::uint64_t>(words[0]) << 32) | words[1];
}

/// The bits as a number on the open interval (0, 1), exact in T: the middle of one of 2^23 (float)
/// or 2^52 (double) equal cells, so that the two types agree to half a cell.
template <class T>
constexpr T to_unit_interval(std::uint64_t bits);

template <>
constexpr float to_unit_interval<float>(std::uint64_t bits) {
  return (static_cast<float>(bits >> 41) + 0.5F) * 0x1p-23F;
}
template <>
constexpr double to_unit_interval<double>(std::uint64_t bits) {
  return (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52;
}

}  // namespace nonneg
