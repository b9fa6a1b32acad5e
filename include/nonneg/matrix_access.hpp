// SPDX-License-Identifier: Apache-2.0
/// How the calls read a matrix as its owner has it, and what they say of arguments that they do not
/// take.
#pragma once

#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>

#include "nonneg/data_view.hpp"
#include "nonneg/element_type.hpp"
#include "nonneg/matrix.hpp"
#include "nonneg/matrix_file.hpp"
#include "nonneg/sparse_matrix.hpp"

namespace nonneg {

/// How factorize(), Solver and transform() read a type of matrix: `view(A)` is its DataView, or an
/// object that has one as its view(). `Entry` is the type of its entries, and void where that is
/// known at run time. Specialise it for a matrix of your own; <nonneg/eigen.hpp> does for Eigen's.
///
///     template <>
///     struct nonneg::MatrixAccess<Image> {
///       using Entry = float;
///       static DataView view(const Image& A) {
///         return MatrixView<const float>(A.pixels(), A.height(), A.width());
///       }
///     };
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

/// What factorize(), Solver and transform() take as A.
template <class Data>
concept MatrixData = requires(const Data& A) {
  typename MatrixAccess<Data>::Entry;
  MatrixAccess<Data>::view(A);
};

/// An array of entries, row after row, whose shape is told beside it.
template <class Array>
concept EntryArray = std::ranges::contiguous_range<const Array> &&
    StoredEntry<std::remove_cv_t<std::ranges::range_value_t<const Array>>>;

/// Details of the calls.
namespace calls {

template <class Data>
DataView data_of(const Data& opened) {
  if constexpr (std::is_convertible_v<const Data&, DataView>) {
    return opened;
  } else {
    return opened.view();
  }
}

/// One sentence for each of the usual mistakes. False where there is one.
template <class Data>
constexpr bool require_matrix() {
  constexpr bool kText = std::is_convertible_v<const Data&, std::string_view> ||
                         std::is_convertible_v<const Data&, std::string>;
  constexpr bool kMatrix = MatrixData<Data>;
  constexpr bool kArray = !kMatrix && !kText && EntryArray<Data>;
  constexpr bool kRows = !kMatrix && !kText && !kArray && std::ranges::range<const Data>;
  static_assert(!kText,
                "nonneg: a name is no matrix; open the file: nonneg::MatrixFile::open(path), and "
                "hand that in");
  static_assert(!kArray,
                "nonneg: an array alone has no shape; say it: "
                "factorize(entries, rows, columns, options), or hand in "
                "nonneg::MatrixView(entries.data(), rows, columns)");
  static_assert(!kRows,
                "nonneg: a range of rows, or of entries of such a type, is not read; put the "
                "entries into one std::vector<float> or <double>, row after row: "
                "factorize(entries, rows, columns, options)");
  static_assert(kMatrix || kText || kArray || kRows,
                "nonneg: A is of a type that is not read; hand in a nonneg::MatrixView, Matrix, "
                "DataView or SparseMatrix, or a std::vector with its shape; include "
                "<nonneg/eigen.hpp> for Eigen's matrices, and name an expression of theirs as a "
                "matrix first");
  return kMatrix;
}

/// The same of factors' types: float and double.
template <class T>
constexpr bool require_computed() {
  static_assert(ComputedEntry<T>,
                "nonneg: factors are of float or double; name one of the two, as in "
                "factorize<float>(A, options), whatever the type of A's entries");
  return ComputedEntry<T>;
}

/// A as a solver reads it as long as it lives.
template <class Data>
DataView lasting_view(Data&& A) {
  using Plain = std::remove_cvref_t<Data>;
  if constexpr (require_matrix<Plain>()) {
    using View = decltype(MatrixAccess<Plain>::view(A));
    constexpr bool kStays =
        std::is_lvalue_reference_v<View> || std::is_convertible_v<View, DataView>;
    static_assert(std::is_lvalue_reference_v<Data>,
                  "nonneg: the solver reads A as long as it lives, and this one is gone at the end "
                  "of the line; give A a name first");
    static_assert(kStays,
                  "nonneg: the solver reads A as long as it lives, and of this type it would read "
                  "a copy that is gone at the end of the line; name the copy first: const auto S = "
                  "nonneg::eigen_sparse(A)");
    if constexpr (std::is_lvalue_reference_v<Data> && kStays) {
      return data_of(MatrixAccess<Plain>::view(A));
    }
  }
  return {};
}

/// The precision that a solver of such data computes in, where nobody names one.
template <class Data>
struct OwnPrecision {
  using type = float;
};
template <class Data>
requires MatrixData<Data>
struct OwnPrecision<Data> {
  using Entry = typename MatrixAccess<Data>::Entry;
  static_assert(ComputedEntry<Entry>,
                "nonneg: which precision to compute in is not said by the type of A; name it: "
                "nonneg::Solver<float> solver(A, options), or <double>");
  using type = std::conditional_t<ComputedEntry<Entry>, Entry, float>;
};

/// A factor as the calls take it: the type T of its entries, and a view of them.
template <class Factor>
struct FactorAccess {
  using Entry = void;
};
template <class T>
struct FactorAccess<Matrix<T>> {
  using Entry = T;
  static MatrixView<const T> view(const Matrix<T>& F) { return F.view(); }
};
template <class E>
struct FactorAccess<MatrixView<E>> {
  using Entry = std::remove_const_t<E>;
  static MatrixView<const Entry> view(const MatrixView<E>& F) { return F; }
};

/// Whether A and H are as the exported calls of transform() have them.
template <class Data, class Factor>
inline constexpr bool kAreViews = false;
template <class Data, class T>
inline constexpr bool kAreViews<Data, MatrixView<const T>> =
    std::is_convertible_v<const Data&, const DataView&>;

template <class Factor>
using FactorEntry = typename FactorAccess<Factor>::Entry;

/// False, and a sentence, where `Factor` is no factor of T.
template <class T, class Factor>
constexpr bool require_factor() {
  using Entry = FactorEntry<Factor>;
  static_assert(ComputedEntry<Entry>,
                "nonneg: a factor must be a nonneg::Matrix or MatrixView of float or double");
  static_assert(!ComputedEntry<Entry> || std::is_same_v<Entry, T>,
                "nonneg: the factors, and the precision where one is named, must be of one type, "
                "float or double");
  return std::is_same_v<Entry, T> && ComputedEntry<Entry>;
}

}  // namespace calls

}  // namespace nonneg
