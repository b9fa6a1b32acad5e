// SPDX-License-Identifier: Apache-2.0
#include "cpu/quotient_products.hpp"

#include <array>

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include "cpu/divergence.hpp"
#include "formulas/beta_divergence.hpp"

namespace nonneg::cpu {

namespace {

/// The quotients, powers, or entries of A of one tile; more than its columns may be written.
template <class T>
using TileEntries = std::array<T, static_cast<std::size_t>(kTileRows* kTileCols<T>)>;

template <class T>
MatrixView<T> tile_view(TileEntries<T>& entries, Index rows, Index cols) {
  return {entries.data(), rows, cols, kTileCols<T>};
}

/// Sets `inverse` to 1/v. Where the machine estimates it, that is within 2 roundings for float: a
/// division of a whole register takes as long as a dozen multiplications.
template <class V>
void invert(const V& v, V& inverse) {
#if defined(__AVX512F__)
  if constexpr (sizeof(v[0]) == sizeof(float) && sizeof(v) == sizeof(__m512)) {
    const __m512 x = reinterpret_cast<const __m512&>(v);
    const __m512 estimate = _mm512_rcp14_ps(x);
    const __m512 error = _mm512_fnmadd_ps(x, estimate, _mm512_set1_ps(1.0F));
    reinterpret_cast<__m512&>(inverse) = _mm512_fmadd_ps(estimate, error, estimate);
    return;
  }
#endif
  inverse = 1 / v;
}

/// q = a·v^(β−2) and d = v^(β−1) of a register of entries, for the kinds that need no powers.
template <BetaKind Kind, class V>
void take_quotients(const V& a, const V& v, V& q, V& d) {
  if constexpr (Kind == BetaKind::frobenius) {
    q = a;
    d = v;
    return;
  }
  V inverse;
  invert(v, inverse);
  q = a * inverse;
  d = V{} + 1;
  if constexpr (Kind == BetaKind::itakura_saito) {
    q *= inverse;
    d = inverse;
  }
}

/// Turns tiles of A, weights and model, one after the other, into quotients.
template <class T>
class QuotientTiles {
 public:
  QuotientTiles(MatrixView<const T> A, MatrixView<const T> weights, MatrixView<const T> W,
                const TiledFactor<T>& H, const Divergence<T>& divergence, bool denominators)
      : A_(A),
        weights_(weights),
        W_(W),
        H_(H),
        divergence_(divergence),
        denominators_(denominators) {}

  /// Fills q() and, where they are wanted, d().
  void take(Index first_row, Index rows, Index block) {
    switch (beta_kind(divergence_.beta)) {
      case BetaKind::itakura_saito:
        return take_kind<BetaKind::itakura_saito>(first_row, rows, block);
      case BetaKind::kullback_leibler:
        return take_kind<BetaKind::kullback_leibler>(first_row, rows, block);
      case BetaKind::frobenius:
        return take_kind<BetaKind::frobenius>(first_row, rows, block);
      default:  // powers are taken a tile at a time
        break;
    }
    const Index cols = H_.cols(block);
    take_model(first_row, rows, block);
    beta_quotients<T>(tile(A_, first_row, rows, block), tile(weights_, first_row, rows, block),
                      divergence_, tile_view(q_, rows, cols),
                      denominators_ ? tile_view(d_, rows, cols) : MatrixView<T>());
  }

  /// Fills q() with the model itself.
  void take_model(Index first_row, Index rows, Index block) {
    for_each_model_vector(
        W_.row_block(first_row, rows), H_.block(block), H_.cols(block),
        [this](Index r, Index j, const auto& v) { store(v, q_.data() + r * kTileCols<T> + j); });
  }

  const T* q() const { return q_.data(); }
  const T* d() const { return d_.data(); }

  /// The tile of X, where X has rows.
  static MatrixView<const T> tile(MatrixView<const T> X, Index first_row, Index rows, Index block) {
    if (X.rows() == 0) return {};
    const Index first = block * kTileCols<T>;
    return {X.row(first_row) + first, rows, std::min(kTileCols<T>, X.cols() - first), X.ld()};
  }

 private:
  template <BetaKind Kind>
  void take_kind(Index first_row, Index rows, Index block) {
    const MatrixView<const T> a = readable(tile(A_, first_row, rows, block), a_copy_);
    if (weights_.rows() > 0) {
      const MatrixView<const T> w = readable(tile(weights_, first_row, rows, block), weights_copy_);
      denominators_ ? write<Kind, true, true>(first_row, rows, block, a, w)
                    : write<Kind, true, false>(first_row, rows, block, a, w);
    } else {
      denominators_ ? write<Kind, false, true>(first_row, rows, block, a, {})
                    : write<Kind, false, false>(first_row, rows, block, a, {});
    }
  }

  template <BetaKind Kind, bool Weighted, bool Denominators>
  void write(Index first_row, Index rows, Index block, MatrixView<const T> A,
             MatrixView<const T> weights) {
    using Lanes = Vector<T, kRegisterLanes<T>>;
    const Lanes least = divergence_.least - Lanes{};
    const auto finish = [least, A, weights, q_out = q_.data(), d_out = d_.data()](
                            Index r, Index j, const ModelVectors<T>& model) {
      ModelVectors<T> a;
      ModelVectors<T> weight;
      ModelVectors<T> q;
      ModelVectors<T> d;
      load(A.row(r) + j, a);
      if constexpr (Weighted) load(weights.row(r) + j, weight);
#pragma GCC unroll 2
      for (int half = 0; half < 2; ++half) {
        const Lanes v = model.at[half] < least ? least : model.at[half];
        take_quotients<Kind>(a.at[half], v, q.at[half], d.at[half]);
        auto observed = a.at[half] == a.at[half];
        if constexpr (Weighted) {
          q.at[half] *= weight.at[half];
          d.at[half] *= weight.at[half];
          observed = observed & (weight.at[half] > Lanes{});
        }
        q.at[half] = observed ? q.at[half] : Lanes{};
        d.at[half] = observed ? d.at[half] : Lanes{};
      }
      store(q, q_out + r * kTileCols<T> + j);
      if constexpr (Denominators) store(d, d_out + r * kTileCols<T> + j);
    };
    for_each_model_vector(W_.row_block(first_row, rows), H_.block(block), H_.cols(block), finish);
  }

  /// A tile at the end of its rows is copied: whole vectors would reach beyond.
  static MatrixView<const T> readable(MatrixView<const T> tile, TileEntries<T>& copy) {
    if (tile.cols() % kColumnStep<T> == 0) return tile;
    pad_rows(tile, copy.data(), kTileCols<T>);
    return tile_view(copy, tile.rows(), tile.cols());
  }

  MatrixView<const T> A_;
  MatrixView<const T> weights_;
  MatrixView<const T> W_;
  const TiledFactor<T>& H_;
  Divergence<T> divergence_;
  bool denominators_;
  alignas(64) TileEntries<T> q_;
  alignas(64) TileEntries<T> d_;
  alignas(64) TileEntries<T> a_copy_;
  alignas(64) TileEntries<T> weights_copy_;
};

/// A tile's numbers are coefficients, of rows of another matrix, in sums: one sum for each of the
/// tile's rows, or one for each of its columns.
enum class SumFor { tile_rows, tile_columns };

/// The distance between the coefficients of two sums, and of two terms of a sum.
template <SumFor Sums, class T>
constexpr Index kSumStride = Sums == SumFor::tile_rows ? kTileCols<T> : 1;
template <SumFor Sums, class T>
constexpr Index kTermStride = Sums == SumFor::tile_rows ? 1 : kTileCols<T>;

/// `terms` rows, `ld` apart, that may be read in whole vectors.
template <class T>
struct Terms {
  const T* rows;
  Index ld;
  Index terms;
};

/// Columns first … first + used - 1 of the rows, in one vector.
struct Strip {
  Index first;
  Index used;
};

/// out_u += Σ_s tile(u, s)·row_s for `Count` sums, all in registers.
template <SumFor Sums, int Lanes, int Count, class T>
void add_sums(const T* tile, const Terms<T>& terms, MatrixView<T> out, Index first_sum,
              Strip strip) {
  const T* coefficients = tile + first_sum * kSumStride<Sums, T>;
  const T* rows = terms.rows + strip.first;
  Vector<T, Lanes> sums[Count] = {};
  for (Index s = 0; s < terms.terms; ++s) {
    Vector<T, Lanes> row;
    load(rows + s * terms.ld, row);
#pragma GCC unroll 16
    for (int u = 0; u < Count; ++u) {
      sums[u] += coefficients[u * kSumStride<Sums, T> + s * kTermStride<Sums, T>] * row;
    }
  }
  T* to = out.row(first_sum) + strip.first;
  if (strip.used == Lanes) {
#pragma GCC unroll 16
    for (int u = 0; u < Count; ++u) {
      Vector<T, Lanes> sum;
      load(to + u * out.ld(), sum);
      sum += sums[u];
      store(sum, to + u * out.ld());
    }
    return;
  }
#pragma GCC unroll 16
  for (int u = 0; u < Count; ++u) {
    T sum[Lanes];
    store(sums[u], sum);
    for (Index l = 0; l < strip.used; ++l) to[u * out.ld() + l] += sum[l];
  }
}

/// So many sums at a time stay in registers beside what else is needed.
constexpr int kSumsAtOnce = kRegisterBytes == 64 ? 16 : 8;

template <SumFor Sums, int Lanes, class T>
void add_strip(const T* tile, const Terms<T>& terms, MatrixView<T> out, Strip strip) {
  Index u = 0;
  for (; u + kSumsAtOnce <= out.rows(); u += kSumsAtOnce) {
    add_sums<Sums, Lanes, kSumsAtOnce>(tile, terms, out, u, strip);
  }
  for (; u + 4 <= out.rows(); u += 4) add_sums<Sums, Lanes, 4>(tile, terms, out, u, strip);
  for (; u < out.rows(); ++u) add_sums<Sums, Lanes, 1>(tile, terms, out, u, strip);
}

/// Adds to each row of `out` the sum that is for it.
template <SumFor Sums, class T>
void add_all_sums(const T* tile, const Terms<T>& terms, MatrixView<T> out) {
  constexpr Index kWide = kRegisterLanes<T>;
  for (Index first = 0; first < out.cols(); first += kWide) {
    const Strip strip{first, std::min(kWide, out.cols() - first)};
    if (strip.used <= kPaddingStep<T>) {
      add_strip<Sums, kPaddingStep<T>>(tile, terms, out, strip);
    } else {
      add_strip<Sums, kWide>(tile, terms, out, strip);
    }
  }
}

}  // namespace

template <class T>
void add_quotient_products(MatrixView<const T> A, MatrixView<const T> weights,
                           MatrixView<const T> W, const TiledFactor<T>& H,
                           const Divergence<T>& divergence, MatrixView<T> P, MatrixView<T> D) {
  const bool denominators = D.rows() > 0;
  QuotientTiles<T> tiles(A, weights, W, H, divergence, denominators);
  // Rows are outermost, so that A comes from memory in long runs.
  for (Index i = 0; i < A.rows(); i += kTileRows) {
    const Index rows = std::min(kTileRows, A.rows() - i);
    for (Index b = 0; b < H.blocks(); ++b) {
      tiles.take(i, rows, b);
      const Terms<T> terms{H.row(b * kTileCols<T>), H.ld(), H.cols(b)};
      add_all_sums<SumFor::tile_rows>(tiles.q(), terms, P.row_block(i, rows));
      if (denominators) {
        add_all_sums<SumFor::tile_rows>(tiles.d(), terms, D.row_block(i, rows));
      }
    }
  }
}

template <class T>
void add_transposed_quotient_products(MatrixView<const T> A, MatrixView<const T> weights,
                                      MatrixView<const T> W, const TiledFactor<T>& H,
                                      Index first_block, Index count,
                                      const Divergence<T>& divergence, MatrixView<T> P,
                                      MatrixView<T> D) {
  const bool denominators = D.rows() > 0;
  const PaddedRows<T> padded(W, kPaddingStep<T>);
  QuotientTiles<T> tiles(A, weights, W, H, divergence, denominators);
  // Columns are outermost: their sums stay near, and A is in a cache of the core since it was read.
  for (Index b = first_block; b < first_block + count; ++b) {
    const Index first = b * kTileCols<T>;
    for (Index i = 0; i < A.rows(); i += kTileRows) {
      const Index rows = std::min(kTileRows, A.rows() - i);
      tiles.take(i, rows, b);
      const Terms<T> terms{padded.row(i), padded.ld(), rows};
      add_all_sums<SumFor::tile_columns>(tiles.q(), terms, P.row_block(first, H.cols(b)));
      if (denominators) {
        add_all_sums<SumFor::tile_columns>(tiles.d(), terms, D.row_block(first, H.cols(b)));
      }
    }
  }
}

template <class T>
double model_divergence(MatrixView<const T> A, MatrixView<const T> weights, MatrixView<const T> W,
                        const TiledFactor<T>& H, const Divergence<T>& divergence) {
  QuotientTiles<T> tiles(A, weights, W, H, divergence, false);
  double sum = 0;
  for (Index i = 0; i < A.rows(); i += kTileRows) {
    const Index rows = std::min(kTileRows, A.rows() - i);
    for (Index b = 0; b < H.blocks(); ++b) {
      tiles.take_model(i, rows, b);
      const MatrixView<const T> a = tiles.tile(A, i, rows, b);
      const MatrixView<const T> w = tiles.tile(weights, i, rows, b);
      for (Index r = 0; r < rows; ++r) {
        sum += divergence_of<T>(a.row(r), tiles.q() + r * kTileCols<T>,
                                w.rows() > 0 ? w.row(r) : nullptr, a.cols(), divergence);
      }
    }
  }
  return sum;
}

#define NONNEG_INSTANTIATE(T)                                                                      \
  template void add_quotient_products(MatrixView<const T>, MatrixView<const T>,                    \
                                      MatrixView<const T>, const TiledFactor<T>&,                  \
                                      const Divergence<T>&, MatrixView<T>, MatrixView<T>);         \
  template void add_transposed_quotient_products(                                                  \
      MatrixView<const T>, MatrixView<const T>, MatrixView<const T>, const TiledFactor<T>&, Index, \
      Index, const Divergence<T>&, MatrixView<T>, MatrixView<T>);                                  \
  template double model_divergence(MatrixView<const T>, MatrixView<const T>, MatrixView<const T>,  \
                                   const TiledFactor<T>&, const Divergence<T>&);
NONNEG_INSTANTIATE(float)
NONNEG_INSTANTIATE(double)
#undef NONNEG_INSTANTIATE

}  // namespace nonneg::cpu
