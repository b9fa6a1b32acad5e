#include "cpu/narrow_product.hpp"

#include <algorithm>
#include <cstring>

#include "nonneg/matrix.hpp"

namespace nonneg::cpu {

namespace {

constexpr int kLanes = static_cast<int>(kNarrowColumns);

/// One row of B: 8 lanes, of which k are used.
template <class T>
struct LanesOf {
  using type __attribute__((vector_size(kLanes * sizeof(T)))) = T;
};

template <class T>
using Lanes = typename LanesOf<T>::type;

template <class T>
Lanes<T> load(const T* from) {
  Lanes<T> lanes;
  std::memcpy(&lanes, from, sizeof(lanes));
  return lanes;
}

/// B's rows padded with zeros to 8 entries; B itself where they have that already.
template <class T>
class PaddedRows {
 public:
  explicit PaddedRows(MatrixView<const T> B) : rows_(B.data()) {
    if (B.cols() == kLanes && B.ld() == kLanes) return;
    padded_ = Matrix<T>(B.rows(), kLanes);
    for (Index i = 0; i < B.rows(); ++i) {
      T* end = std::copy_n(B.row(i), B.cols(), padded_.view().row(i));
      std::fill(end, padded_.view().row(i) + kLanes, T{0});
    }
    rows_ = padded_.data();
  }

  const T* row(Index i) const { return rows_ + i * kLanes; }

 private:
  Matrix<T> padded_;
  const T* rows_;
};

/// Count rows of C, count rows of A: c_r = Σ_j A(r, j)·b_j, all sums in registers.
template <int Count, class T>
void multiply_rows(const T* a, Index lda, Index n, const PaddedRows<T>& B, T* c, Index ldc,
                   Index k) {
  Lanes<T> sum[Count] = {};
  for (Index j = 0; j < n; ++j) {
    const Lanes<T> b = load(B.row(j));
#pragma GCC unroll 16
    for (int r = 0; r < Count; ++r) sum[r] += a[r * lda + j] * b;
  }
  for (int r = 0; r < Count; ++r) std::memcpy(c + r * ldc, &sum[r], sizeof(T) * k);
}

/// Count rows of C, count columns of A: c_j += Σ_i A(i, j)·b_i, all sums in registers.
template <int Count, class T>
void add_columns(const T* a, Index lda, Index m, const PaddedRows<T>& B, T* c, Index ldc, Index k) {
  Lanes<T> sum[Count] = {};
  for (Index i = 0; i < m; ++i) {
    const Lanes<T> b = load(B.row(i));
#pragma GCC unroll 16
    for (int j = 0; j < Count; ++j) sum[j] += a[i * lda + j] * b;
  }
  for (int j = 0; j < Count; ++j) {
    for (Index l = 0; l < k; ++l) c[j * ldc + l] += sum[j][l];
  }
}

}  // namespace

template <class T>
void narrow_multiply(MatrixView<const T> A, MatrixView<const T> B, MatrixView<T> C) {
  constexpr int kRows = 8;
  const PaddedRows<T> rows(B);
  const Index k = C.cols();
  Index i = 0;
  for (; i + kRows <= C.rows(); i += kRows) {
    multiply_rows<kRows>(A.row(i), A.ld(), A.cols(), rows, C.row(i), C.ld(), k);
  }
  for (; i < C.rows(); ++i) {
    multiply_rows<1>(A.row(i), A.ld(), A.cols(), rows, C.row(i), C.ld(), k);
  }
}

template <class T>
void add_narrow_transposed_product(MatrixView<const T> A, MatrixView<const T> B, MatrixView<T> C) {
  constexpr int kColumns = 16;
  const PaddedRows<T> rows(B);
  const Index k = C.cols();
  Index j = 0;
  for (; j + kColumns <= C.rows(); j += kColumns) {
    add_columns<kColumns>(A.data() + j, A.ld(), A.rows(), rows, C.row(j), C.ld(), k);
  }
  for (; j < C.rows(); ++j) {
    add_columns<1>(A.data() + j, A.ld(), A.rows(), rows, C.row(j), C.ld(), k);
  }
}

template void narrow_multiply(MatrixView<const float>, MatrixView<const float>, MatrixView<float>);
template void narrow_multiply(MatrixView<const double>, MatrixView<const double>,
                              MatrixView<double>);
template void add_narrow_transposed_product(MatrixView<const float>, MatrixView<const float>,
                                            MatrixView<float>);
template void add_narrow_transposed_product(MatrixView<const double>, MatrixView<const double>,
                                            MatrixView<double>);

}  // namespace nonneg::cpu
