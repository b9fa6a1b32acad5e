// SPDX-License-Identifier: Apache-2.0
// Elements of cuBLAS operands: loading any supported type as a double, storing with its rounding,
// and the input roundings of the reduced-precision modes.
#pragma once

#include <cublas_v2.h>

#include <algorithm>
#include <bit>
#include <cstdint>

#include "../exec/numeric.hpp"

namespace nonneg::emulated::blas {

using Index = std::int64_t;

/// Rounding of float inputs before they are multiplied.
enum class InputRounding { None, Tf32, Bfloat16, Half };

template <class Real>
constexpr cudaDataType data_type() {
  return sizeof(Real) == 4 ? CUDA_R_32F : CUDA_R_64F;
}

inline std::size_t element_size(cudaDataType t) {
  switch (t) {
    case CUDA_R_8I:
    case CUDA_R_8U:
      return 1;
    case CUDA_R_16F:
    case CUDA_R_16BF:
      return 2;
    case CUDA_R_32F:
    case CUDA_R_32I:
      return 4;
    case CUDA_R_64F:
      return 8;
    default:
      return 0;
  }
}

inline double load_element(const void* p, cudaDataType t, Index i) {
  switch (t) {
    case CUDA_R_8I:
      return static_cast<const std::int8_t*>(p)[i];
    case CUDA_R_8U:
      return static_cast<const std::uint8_t*>(p)[i];
    case CUDA_R_16F:
      return half_to_float(static_cast<const std::uint16_t*>(p)[i]);
    case CUDA_R_16BF:
      return bfloat_to_float(static_cast<const std::uint16_t*>(p)[i]);
    case CUDA_R_32F:
      return static_cast<const float*>(p)[i];
    case CUDA_R_32I:
      return static_cast<const std::int32_t*>(p)[i];
    case CUDA_R_64F:
      return static_cast<const double*>(p)[i];
    default:
      return 0;
  }
}

inline void store_element(void* p, cudaDataType t, Index i, double v) {
  switch (t) {
    case CUDA_R_8I:
      static_cast<std::int8_t*>(p)[i] = static_cast<std::int8_t>(std::clamp(v, -128.0, 127.0));
      break;
    case CUDA_R_16F:
      static_cast<std::uint16_t*>(p)[i] = static_cast<std::uint16_t>(half_bits(v));
      break;
    case CUDA_R_16BF:
      static_cast<std::uint16_t*>(p)[i] =
          static_cast<std::uint16_t>(bfloat_bits(static_cast<float>(v)));
      break;
    case CUDA_R_32F:
      static_cast<float*>(p)[i] = static_cast<float>(v);
      break;
    case CUDA_R_32I:
      static_cast<std::int32_t*>(p)[i] = static_cast<std::int32_t>(static_cast<std::int64_t>(v));
      break;
    case CUDA_R_64F:
      static_cast<double*>(p)[i] = v;
      break;
    default:
      break;
  }
}

/// To 10 mantissa bits, nearest, ties away from zero.
inline float round_to_tf32(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  constexpr std::uint32_t kExponent = 0x7f800000u;
  if ((bits & kExponent) == kExponent) return value;
  return std::bit_cast<float>((bits + 0x1000u) & ~0x1fffu);
}

/// To 10 mantissa bits, towards zero, as tensor cores read a float.
inline float truncate_to_tf32(float value) {
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) & ~0x1fffu);
}

/// To float, towards zero, as tensor cores add up.
inline float truncate_to_float(double value) {
  const auto nearest = static_cast<float>(value);
  const bool beyond =
      value >= 0 ? static_cast<double>(nearest) > value : static_cast<double>(nearest) < value;
  return beyond ? std::bit_cast<float>(std::bit_cast<std::uint32_t>(nearest) - 1) : nearest;
}

inline double round_input(double v, InputRounding rounding) {
  switch (rounding) {
    case InputRounding::Tf32:
      return round_to_tf32(static_cast<float>(v));
    case InputRounding::Bfloat16:
      return bfloat_to_float(bfloat_bits(static_cast<float>(v)));
    case InputRounding::Half:
      return half_to_float(half_bits(v));
    case InputRounding::None:
      return v;
  }
  return v;
}

}  // namespace nonneg::emulated::blas
