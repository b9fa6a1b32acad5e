// SPDX-License-Identifier: Apache-2.0
/// W·Htᵀ a tile at a time: a few rows of W by some rows of Ht, small enough for the first-level
/// cache, on one thread.
#pragma once

#include <algorithm>
#include <limits>

#include "cpu/padded_rows.hpp"
#include "cpu/register.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg::cpu {

/// Rows of a tile.
constexpr Index kTileRows = 16;
/// Columns of a tile: 512 bytes of each row.
template <class T>
constexpr Index kTileCols = 512 / static_cast<Index>(sizeof(T));

/// What a row of a factor is padded to a multiple of, to be read in vectors: half a register, but
/// no less than the narrowest there is.
template <class T>
constexpr Index kPaddingStep = std::max(kRegisterBytes / 2, 16) / static_cast<Index>(sizeof(T));

/// Ht (n × k) laid out for tiles: for each block of kTileCols rows its transpose, k × kTileCols,
/// with zeros beyond n; and its rows, padded where k is no multiple of kPaddingStep.
template <class T>
class TiledFactor {
 public:
  static Index blocks(Index rows) { return (rows + kTileCols<T> - 1) / kTileCols<T>; }
  static Index entries(Index rows, Index rank) {
    const Index padded = padded_cols(rank, kPaddingStep<T>);
    Index tiles = 0;
    Index own = 0;
    Index sum = 0;
    // More than can be counted is what a plan of such a rank says, and no run has.
    if (__builtin_mul_overflow(blocks(rows) * kTileCols<T>, rank, &tiles) ||
        __builtin_mul_overflow(rows, padded == rank ? 0 : padded, &own) ||
        __builtin_add_overflow(tiles, own, &sum)) {
      return std::numeric_limits<Index>::max();
    }
    return sum;
  }

  /// In `memory` of entries(n, k), which fill() fills. Ht must outlive it.
  TiledFactor(MatrixView<const T> Ht, T* memory) : Ht_(Ht), blocks_(memory) {}

  Index blocks() const { return blocks(Ht_.rows()); }

  void fill(Index first_block, Index count) {
    const Index first = first_block * kTileCols<T>;
    const Index last = std::min(first + count * kTileCols<T>, Ht_.rows());
    for (Index j = first; j < last; ++j) {
      T* column = blocks_ + j / kTileCols<T> * kTileCols<T> * Ht_.cols() + j % kTileCols<T>;
      for (Index c = 0; c < Ht_.cols(); ++c) column[c * kTileCols<T>] = Ht_(j, c);
    }
    for (Index b = first_block; b < first_block + count; ++b) {
      T* lines = blocks_ + b * kTileCols<T> * Ht_.cols();
      for (Index c = 0; c < Ht_.cols() && cols(b) < kTileCols<T>; ++c) {
        std::fill(lines + c * kTileCols<T> + cols(b), lines + (c + 1) * kTileCols<T>, T{0});
      }
    }
    if (copied()) {
      pad_rows(Ht_.row_block(first, last - first), padded_rows() + first * ld(), ld());
    }
  }

  const T* block(Index b) const { return blocks_ + b * kTileCols<T> * Ht_.cols(); }
  /// Columns of a tile of block b that are Ht's.
  Index cols(Index b) const { return std::min(kTileCols<T>, Ht_.rows() - b * kTileCols<T>); }
  /// Row j, padded; rows are ld() apart.
  const T* row(Index j) const { return copied() ? padded_rows() + j * ld() : Ht_.row(j); }
  Index ld() const { return copied() ? padded_cols(Ht_.cols(), kPaddingStep<T>) : Ht_.ld(); }

 private:
  bool copied() const { return Ht_.cols() % kPaddingStep<T> != 0; }
  T* padded_rows() const { return blocks_ + blocks() * kTileCols<T> * Ht_.cols(); }

  MatrixView<const T> Ht_;
  T* blocks_;
};

/// Two registers of columns are worked on at a time, and their last may reach beyond a tile's
/// `cols`, but not beyond kTileCols.
template <class T>
constexpr int kColumnStep = 2 * kRegisterLanes<T>;

/// Rows of W at a time: with kColumnStep, as many sums as stay in registers.
constexpr int kModelRows = kRegisterBytes == 64 ? 8 : 4;

/// kColumnStep entries of a row of a tile.
template <class T>
struct ModelVectors {
  Vector<T, kRegisterLanes<T>> at[2];
};

/// Calls finish(r, j, v) with v the entries (r, j) … (r, j + kColumnStep − 1) of the tile. `finish`
/// is a copy, for the compiler to see that nothing else changes what it holds.
template <int Rows, class T, class Finish>
void model_rows(MatrixView<const T> W, Index first_row, const T* block, Index cols, Finish finish) {
  const T* w = W.row(first_row);
  const Index ldw = W.ld();
  for (Index j = 0; j < cols; j += kColumnStep<T>) {
    ModelVectors<T> sums[Rows] = {};
    for (Index c = 0; c < W.cols(); ++c) {
      ModelVectors<T> h;
      load(block + c * kTileCols<T> + j, h);
#pragma GCC unroll 8
      for (int r = 0; r < Rows; ++r) {
        const T weight = w[r * ldw + c];
        sums[r].at[0] += weight * h.at[0];
        sums[r].at[1] += weight * h.at[1];
      }
    }
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) finish(first_row + r, j, sums[r]);
  }
}

/// The tile of W's rows, at most kTileRows, and a block of Ht's.
template <class T, class Finish>
void for_each_model_vector(MatrixView<const T> W, const T* block, Index cols,
                           const Finish& finish) {
  Index r = 0;
  for (; r + kModelRows <= W.rows(); r += kModelRows) {
    model_rows<kModelRows>(W, r, block, cols, finish);
  }
  for (; r < W.rows(); ++r) model_rows<1>(W, r, block, cols, finish);
}

}  // namespace nonneg::cpu
