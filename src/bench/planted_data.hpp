// SPDX-License-Identifier: Apache-2.0
/// The matrix that sweeps are timed on, in the stored types that it is asked for.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "base/parallel.hpp"
#include "nonneg/matrix.hpp"
#include "nonneg/sparse_matrix.hpp"

namespace nonneg::bench {

/// A number of [0, 1) for each key, the same on every machine (SplitMix64).
inline float uniform_of(std::uint64_t key) {
  key = (key + 1) * 0x9E3779B97F4A7C15U;
  key = (key ^ (key >> 30U)) * 0xBF58476D1CE4E5B9U;
  key = (key ^ (key >> 27U)) * 0x94D049BB133111EBU;
  return static_cast<float>((key ^ (key >> 31U)) >> 40U) * 0x1p-24F;
}

/// W·H + noise, m × n: factors of rank 32 (at most n / 2), uniform in [0, 1), half of whose entries
/// are 0; noise uniform in [0, 0.1). The same
/// entries for the same seed on every machine.
class PlantedData {
 public:
  PlantedData(Index rows, Index cols, std::uint64_t seed = 0)
      : shift_(seed * 0xD1B54A32D192ED03U), dense_(rows, cols) {
    const Index rank = planted_rank(cols);
    std::vector<float> H(static_cast<std::size_t>(rank * cols));
    for (std::size_t e = 0; e < H.size(); ++e) H[e] = half_zero(kOfH + e);
    parallel_ranges(usable_threads(), rows, 1, [&](Index first, Index count) {
      for (Index i = first; i < first + count; ++i) {
        float* row = &dense_(i, 0);
        const auto at = static_cast<std::uint64_t>(i * cols);
        for (Index j = 0; j < cols; ++j) {
          row[j] = 0.1F * uniform(at + static_cast<std::uint64_t>(j));
        }
        for (Index c = 0; c < rank; ++c) {
          const float w = half_zero(kOfW + static_cast<std::uint64_t>(i * rank + c));
          const float* h = &H[static_cast<std::size_t>(c * cols)];
          if (w > 0) {
            for (Index j = 0; j < cols; ++j) row[j] += w * h[j];
          }
        }
      }
    });
  }

  static Index planted_rank(Index cols) {
    return std::max<Index>(1, std::min<Index>(32, cols / 2));
  }

  const Matrix<float>& dense() const { return dense_; }

  /// Twenty times the entries, rounded and at most 255.
  std::vector<std::uint8_t> bytes() const {
    return converted<std::uint8_t>(
        [](float a) { return static_cast<std::uint8_t>(std::min(255.0F, 20 * a + 0.5F)); });
  }

  /// The entries cut to float16; those below its normal numbers are 0.
  std::vector<Half> halves() const {
    return converted<Half>([](float a) {
      const std::uint32_t bits = std::bit_cast<std::uint32_t>(a) >> 13U;
      constexpr std::uint32_t kBias = 112U << 10U;
      return Half{static_cast<std::uint16_t>(bits > kBias ? bits - kBias : 0)};
    });
  }

  /// One entry of twenty, drawn at random, stored.
  SparseMatrix sparse() const {
    const Index rows = dense_.rows();
    const Index cols = dense_.cols();
    const auto is_stored = [&](Index i, Index j) {
      return uniform(kOfPlaces + static_cast<std::uint64_t>(i * cols + j)) < 0.05F;
    };
    std::vector<Index> offsets(static_cast<std::size_t>(rows) + 1, 0);
    parallel_ranges(usable_threads(), rows, 1, [&](Index first, Index count) {
      for (Index i = first; i < first + count; ++i) {
        for (Index j = 0; j < cols; ++j)
          offsets[static_cast<std::size_t>(i) + 1] += is_stored(i, j);
      }
    });
    for (std::size_t i = 1; i < offsets.size(); ++i) offsets[i] += offsets[i - 1];
    std::vector<std::int32_t> columns(static_cast<std::size_t>(offsets.back()));
    std::vector<float> values(columns.size());
    parallel_ranges(usable_threads(), rows, 1, [&](Index first, Index count) {
      for (Index i = first; i < first + count; ++i) {
        auto at = static_cast<std::size_t>(offsets[static_cast<std::size_t>(i)]);
        for (Index j = 0; j < cols; ++j) {
          if (!is_stored(i, j)) continue;
          columns[at] = static_cast<std::int32_t>(j);
          values[at++] = dense_(i, j);
        }
      }
    });
    return SparseMatrix::from_csr(rows, cols, offsets, columns, values);
  }

 private:
  static constexpr std::uint64_t kOfW = std::uint64_t{1} << 60U;
  static constexpr std::uint64_t kOfH = std::uint64_t{2} << 60U;
  static constexpr std::uint64_t kOfPlaces = std::uint64_t{3} << 60U;

  float uniform(std::uint64_t key) const { return uniform_of(key + shift_); }
  float half_zero(std::uint64_t key) const { return std::max(0.0F, 2 * uniform(key) - 1); }

  template <class E, class Convert>
  std::vector<E> converted(const Convert& convert) const {
    std::vector<E> entries(static_cast<std::size_t>(dense_.size()));
    parallel_ranges(usable_threads(), dense_.size(), 4096, [&](Index first, Index count) {
      for (Index e = first; e < first + count; ++e) {
        entries[static_cast<std::size_t>(e)] = convert(dense_.data()[e]);
      }
    });
    return entries;
  }

  /// Of all keys, by the seed.
  std::uint64_t shift_;
  Matrix<float> dense_;
};

}  // namespace nonneg::bench
