// SPDX-License-Identifier: Apache-2.0
#include "nonneg/data_view.hpp"

#include <fmt/format.h>

#include <cmath>

#include "data/readable.hpp"

namespace nonneg {

namespace {

void require_known(ElementType type) {
  if (element_size(type) > 0) return;
  throw InvalidArgument(fmt::format(
      "data view of a type numbered {}: it must be one of ElementType", static_cast<int>(type)));
}

}  // namespace

DataView::DataView(const void* data, ElementType type, Index rows, Index cols, Index row_stride,
                   Index col_stride)
    : data_(data),
      type_(type),
      rows_(rows),
      cols_(cols),
      row_stride_(row_stride),
      col_stride_(col_stride) {
  if (rows < 0 || cols < 0 || row_stride < 1 || col_stride < 1) {
    throw InvalidArgument(fmt::format(
        "data view of {} x {} with strides {} and {}: sizes must be >= 0 and strides >= 1", rows,
        cols, row_stride, col_stride));
  }
  require_known(type);
}

std::uint64_t DataView::bytes() const noexcept {
  if (sparse_) return stored_.bytes();
  return static_cast<std::uint64_t>(rows_) * static_cast<std::uint64_t>(cols_) *
         element_size(type_);
}

DataView DataView::weighted_by(const DataView& weights, double scale) const {
  require_readable(Subject::weights, weights);
  if (weights.rows() != rows_ || weights.cols() != cols_) {
    throw InvalidArgument(Subject::weights,
                          fmt::format("the weights are {} x {}: they must be {} x {}, as A is",
                                      weights.rows(), weights.cols(), rows_, cols_));
  }
  if (weights.sparse() != sparse_) {
    throw InvalidArgument(
        Subject::weights,
        sparse_
            ? "A is sparse and its weights are dense: both must be of one kind; hand the weights "
              "in sparse (.npz, .mtx), what they do not store being 0"
            : "A is dense and its weights are sparse: both must be of one kind; hand the weights "
              "in dense");
  }
  int exponent = 0;
  if (!(scale > 0) || std::isinf(scale) || std::frexp(scale, &exponent) != 0.5) {
    throw InvalidArgument(
        Subject::weights,
        fmt::format("the scale of the weights is {}: it must be a power of 2", scale));
  }
  DataView weighted = *this;
  weighted.weight_scale_ = scale;
  weighted.weights_ = std::make_shared<const DataView>(weights);
  return weighted;
}

DataView DataView::row_block(Index first, Index count) const {
  if (first < 0 || count < 0 || first > rows_ - count) {
    throw InvalidArgument(
        fmt::format("row block {} + {} lies outside a matrix of {} rows", first, count, rows_));
  }
  DataView block = *this;
  block.rows_ = count;
  if (sparse_) {
    block.stored_ = stored_.row_block(first, count);
  } else {
    block.data_ = static_cast<const std::byte*>(data_) +
                  first * row_stride_ * static_cast<Index>(element_size(type_));
  }
  if (weights_) {
    block.weights_ = std::make_shared<const DataView>(weights_->row_block(first, count));
  }
  return block;
}

void DataView::require(ElementType type) const {
  if (sparse_) throw InvalidArgument("sparse data read as dense: read stored() instead");
  if (type != type_) {
    throw InvalidArgument(
        fmt::format("data of {} read as {}", element_name(type_), element_name(type)));
  }
  if (!row_major() || (rows_ > 1 && row_stride_ < cols_)) {
    throw InvalidArgument(
        fmt::format("data with strides {} and {} read as row-major: its columns must be adjacent",
                    row_stride_, col_stride_));
  }
}

}  // namespace nonneg
