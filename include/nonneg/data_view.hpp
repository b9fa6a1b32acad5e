// SPDX-License-Identifier: Apache-2.0
/// A data matrix as its owner stores it, in any of the types that nonneg reads.
#pragma once

#include <cstdint>
#include <memory>

#include "nonneg/element_type.hpp"
#include "nonneg/export.hpp"
#include "nonneg/matrix_view.hpp"
#include "nonneg/sparse_view.hpp"

namespace nonneg {

/// A matrix in host memory (or mapped into it) that somebody else owns: dense or sparse, and with
/// weights where its entries do not count alike. Must outlive every solver that reads it. A null
/// pointer to entries that there should be is refused by whoever would read it, as a view of device
/// memory is.
///
/// Dense data is of any stored type and has any strides: entry (i, j) lies at data + (i *
/// row_stride + j * col_stride) entries. Row-major data has col_stride 1, column-major data
/// row_stride 1. Sparse data has none of these, but stored().
class NONNEG_EXPORT DataView {
 public:
  DataView() = default;
  /// Throws InvalidArgument when a size is negative, a stride is below 1, or `type` is none.
  DataView(const void* data, ElementType type, Index rows, Index cols, Index row_stride,
           Index col_stride);

  /// A view of device memory may be named, but nothing reads it yet: whoever would (a solver,
  /// transform(), choose_precision()) throws InvalidArgument at once.
  template <class E>
  requires StoredEntry<std::remove_const_t<E>>
  // NOLINTNEXTLINE(google-explicit-constructor): every dense view is a data view
  DataView(MatrixView<E> view)
      : DataView(view.data(), ElementTypeOf<std::remove_const_t<E>>::value, view.rows(),
                 view.cols(), view.ld() > 0 ? view.ld() : 1, 1) {
    space_ = view.space();
  }

  /// Sparse data, of 0 where no entry is stored.
  // NOLINTNEXTLINE(google-explicit-constructor): every sparse view is a data view
  DataView(const SparseView& stored)
      : type_(stored.type()),
        rows_(stored.rows()),
        cols_(stored.cols()),
        stored_(stored),
        sparse_(true) {}

  /// The first entry of dense data; null for sparse data.
  const void* data() const noexcept { return data_; }
  /// The stored type of the entries.
  ElementType type() const noexcept { return type_; }
  /// m.
  Index rows() const noexcept { return rows_; }
  /// n.
  Index cols() const noexcept { return cols_; }
  /// Whether it is stored() that holds the entries.
  bool sparse() const noexcept { return sparse_; }
  /// Which memory the entries lie in.
  MemorySpace space() const noexcept { return space_; }
  /// The stored entries of sparse data.
  const SparseView& stored() const noexcept { return stored_; }
  /// Entries from one row to the next, of dense data.
  Index row_stride() const noexcept { return row_stride_; }
  /// Entries from one column to the next, of dense data.
  Index col_stride() const noexcept { return col_stride_; }
  /// Whether there is no row or no column.
  bool empty() const noexcept { return rows_ == 0 || cols_ == 0; }
  /// Bytes of all entries as stored; without the weights.
  std::uint64_t bytes() const noexcept;
  /// Whether the entries of a row are adjacent.
  bool row_major() const noexcept { return col_stride_ == 1; }

  /// The same data, of which entry (i, j) counts scale·`weights`(i, j) >= 0 in the loss; 0 leaves
  /// it out. `scale` > 0 is a power of 2. Sparse data has sparse weights, of which an entry not
  /// stored is 0, and they apply to the stored entries (Missing::zeros). The weights are not
  /// copied: they must live as long as A does. Throws InvalidArgument for another shape, a mixture
  /// of both kinds, weights in device memory, or another scale.
  DataView weighted_by(const DataView& weights, double scale = 1) const;
  /// What the weights are multiplied by.
  double weight_scale() const noexcept { return weight_scale_; }
  /// Without their scale; null where every entry counts 1.
  const DataView* weights() const noexcept { return weights_.get(); }

  /// Rows first … first + count - 1. Throws InvalidArgument when they lie outside.
  DataView row_block(Index first, Index count) const;

  /// The same entries as a typed row-major view. Throws InvalidArgument for another stored type or
  /// where the columns are not adjacent.
  template <class E>
  MatrixView<const E> as() const {
    require(ElementTypeOf<E>::value);
    return {static_cast<const E*>(data_), rows_, cols_, row_stride_ < cols_ ? cols_ : row_stride_,
            space_};
  }

 private:
  void require(ElementType type) const;

  const void* data_ = nullptr;
  ElementType type_ = ElementType::float64;
  Index rows_ = 0;
  Index cols_ = 0;
  Index row_stride_ = 1;
  Index col_stride_ = 1;
  MemorySpace space_ = MemorySpace::host;
  SparseView stored_;
  bool sparse_ = false;
  std::shared_ptr<const DataView> weights_;
  double weight_scale_ = 1;
};

}  // namespace nonneg
