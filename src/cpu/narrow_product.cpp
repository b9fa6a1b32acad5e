// SPDX-License-Identifier: Apache-2.0
#include "cpu/narrow_product.hpp"

#include <algorithm>
#include <cstring>

#include "cpu/padded_rows.hpp"
#include "cpu/register.hpp"

namespace nonneg::cpu {

namespace {

/// Lanes of a vector: one row of a strip of B.
#ifdef __AVX512F__
constexpr int kWide = 16;
#else
constexpr int kWide = 8;
#endif
constexpr int kNarrow = 8;

/// A strip of B and C: columns first … first + used - 1, in one vector.
struct Strip {
  Index first;
  Index used;
};

/// Count rows of C, count rows of A: c_r = Σ_j A(r, j)·b_j, all sums in registers.
template <int Lanes, int Count, class T>
void multiply_rows(MatrixView<const T> A, Index i, const PaddedRows<T>& B, MatrixView<T> C,
                   Strip strip) {
  const T* a = A.row(i);
  const Index lda = A.ld();
  Vector<T, Lanes> sum[Count] = {};
  for (Index j = 0; j < A.cols(); ++j) {
    Vector<T, Lanes> b;
    load(B.row(j) + strip.first, b);
#pragma GCC unroll 16
    for (int r = 0; r < Count; ++r) sum[r] += a[r * lda + j] * b;
  }
  for (int r = 0; r < Count; ++r) {
    std::memcpy(C.row(i + r) + strip.first, &sum[r],
                sizeof(T) * static_cast<std::size_t>(strip.used));
  }
}

/// Count rows of C, count columns of A: c_j += Σ_i A(i, j)·b_i, all sums in registers.
template <int Lanes, int Count, class T>
void add_columns(MatrixView<const T> A, Index j, const PaddedRows<T>& B, MatrixView<T> C,
                 Strip strip) {
  const T* a = A.data() + j;
  const Index lda = A.ld();
  Vector<T, Lanes> sum[Count] = {};
  for (Index i = 0; i < A.rows(); ++i) {
    Vector<T, Lanes> b;
    load(B.row(i) + strip.first, b);
#pragma GCC unroll 16
    for (int c = 0; c < Count; ++c) sum[c] += a[i * lda + c] * b;
  }
  for (int c = 0; c < Count; ++c) {
    T* out = C.row(j + c) + strip.first;
    for (Index l = 0; l < strip.used; ++l) out[l] += sum[c][l];
  }
}

template <int Lanes, class T>
void multiply_strip(MatrixView<const T> A, const PaddedRows<T>& B, MatrixView<T> C, Strip strip) {
  constexpr int kRows = 8;
  Index i = 0;
  for (; i + kRows <= C.rows(); i += kRows) multiply_rows<Lanes, kRows>(A, i, B, C, strip);
  for (; i < C.rows(); ++i) multiply_rows<Lanes, 1>(A, i, B, C, strip);
}

template <int Lanes, class T>
void add_transposed_strip(MatrixView<const T> A, const PaddedRows<T>& B, MatrixView<T> C,
                          Strip strip) {
  constexpr int kColumns = 16;
  Index j = 0;
  for (; j + kColumns <= C.rows(); j += kColumns) add_columns<Lanes, kColumns>(A, j, B, C, strip);
  for (; j < C.rows(); ++j) add_columns<Lanes, 1>(A, j, B, C, strip);
}

/// Cuts k columns into strips: wide vectors first, a narrow one where 8 columns or fewer are left.
template <class Wide, class Narrow>
void for_each_strip(Index k, const Wide& wide, const Narrow& narrow) {
  for (Index first = 0; first < k;) {
    const Index left = k - first;
    if (left <= kNarrow) {
      narrow(Strip{first, left});
      return;
    }
    const Index used = std::min<Index>(left, kWide);
    wide(Strip{first, used});
    first += used;
  }
}

}  // namespace

template <class T>
void narrow_multiply(MatrixView<const T> A, MatrixView<const T> B, MatrixView<T> C) {
  const PaddedRows<T> rows(B, kNarrow);
  for_each_strip(
      C.cols(), [&](Strip strip) { multiply_strip<kWide>(A, rows, C, strip); },
      [&](Strip strip) { multiply_strip<kNarrow>(A, rows, C, strip); });
}

template <class T>
void add_narrow_transposed_product(MatrixView<const T> A, MatrixView<const T> B, MatrixView<T> C) {
  const PaddedRows<T> rows(B, kNarrow);
  for_each_strip(
      C.cols(), [&](Strip strip) { add_transposed_strip<kWide>(A, rows, C, strip); },
      [&](Strip strip) { add_transposed_strip<kNarrow>(A, rows, C, strip); });
}

template void narrow_multiply(MatrixView<const float>, MatrixView<const float>, MatrixView<float>);
template void narrow_multiply(MatrixView<const double>, MatrixView<const double>,
                              MatrixView<double>);
template void add_narrow_transposed_product(MatrixView<const float>, MatrixView<const float>,
                                            MatrixView<float>);
template void add_narrow_transposed_product(MatrixView<const double>, MatrixView<const double>,
                                            MatrixView<double>);

}  // namespace nonneg::cpu
