#include "data/dense_copy.hpp"

#include <cmath>
#include <limits>
#include <type_traits>

#include "data/dense_row.hpp"

namespace nonneg::cli {
namespace {

double widen(Half half) {
  constexpr unsigned kFractionBits = 10;
  constexpr unsigned kMaxExponent = 31;
  constexpr int kBias = 15;
  const unsigned fraction = half.bits & 0x3FFU;
  const unsigned exponent = (half.bits >> kFractionBits) & kMaxExponent;
  const double sign = (half.bits & 0x8000U) != 0 ? -1.0 : 1.0;
  if (exponent == kMaxExponent) {
    return fraction == 0 ? sign * std::numeric_limits<double>::infinity()
                         : std::numeric_limits<double>::quiet_NaN();
  }
  const unsigned significand = exponent == 0 ? fraction : fraction | (1U << kFractionBits);
  const int power = static_cast<int>(exponent == 0 ? 1 : exponent) - kBias - kFractionBits;
  return sign * std::ldexp(significand, power);
}

template <class T, class E>
Matrix<T> copy_of(const DataView& stored) {
  Matrix<T> dense(stored.rows(), stored.cols());
  const auto* entries = static_cast<const E*>(stored.data());
  for (Index i = 0; i < stored.rows(); ++i) {
    for (Index j = 0; j < stored.cols(); ++j) {
      const E entry = entries[i * stored.row_stride() + j * stored.col_stride()];
      if constexpr (std::is_same_v<E, Half>) {
        dense(i, j) = static_cast<T>(widen(entry));
      } else {
        dense(i, j) = static_cast<T>(entry);
      }
    }
  }
  return dense;
}

}  // namespace

template <class T>
Matrix<T> dense_copy(const DataView& stored) {
  if (stored.sparse()) {
    Matrix<T> dense(stored.rows(), stored.cols());
    for (Index i = 0; i < stored.rows(); ++i) {
      write_dense_row(stored.stored(), i, dense.view().row(i));
    }
    return dense;
  }
  switch (stored.type()) {
    case ElementType::uint8:
      return copy_of<T, std::uint8_t>(stored);
    case ElementType::int8:
      return copy_of<T, std::int8_t>(stored);
    case ElementType::uint16:
      return copy_of<T, std::uint16_t>(stored);
    case ElementType::int16:
      return copy_of<T, std::int16_t>(stored);
    case ElementType::uint32:
      return copy_of<T, std::uint32_t>(stored);
    case ElementType::int32:
      return copy_of<T, std::int32_t>(stored);
    case ElementType::uint64:
      return copy_of<T, std::uint64_t>(stored);
    case ElementType::int64:
      return copy_of<T, std::int64_t>(stored);
    case ElementType::float16:
      return copy_of<T, Half>(stored);
    case ElementType::float32:
      return copy_of<T, float>(stored);
    case ElementType::float64:
      return copy_of<T, double>(stored);
  }
  return {};
}

template Matrix<float> dense_copy(const DataView&);
template Matrix<double> dense_copy(const DataView&);

}  // namespace nonneg::cli
