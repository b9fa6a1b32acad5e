// SPDX-License-Identifier: Apache-2.0
/// Matrices of Eigen's (https://eigen.tuxfamily.org), handed in and taken out. The only header that
/// needs Eigen, 3.3 or newer, on the include path; nonneg.hpp leaves it out.
///
///     Eigen::MatrixXf A = ...;
///     const nonneg::Result<float> result = nonneg::factorize(A, options);
///     const Eigen::MatrixXf model = nonneg::eigen_w(result) * nonneg::eigen_h(result);
///
/// What is copied: nothing of a dense matrix, row- or column-major, a Map, Ref or Block; of a
/// row-major sparse matrix the offsets (8 bytes a row); a column-major sparse matrix, Eigen's
/// default, is turned into rows in memory of its own (8 or 12 bytes an entry). Results are mapped
/// where they lie.
#pragma once

#include <Eigen/Core>
#include <Eigen/SparseCore>
#include <type_traits>

#include "nonneg/data_view.hpp"
#include "nonneg/factorize.hpp"
#include "nonneg/matrix_access.hpp"
#include "nonneg/result.hpp"
#include "nonneg/sparse_matrix.hpp"

namespace nonneg {

/// A view of a dense matrix that lies in memory, valid as long as that does. Throws InvalidArgument
/// for a Map with a negative stride.
template <class Derived>
DataView eigen_view(const Eigen::DenseBase<Derived>& A) {
  constexpr bool kLiesInMemory = (Derived::Flags & Eigen::DirectAccessBit) != 0;
  constexpr bool kStored = StoredEntry<typename Derived::Scalar>;
  static_assert(kLiesInMemory,
                "nonneg: an expression of Eigen's has no entries in memory; evaluate it into a "
                "matrix first, with .eval()");
  static_assert(kStored, "nonneg: entries must be integers, float or double");
  if constexpr (kLiesInMemory && kStored) {
    const Derived& matrix = A.derived();
    // An empty matrix has strides of 0.
    const auto stride = [](Eigen::Index entries) { return entries == 0 ? Index{1} : entries; };
    return {matrix.data(),
            ElementTypeOf<typename Derived::Scalar>::value,
            matrix.rows(),
            matrix.cols(),
            stride(matrix.rowStride()),
            stride(matrix.colStride())};
  } else {
    return {};
  }
}

/// Details of the calls.
namespace calls {

/// Whether a type is a matrix of Eigen's that keeps its entries compressed: a SparseMatrix, a Map
/// of one, or a Block of its rows (or columns, where it is stored by columns).
template <class Data>
inline constexpr bool kEigenCompressed = std::is_base_of_v<Eigen::SparseCompressedBase<Data>, Data>;

}  // namespace calls

/// A sparse matrix that reads a row-major, compressed one of float or double where it lies, and
/// must not outlive it; a copy of any other, and of a Block that does not begin with the first row.
/// Throws as SparseMatrix does.
template <class Derived>
SparseMatrix eigen_sparse(const Eigen::SparseCompressedBase<Derived>& A) {
  using Scalar = typename Derived::Scalar;
  using StorageIndex = typename Derived::StorageIndex;
  constexpr bool kRows = (Derived::Flags & Eigen::RowMajorBit) != 0;
  const auto arrays = [](const auto& from, const auto& compressed) {
    constexpr ElementType kIndices = ElementTypeOf<StorageIndex>::value;
    const Index entries = compressed.nonZeros();
    return from(compressed.rows(), compressed.cols(),
                ArrayView(compressed.outerIndexPtr(), kIndices, compressed.outerSize() + 1),
                ArrayView(compressed.innerIndexPtr(), kIndices, entries),
                ArrayView(compressed.valuePtr(), ElementTypeOf<Scalar>::value, entries));
  };
  using From = SparseMatrix (*)(Index, Index, ArrayView, ArrayView, ArrayView);
  constexpr From kBorrow = SparseMatrix::borrow_csr;
  constexpr From kCopy = kRows ? SparseMatrix::from_csr : SparseMatrix::from_csc;
  const Derived& matrix = A.derived();
  if (!matrix.isCompressed() || matrix.outerIndexPtr()[0] != 0) {
    constexpr int kOptions = kRows ? Eigen::RowMajor : Eigen::ColMajor;
    Eigen::SparseMatrix<Scalar, kOptions, StorageIndex> compressed(matrix);
    compressed.makeCompressed();
    return arrays(kCopy, compressed);
  }
  return arrays(kRows && std::is_floating_point_v<Scalar> ? kBorrow : kCopy, matrix);
}

/// A matrix of nonneg's on the host, such as one of transform()'s, as a row-major one of Eigen's,
/// where it lies.
template <class T>
auto eigen_map(const Matrix<T>& A) {
  using Rows = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const Rows>(A.data(), A.rows(), A.cols());
}

template <class T>
auto eigen_map(const Matrix<T>&& A) = delete;

/// W (m × k, row-major) of a result that outlives it.
template <class T>
auto eigen_w(const Result<T>& result) {
  return eigen_map(result.W);
}
/// H (k × n, column-major) of a result that outlives it.
template <class T>
auto eigen_h(const Result<T>& result) {
  using Columns = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor>;
  return Eigen::Map<const Columns>(result.Ht.data(), result.Ht.cols(), result.Ht.rows());
}
template <class T>
auto eigen_w(const Result<T>&&) = delete;
template <class T>
auto eigen_h(const Result<T>&&) = delete;

/// What the calls take of Eigen's.
template <class Derived>
requires std::is_base_of_v<Eigen::DenseBase<Derived>, Derived>
struct MatrixAccess<Derived> {
  using Entry = typename Derived::Scalar;
  static DataView view(const Derived& A) { return eigen_view(A); }
};
template <class Derived>
requires(calls::kEigenCompressed<Derived> &&
         !Derived::IsVectorAtCompileTime) struct MatrixAccess<Derived> {
  using Entry = typename Derived::Scalar;
  static SparseMatrix view(const Derived& A) { return eigen_sparse(A); }
};

}  // namespace nonneg
