// SPDX-License-Identifier: Apache-2.0
/// One call that takes a matrix as its owner has it: views, Matrix, arrays, files, sparse matrices.
#pragma once

#include <concepts>
#include <ranges>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>

#include "nonneg/any.hpp"
#include "nonneg/data_view.hpp"
#include "nonneg/matrix.hpp"
#include "nonneg/matrix_file.hpp"
#include "nonneg/solver.hpp"
#include "nonneg/sparse_matrix.hpp"

namespace nonneg {

/// How factorize() reads a type of matrix: `view(A)` is its DataView, or an object that has one as
/// its view(). `Entry` is float or double where the type itself says so, and void where that is
/// known at run time. Specialise it for a matrix of your own; <nonneg/eigen.hpp> does for Eigen's.
template <class Data>
struct MatrixAccess;

template <class E>
requires StoredEntry<std::remove_const_t<E>>
struct MatrixAccess<MatrixView<E>> {
  using Entry = std::remove_const_t<E>;
  static DataView view(const MatrixView<E>& A) { return A; }
};
template <class T>
struct MatrixAccess<Matrix<T>> {
  using Entry = T;
  static DataView view(const Matrix<T>& A) { return A.view(); }
};
template <>
struct MatrixAccess<DataView> {
  using Entry = void;
  static const DataView& view(const DataView& A) { return A; }
};
template <>
struct MatrixAccess<SparseView> {
  using Entry = void;
  static DataView view(const SparseView& A) { return A; }
};
template <>
struct MatrixAccess<SparseMatrix> {
  using Entry = void;
  static DataView view(const SparseMatrix& A) { return A.view(); }
};
template <>
struct MatrixAccess<MatrixFile> {
  using Entry = void;
  static const DataView& view(const MatrixFile& A) { return A.view(); }
};

/// What factorize() takes as A.
template <class Data>
concept MatrixData = requires(const Data& A) {
  typename MatrixAccess<Data>::Entry;
  MatrixAccess<Data>::view(A);
};

/// An array of entries, row after row, whose shape is told beside it.
template <class Array>
concept EntryArray = std::ranges::contiguous_range<const Array> &&
    StoredEntry<std::remove_cv_t<std::ranges::range_value_t<const Array>>>;

/// Details of the calls below.
namespace calls {

template <class Data>
DataView data_of(const Data& opened) {
  if constexpr (std::is_convertible_v<const Data&, DataView>) {
    return opened;
  } else {
    return opened.view();
  }
}

template <class T>
inline constexpr bool kIsFloat = std::is_same_v<T, float> || std::is_same_v<T, double>;

/// One sentence for each of the usual mistakes. False where there is one.
template <class Data>
constexpr bool require_matrix() {
  constexpr bool kText = std::is_convertible_v<const Data&, std::string_view> ||
                         std::is_convertible_v<const Data&, std::string>;
  constexpr bool kMatrix = MatrixData<Data>;
  constexpr bool kArray = !kMatrix && !kText && EntryArray<Data>;
  constexpr bool kRows = !kMatrix && !kText && !kArray && std::ranges::range<const Data>;
  static_assert(!kText,
                "nonneg::factorize: a name is no matrix; open the file: "
                "factorize(nonneg::MatrixFile::open(path), options)");
  static_assert(!kArray,
                "nonneg::factorize: an array alone has no shape; say it: "
                "factorize(entries, rows, columns, options)");
  static_assert(
      !kRows,
      "nonneg::factorize: a range of rows, or of entries of such a type, is not read; put "
      "the entries into one std::vector<float> or <double>, row after row: "
      "factorize(entries, rows, columns, options)");
  static_assert(kMatrix || kText || kArray || kRows,
                "nonneg::factorize: A is of a type that is not read; hand in a nonneg::MatrixView, "
                "Matrix, DataView or SparseMatrix, a std::vector with its shape, or include "
                "<nonneg/eigen.hpp> for Eigen's matrices");
  return kMatrix;
}

}  // namespace calls

/// Factorizes A (m × n, on the host), which is
///
///     MatrixView<E>, Matrix<T>       dense and row-major, of any stored type E
///     SparseMatrix, SparseView       sparse
///     DataView, MatrixFile           of a kind and type known at run time
///     a matrix of Eigen's            with <nonneg/eigen.hpp>
///
/// in the precision of its entries: returns Result<float> for entries of float, Result<double> for
/// entries of double, and AnyResult, in the precision that choose_precision() finds, where the type
/// is another one or is known at run time only. factorize<float>(A, options) and
/// factorize<double>(…) name it. See Solver for what is minimised and what is thrown.
template <class Data>
auto factorize(const Data& A, const Options& options, std::stop_token stop = {},
               const CheckCallback& on_check = {}) {
  if constexpr (calls::require_matrix<Data>()) {
    using Entry = typename MatrixAccess<Data>::Entry;
    const auto& opened = MatrixAccess<Data>::view(A);
    if constexpr (calls::kIsFloat<Entry>) {
      return factorize<Entry>(calls::data_of(opened), options, std::move(stop), on_check);
    } else {
      return factorize_any(calls::data_of(opened), options, std::move(stop), on_check);
    }
  } else {
    return AnyResult();
  }
}

/// The same from the caller's own first factors, in their precision.
template <class Data, class T>
auto factorize(const Data& A, const Options& options, const InitialFactors<T>& initial,
               std::stop_token stop = {}, const CheckCallback& on_check = {}) {
  if constexpr (calls::require_matrix<Data>()) {
    const auto& opened = MatrixAccess<Data>::view(A);
    return factorize<T>(calls::data_of(opened), options, initial, std::move(stop), on_check);
  } else {
    return Result<T>();
  }
}

/// Factorizes the rows × columns matrix whose entries lie in an array, row after row: a
/// std::vector, std::span, std::array or array of C++. Throws InvalidArgument, too, where it has
/// not rows·columns entries.
template <class Array>
auto factorize(const Array& entries, Index rows, Index cols, const Options& options,
               std::stop_token stop = {}, const CheckCallback& on_check = {}) {
  constexpr bool kArray = EntryArray<Array>;
  static_assert(kArray,
                "nonneg::factorize: entries with a shape must be one array of numbers, such as "
                "std::vector<float>; of a pointer make nonneg::MatrixView(pointer, rows, columns)");
  if constexpr (kArray) {
    using E = std::remove_cv_t<std::ranges::range_value_t<const Array>>;
    const auto size = static_cast<Index>(std::ranges::size(entries));
    const MatrixView<const E> A(std::ranges::data(entries), rows, cols);
    const bool fits = cols == 0 ? size == 0 : size % cols == 0 && size / cols == rows;
    if (!fits) {
      throw InvalidArgument(Subject::A,
                            "A has " + std::to_string(size) + " entries: " + std::to_string(rows) +
                                " x " + std::to_string(cols) + " takes rows times columns of them");
    }
    return factorize(A, options, std::move(stop), on_check);
  } else {
    return AnyResult();
  }
}

}  // namespace nonneg
