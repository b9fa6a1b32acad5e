/// A data matrix as its owner stores it, in any of the types that nonneg reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "nonneg/export.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg {

/// How an entry of A is stored. A stays in this type; panels are widened one at a time.
enum class ElementType {
  uint8,
  int8,
  uint16,
  int16,
  uint32,
  int32,
  uint64,
  int64,
  float16,
  float32,
  float64
};

/// Bytes of one entry.
NONNEG_EXPORT std::size_t element_size(ElementType type) noexcept;
/// NumPy's name of the type: "uint8", "float32", ...
NONNEG_EXPORT std::string_view element_name(ElementType type) noexcept;

/// An IEEE 754 binary16 number, as stored.
struct Half {
  std::uint16_t bits;
};

template <class E>
struct ElementTypeOf;
template <>
struct ElementTypeOf<std::uint8_t> {
  static constexpr ElementType value = ElementType::uint8;
};
template <>
struct ElementTypeOf<std::int8_t> {
  static constexpr ElementType value = ElementType::int8;
};
template <>
struct ElementTypeOf<std::uint16_t> {
  static constexpr ElementType value = ElementType::uint16;
};
template <>
struct ElementTypeOf<std::int16_t> {
  static constexpr ElementType value = ElementType::int16;
};
template <>
struct ElementTypeOf<std::uint32_t> {
  static constexpr ElementType value = ElementType::uint32;
};
template <>
struct ElementTypeOf<std::int32_t> {
  static constexpr ElementType value = ElementType::int32;
};
template <>
struct ElementTypeOf<std::uint64_t> {
  static constexpr ElementType value = ElementType::uint64;
};
template <>
struct ElementTypeOf<std::int64_t> {
  static constexpr ElementType value = ElementType::int64;
};
template <>
struct ElementTypeOf<Half> {
  static constexpr ElementType value = ElementType::float16;
};
template <>
struct ElementTypeOf<float> {
  static constexpr ElementType value = ElementType::float32;
};
template <>
struct ElementTypeOf<double> {
  static constexpr ElementType value = ElementType::float64;
};

/// A matrix in host memory (or mapped into it) that somebody else owns, in any stored type and with
/// any strides: entry (i, j) lies at data + (i * row_stride + j * col_stride) entries. Row-major
/// data has col_stride 1, column-major data row_stride 1. Must outlive every solver that reads it.
class NONNEG_EXPORT DataView {
 public:
  DataView() = default;
  /// Throws InvalidArgument when a size is negative or a stride is below 1.
  DataView(const void* data, ElementType type, Index rows, Index cols, Index row_stride,
           Index col_stride);

  template <class E>
  // NOLINTNEXTLINE(google-explicit-constructor): every dense view is a data view
  DataView(MatrixView<E> view)
      : DataView(view.data(), ElementTypeOf<std::remove_const_t<E>>::value, view.rows(),
                 view.cols(), view.ld() > 0 ? view.ld() : 1, 1) {}

  const void* data() const noexcept { return data_; }
  ElementType type() const noexcept { return type_; }
  Index rows() const noexcept { return rows_; }
  Index cols() const noexcept { return cols_; }
  Index row_stride() const noexcept { return row_stride_; }
  Index col_stride() const noexcept { return col_stride_; }
  bool empty() const noexcept { return rows_ == 0 || cols_ == 0; }
  /// Bytes of all entries as stored.
  std::uint64_t bytes() const noexcept;
  bool row_major() const noexcept { return col_stride_ == 1; }

  /// Rows first … first + count - 1. Throws InvalidArgument when they lie outside.
  DataView row_block(Index first, Index count) const;

  /// The same entries as a typed row-major view. Throws InvalidArgument for another stored type or
  /// where the columns are not adjacent.
  template <class E>
  MatrixView<const E> as() const {
    require(ElementTypeOf<E>::value);
    return {static_cast<const E*>(data_), rows_, cols_, row_stride_ < cols_ ? cols_ : row_stride_};
  }

 private:
  void require(ElementType type) const;

  const void* data_ = nullptr;
  ElementType type_ = ElementType::float64;
  Index rows_ = 0;
  Index cols_ = 0;
  Index row_stride_ = 1;
  Index col_stride_ = 1;
};

}  // namespace nonneg
