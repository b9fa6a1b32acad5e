// SPDX-License-Identifier: Apache-2.0
/// A matrix that owns its entries.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "nonneg/element_type.hpp"
#include "nonneg/export.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg {

/// Owns rows × cols entries, row-major without gaps, uninitialised; move-only. The host constructor
/// takes host memory aligned to 64 bytes; a backend makes matrices in its own memory. T is float or
/// double; entries of any other type are handed in as a MatrixView of them.
template <class T>
class Matrix {
  static_assert(ComputedEntry<T>,
                "nonneg::Matrix owns entries of float or double; keep others in a std::vector and "
                "hand in nonneg::MatrixView(entries.data(), rows, columns)");

 public:
  /// Gives memory back.
  using Deleter = std::function<void(T*)>;

  Matrix() = default;

  /// Host memory. Throws OutOfMemory, naming the bytes.
  Matrix(Index rows, Index cols);

  /// Memory from elsewhere, given back through `deleter`.
  Matrix(T* data, Index rows, Index cols, MemorySpace space, Deleter deleter)
      : view_(data, rows, cols, cols, space), owner_(data, std::move(deleter)) {}

  Matrix(Matrix&& other) noexcept
      : view_(std::exchange(other.view_, {})), owner_(std::move(other.owner_)) {}
  Matrix& operator=(Matrix&& other) noexcept {
    owner_ = std::move(other.owner_);
    view_ = std::exchange(other.view_, {});
    return *this;
  }
  Matrix(const Matrix&) = delete;
  Matrix& operator=(const Matrix&) = delete;
  ~Matrix() = default;

  /// The first entry.
  T* data() const noexcept { return view_.data(); }
  /// Its rows.
  Index rows() const noexcept { return view_.rows(); }
  /// Its columns, and entries from one row to the next.
  Index cols() const noexcept { return view_.cols(); }
  /// Its entries: rows times columns.
  Index size() const noexcept { return rows() * cols(); }
  /// Which memory the entries lie in.
  MemorySpace space() const noexcept { return view_.space(); }
  /// Whether there is no entry.
  bool empty() const noexcept { return view_.empty(); }

  /// A view of all entries, valid as long as this object, or the one it was moved into, lives.
  MatrixView<T> view() noexcept { return view_; }
  /// Likewise, to read.
  MatrixView<const T> view() const noexcept { return view_; }
  /// Entry (i, j) of host memory, which must lie within.
  T& operator()(Index i, Index j) noexcept { return view_(i, j); }
  /// Likewise, to read.
  const T& operator()(Index i, Index j) const noexcept { return view_(i, j); }

 private:
  MatrixView<T> view_;
  std::unique_ptr<T, Deleter> owner_{nullptr, Deleter{}};
};

extern template class NONNEG_EXPORT Matrix<float>;
extern template class NONNEG_EXPORT Matrix<double>;

}  // namespace nonneg
