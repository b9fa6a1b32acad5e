// SPDX-License-Identifier: Apache-2.0
/// One call that takes a matrix as its owner has it: views, Matrix, arrays, files, sparse matrices.
#pragma once

#include <ranges>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>

#include "nonneg/any.hpp"
#include "nonneg/data_view.hpp"
#include "nonneg/matrix.hpp"
#include "nonneg/matrix_access.hpp"
#include "nonneg/matrix_file.hpp"
#include "nonneg/solver.hpp"
#include "nonneg/sparse_matrix.hpp"

namespace nonneg {

/// Details of the calls below.
namespace calls {

/// What a warm start is given as, and the result that a call with it has.
template <class Start>
struct StartAccess;
template <class T>
struct StartAccess<InitialFactors<T>> {
  using Entry = T;
  using Outcome = Result<T>;
  static const InitialFactors<T>& start(const InitialFactors<T>& initial) { return initial; }
};
template <class T>
struct StartAccess<Result<T>> {
  using Entry = T;
  using Outcome = Result<T>;
  static InitialFactors<T> start(const Result<T>& former) { return start_from(former); }
};
template <>
struct StartAccess<AnyResult> {
  using Entry = void;
  using Outcome = AnyResult;
};

/// The caller's own first factors, or a former result.
template <class Start>
concept StartData = requires {
  typename StartAccess<Start>::Outcome;
};

/// Of data in a view: in the precision T, or, for void, in the one that is chosen at run time.
template <class T>
auto run_of(const DataView& A, const Options& options, std::stop_token stop,
            const CheckCallback& on_check) {
  if constexpr (ComputedEntry<T>) {
    return factorize<T>(A, options, std::move(stop), on_check);
  } else {
    return factorize_any(A, options, std::move(stop), on_check);
  }
}

/// The same from first factors, whose precision it is.
template <class Start>
typename StartAccess<Start>::Outcome run_from(const DataView& A, const Options& options,
                                              const Start& start, std::stop_token stop,
                                              const CheckCallback& on_check) {
  using T = typename StartAccess<Start>::Entry;
  if constexpr (std::is_void_v<T>) {
    return factorize_any(A, options, start, std::move(stop), on_check);
  } else {
    return factorize<T>(A, options, StartAccess<Start>::start(start), std::move(stop), on_check);
  }
}

/// False, and a sentence, where first factors are not known to be of the precision that is named.
template <class T, class Start>
constexpr bool require_start_of() {
  using Entry = typename StartAccess<Start>::Entry;
  static_assert(std::is_same_v<Entry, T>,
                "nonneg::factorize: a start goes on in its own precision, and this one is not of "
                "the type that is named; leave the name out, or hand in former.as<float>() or "
                "<double>()");
  return std::is_same_v<Entry, T>;
}

/// False, and a sentence, where what has a shape beside it is no array of entries.
template <class Array>
constexpr bool require_array() {
  static_assert(EntryArray<Array>,
                "nonneg::factorize: entries with a shape must be one array of numbers, such as "
                "std::vector<float>; of a pointer make nonneg::MatrixView(pointer, rows, columns)");
  return EntryArray<Array>;
}

/// The rows × columns matrix whose entries lie in an array. Throws InvalidArgument where it has not
/// rows·columns entries.
template <class Array>
auto view_of(const Array& entries, Index rows, Index cols) {
  using E = std::remove_cv_t<std::ranges::range_value_t<const Array>>;
  const auto size = static_cast<Index>(std::ranges::size(entries));
  const bool fits =
      rows >= 0 && cols >= 0 && (cols == 0 ? size == 0 : size % cols == 0 && size / cols == rows);
  if (!fits) {
    throw InvalidArgument(Subject::A, "A has " + std::to_string(size) + " entries: " +
                                          std::to_string(rows) + " x " + std::to_string(cols) +
                                          " takes rows times columns of them, neither below 0");
  }
  return MatrixView<const E>(std::ranges::data(entries), rows, cols);
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
/// factorize<double>(…) name it, here and in all calls below. See Solver for what is minimised and
/// what is thrown.
template <class Data>
auto factorize(const Data& A, const Options& options, std::stop_token stop = {},
               const CheckCallback& on_check = {}) {
  if constexpr (calls::require_matrix<Data>()) {
    const auto& opened = MatrixAccess<Data>::view(A);
    return calls::run_of<typename MatrixAccess<Data>::Entry>(calls::data_of(opened), options,
                                                             std::move(stop), on_check);
  } else {
    return AnyResult();
  }
}

/// The same from first factors, in their precision: InitialFactors<T>, a former Result<T> (which
/// start_from() makes such factors of), or an AnyResult.
template <class Data, calls::StartData Start>
auto factorize(const Data& A, const Options& options, const Start& start, std::stop_token stop = {},
               const CheckCallback& on_check = {}) {
  if constexpr (calls::require_matrix<Data>()) {
    const auto& opened = MatrixAccess<Data>::view(A);
    return calls::run_from(calls::data_of(opened), options, start, std::move(stop), on_check);
  } else {
    return typename calls::StartAccess<Start>::Outcome();
  }
}

/// Factorizes the rows × columns matrix whose entries lie in an array, row after row: a
/// std::vector, std::span, std::array or array of C++. Throws InvalidArgument, too, where it has
/// not rows·columns entries.
template <class Array>
auto factorize(const Array& entries, Index rows, Index cols, const Options& options,
               std::stop_token stop = {}, const CheckCallback& on_check = {}) {
  if constexpr (calls::require_array<Array>()) {
    return factorize(calls::view_of(entries, rows, cols), options, std::move(stop), on_check);
  } else {
    return AnyResult();
  }
}

/// The same from first factors, in their precision.
template <class Array, calls::StartData Start>
auto factorize(const Array& entries, Index rows, Index cols, const Options& options,
               const Start& start, std::stop_token stop = {}, const CheckCallback& on_check = {}) {
  if constexpr (calls::require_array<Array>()) {
    return factorize(calls::view_of(entries, rows, cols), options, start, std::move(stop),
                     on_check);
  } else {
    return typename calls::StartAccess<Start>::Outcome();
  }
}

/// The first of these calls in the precision T, whatever the type of A's entries.
template <class T, class Data>
requires(!std::is_same_v<Data, DataView>) auto factorize(const Data& A, const Options& options,
                                                         std::stop_token stop = {},
                                                         const CheckCallback& on_check = {}) {
  if constexpr (!calls::require_computed<T>()) {
    return AnyResult();
  } else if constexpr (calls::require_matrix<Data>()) {
    const auto& opened = MatrixAccess<Data>::view(A);
    return calls::run_of<T>(calls::data_of(opened), options, std::move(stop), on_check);
  } else {
    return Result<T>();
  }
}

/// From first factors of T.
template <class T, class Data, calls::StartData Start>
requires(!(
    std::is_same_v<Data, DataView> &&
    std::is_same_v<Start, InitialFactors<T>>)) auto factorize(const Data& A, const Options& options,
                                                              const Start& start,
                                                              std::stop_token stop = {},
                                                              const CheckCallback& on_check = {}) {
  if constexpr (!calls::require_computed<T>()) {
    return AnyResult();
  } else if constexpr (calls::require_start_of<T, Start>()) {
    return factorize(A, options, start, std::move(stop), on_check);
  } else {
    return Result<T>();
  }
}

/// Of an array.
template <class T, class Array>
auto factorize(const Array& entries, Index rows, Index cols, const Options& options,
               std::stop_token stop = {}, const CheckCallback& on_check = {}) {
  if constexpr (!calls::require_computed<T>()) {
    return AnyResult();
  } else if constexpr (calls::require_array<Array>()) {
    return factorize<T>(DataView(calls::view_of(entries, rows, cols)), options, std::move(stop),
                        on_check);
  } else {
    return Result<T>();
  }
}

/// Of an array, from first factors of T.
template <class T, class Array, calls::StartData Start>
auto factorize(const Array& entries, Index rows, Index cols, const Options& options,
               const Start& start, std::stop_token stop = {}, const CheckCallback& on_check = {}) {
  if constexpr (!calls::require_computed<T>()) {
    return AnyResult();
  } else if constexpr (calls::require_start_of<T, Start>()) {
    return factorize(entries, rows, cols, options, start, std::move(stop), on_check);
  } else {
    return Result<T>();
  }
}

}  // namespace nonneg
