// SPDX-License-Identifier: Apache-2.0
/// Sparse matrices made from the arrays that SciPy and others have.
#pragma once

#include <cstdint>
#include <ranges>
#include <type_traits>
#include <vector>

#include "nonneg/data_view.hpp"
#include "nonneg/element_type.hpp"
#include "nonneg/export.hpp"
#include "nonneg/sparse_view.hpp"

namespace nonneg {

/// A contiguous array of any stored type that somebody else owns: a std::vector, a std::span, or a
/// pointer with its type and length, as NumPy hands it out.
class ArrayView {
 public:
  ArrayView() = default;
  /// `size` entries of `type` from `data` on.
  ArrayView(const void* data, ElementType type, Index size)
      : data_(data), type_(type), size_(size) {}

  template <std::ranges::contiguous_range Range>
  /// The entries of an array of C++'s.
  requires(!std::is_same_v<std::remove_cvref_t<Range>, ArrayView>)
      // NOLINTNEXTLINE(google-explicit-constructor): every array is an array view
      ArrayView(const Range& range)
      : data_(std::ranges::data(range)),
        type_(ElementTypeOf<std::remove_cv_t<std::ranges::range_value_t<Range>>>::value),
        size_(static_cast<Index>(std::ranges::size(range))) {}

  /// The first entry.
  const void* data() const noexcept { return data_; }
  /// The type of the entries.
  ElementType type() const noexcept { return type_; }
  /// How many there are.
  Index size() const noexcept { return size_; }

 private:
  const void* data_ = nullptr;
  ElementType type_ = ElementType::float64;
  Index size_ = 0;
};

/// Details of the calls.
namespace calls {

/// Whether an argument of this type, as a forwarding reference deduces it, owns entries that end
/// with the call.
template <class Range>
inline constexpr bool kGoneAtOnce =
    std::ranges::range<Range> && !std::ranges::borrowed_range<Range>;

}  // namespace calls

/// A matrix of stored entries, as compressed rows (CSR): what SparseView describes. It owns them,
/// or borrows them from arrays that lie so already (borrow_csr). Owned offsets take 8 bytes a row,
/// entries 8 (float32) or 12 (float64).
///
///     // scipy.sparse.csr_matrix A: A.indptr, A.indices, A.data
///     const auto A = SparseMatrix::from_csr(m, n, indptr, indices, data);
///     const auto result = nonneg::factorize(A.view(), options);
///
/// Indices count from 0 and are of any integer type, in any order within a row; the values of a
/// position that is there more than once are summed. Values of float16 and float32 become float32,
/// of float64 float64; integers become float32 where all of them, and their sums, are at most 2^24
/// in magnitude, else float64. A value may be anything: the solver refuses what is negative or not
/// finite. From_… copies the arrays, which may go once the matrix is made.
///
/// Each from_…, and borrow_csr, throws InvalidArgument, naming array, position and value, for
/// arrays whose lengths do not fit together, offsets that do not ascend from 0, an index outside
/// the matrix, an index array of floats, a negative size, or more than 2^31 - 1 columns; and
/// OutOfMemory. Its subject() is Subject::sparse_arrays.
class NONNEG_EXPORT SparseMatrix {
 public:
  /// 0 × 0.
  SparseMatrix() = default;
  SparseMatrix(const SparseMatrix&) = default;
  SparseMatrix& operator=(const SparseMatrix&) = default;
  /// Leaves `other` 0 × 0.
  SparseMatrix(SparseMatrix&& other) noexcept;
  SparseMatrix& operator=(SparseMatrix&& other) noexcept;
  ~SparseMatrix() = default;

  /// Row i has the entries offsets[i] … offsets[i + 1] - 1 of `columns` and `values`: rows + 1
  /// offsets, the last of which counts the entries.
  static SparseMatrix from_csr(Index rows, Index cols, ArrayView offsets, ArrayView columns,
                               ArrayView values);
  /// The same matrix without a copy of its entries: `values`, and `columns` of int32, are read
  /// where they lie, and must outlive this matrix and its copies. Offsets that are not of int64 are
  /// converted (8 bytes a row), columns that are not of int32 likewise (4 bytes an entry). Throws
  /// InvalidArgument, too, for values that are not float32 or float64, and for a row whose columns
  /// do not ascend, naming it: sort the arrays (scipy's sum_duplicates()), or take from_csr.
  static SparseMatrix borrow_csr(Index rows, Index cols, ArrayView offsets, ArrayView columns,
                                 ArrayView values);
  /// Arrays that are gone at the end of the line cannot be borrowed: name them, or take from_csr.
  template <class Offsets, class Columns, class Values>
  requires(calls::kGoneAtOnce<Offsets> || calls::kGoneAtOnce<Columns> ||
           calls::kGoneAtOnce<Values>) static SparseMatrix
      borrow_csr(Index rows, Index cols, Offsets&& offsets, Columns&& columns,
                 Values&& values) = delete;
  /// Column j has the entries offsets[j] … offsets[j + 1] - 1 of `row_indices` and `values`: cols +
  /// 1 offsets. Turned to rows in one pass over the entries.
  static SparseMatrix from_csc(Index rows, Index cols, ArrayView offsets, ArrayView row_indices,
                               ArrayView values);
  /// Entry e is values[e] at (row_indices[e], columns[e]).
  static SparseMatrix from_triplets(Index rows, Index cols, ArrayView row_indices,
                                    ArrayView columns, ArrayView values);

  /// m.
  Index rows() const noexcept { return rows_; }
  /// n.
  Index cols() const noexcept { return cols_; }
  /// Stored entries, each position once; a stored zero is one of them.
  Index entries() const noexcept { return rows_ > 0 ? offsets()[rows_] : 0; }
  /// float32 or float64.
  ElementType type() const noexcept { return type_; }

  /// Valid as long as this object, or the one it was moved into, and what it borrows live.
  SparseView view() const;

 private:
  template <class T>
  friend class SparseBuilder;

  const Index* offsets() const noexcept {
    return borrowed_offsets_ != nullptr ? borrowed_offsets_ : row_offsets_.data();
  }

  /// rows + 1 of them, or none for 0 rows.
  std::vector<Index> row_offsets_;
  std::vector<std::int32_t> columns_;
  /// One of the two, by type_.
  std::vector<float> float32_;
  std::vector<double> float64_;
  /// In place of these where they are the caller's, else null.
  const Index* borrowed_offsets_ = nullptr;
  const std::int32_t* borrowed_columns_ = nullptr;
  const void* borrowed_values_ = nullptr;
  ElementType type_ = ElementType::float32;
  Index rows_ = 0;
  Index cols_ = 0;
};

}  // namespace nonneg
