/// Counter-based uniform numbers: Philox 4×32-10 (Salmon, Moraes, Dror & Shaw, SC'11).
#pragma once

#include <array>
#include <cstdint>

#include "nonneg/backend.hpp"

namespace nonneg {

/// The generator's ten rounds: four random words for a counter under a key.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

/// 64 random bits for entry (row, column) of the matrix `key.matrix` under `key.seed`.
std::uint64_t random_bits(UniformKey key, Index row, Index column);

/// The bits as a number on the open interval (0, 1), exact in T: the middle of one of 2^23 (float)
/// or 2^52 (double) equal cells, so that the two types agree to half a cell.
template <class T>
T to_unit_interval(std::uint64_t bits);

template <>
inline float to_unit_interval<float>(std::uint64_t bits) {
  return (static_cast<float>(bits >> 41) + 0.5F) * 0x1p-23F;
}
template <>
inline double to_unit_interval<double>(std::uint64_t bits) {
  return (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52;
}

}  // namespace nonneg
