// SPDX-License-Identifier: Apache-2.0
/// New rows in the components of a model: W for fixed H.
#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "nonneg/data_view.hpp"
#include "nonneg/export.hpp"
#include "nonneg/matrix.hpp"
#include "nonneg/matrix_access.hpp"
#include "nonneg/options.hpp"
#include "nonneg/result.hpp"

namespace nonneg {

/// Finds W (m × k) >= 0 that minimises the loss + the penalties on W, for one batch of new rows A
/// (m × n) after the other and a fixed H (k × n). T is float or double.
///
///     nonneg::Transformer transformer(H, options);   // H: Matrix<float>
///     for (const auto& batch : batches) keep(transformer.transform(batch.view()));
///
/// What depends on H alone is made once: its copy in the backend's memory, its Gram matrix, and the
/// backend itself, which on a device takes some 0.5 s. It is made anew where a batch asks for
/// another backend or number of threads (Options::backend and threads, where they are left open,
/// follow a batch's size), or for other units (its size, its weights). A batch's W is the same
/// bits whatever batches came before.
///
/// A row begins at the best multiple of (1 … 1), s, and is updated until it has settled, at most
/// Options::max_iterations times: for the Frobenius loss of complete data, whose updates need A's
/// product with Hᵀ alone and read A once, until an update moves it by at most Options::tolerance
/// times its norm; for any other loss until Options::check_every updates do. Options::floor counts
/// in units of the power of 2 at or below s. All of that is the row's own: what it comes to depends
/// neither on the rows beside it nor on how A is cut into panels, beyond rounding. At tolerance 0
/// all updates are done. Options::rank is taken from H; seed and init play no part.
///
/// Not safe for use from two threads at once; two transformers are independent. A transformer that
/// was moved from may be destroyed or assigned to, and nothing else.
template <class T>
class NONNEG_EXPORT Transformer {
  static_assert(ComputedEntry<T>,
                "nonneg::Transformer computes in float or double: H must be a nonneg::Matrix or "
                "MatrixView of one of the two");

 public:
  /// Copies H (k × n, on the host, entries >= 0 and finite). Throws InvalidArgument for an H that
  /// is not so, for an option, and for max_iterations = 0.
  Transformer(MatrixView<const T> H, const Options& options);
  /// As above.
  Transformer(const Matrix<T>& H, const Options& options) : Transformer(H.view(), options) {}
  ~Transformer();
  Transformer(Transformer&&) noexcept;
  Transformer& operator=(Transformer&&) noexcept;

  /// W of the rows A (m × n), on the host. A row of zeros gives zeros, and so does one of which
  /// nothing is observed: `warnings`, where it is not null, is told how many. `loss`, where it is
  /// not null, is told the loss of all rows, as a check of Solver has it: one more product of each
  /// panel. Columns are matched by their place: names, where both sides have some, are the caller's
  /// business. Throws InvalidArgument where A and H differ in columns, and for A as Solver does;
  /// NotAvailable, OutOfMemory.
  Matrix<T> transform(const DataView& A, std::vector<std::string>* warnings = nullptr,
                      LossRecord* loss = nullptr);

  /// The same of a matrix in any form that factorize() takes.
  template <class Data>
  requires(!std::is_convertible_v<const Data&, const DataView&>) Matrix<T> transform(
      const Data& A, std::vector<std::string>* warnings = nullptr, LossRecord* loss = nullptr) {
    if constexpr (calls::require_matrix<Data>()) {
      const auto& opened = MatrixAccess<Data>::view(A);
      return transform(calls::data_of(opened), warnings, loss);
    } else {
      return {};
    }
  }

  /// k.
  Index rank() const noexcept;
  /// n.
  Index cols() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// The precision of H: Transformer transformer(H, options).
template <class E>
Transformer(MatrixView<E>, const Options&) -> Transformer<std::remove_const_t<E>>;
/// As above.
template <class T>
Transformer(const Matrix<T>&, const Options&) -> Transformer<T>;

/// W of the rows A in one call; see Transformer, of which this is one use.
template <class T>
NONNEG_EXPORT Matrix<T> transform(const DataView& A, MatrixView<const T> H, const Options& options,
                                  std::vector<std::string>* warnings = nullptr,
                                  LossRecord* loss = nullptr);

/// The same of A in any form that factorize() takes, and H (k × n), a Matrix or MatrixView of T, by
/// whose type T is known: transform(A, H, options).
template <class Data, class Factor>
requires(!calls::kAreViews<Data, Factor>) auto transform(
    const Data& A, const Factor& H, const Options& options,
    std::vector<std::string>* warnings = nullptr, LossRecord* loss = nullptr) {
  using T = std::conditional_t<ComputedEntry<calls::FactorEntry<Factor>>,
                               calls::FactorEntry<Factor>, float>;
  if constexpr (!calls::require_factor<T, Factor>()) {
    return Matrix<T>();
  } else if constexpr (calls::require_matrix<Data>()) {
    const auto& opened = MatrixAccess<Data>::view(A);
    return nonneg::transform<T>(calls::data_of(opened), calls::FactorAccess<Factor>::view(H),
                                options, warnings, loss);
  } else {
    return Matrix<T>();
  }
}

/// The same with its precision named, which must be H's: transform<float>(A, H, options).
template <class T, class Data, class Factor>
requires(!(calls::kAreViews<Data, Factor> && std::is_same_v<Factor, MatrixView<const T>>))
    Matrix<T> transform(const Data& A, const Factor& H, const Options& options,
                        std::vector<std::string>* warnings = nullptr, LossRecord* loss = nullptr) {
  if constexpr (calls::require_factor<T, Factor>()) {
    return nonneg::transform(A, H, options, warnings, loss);
  } else {
    return {};
  }
}

}  // namespace nonneg
