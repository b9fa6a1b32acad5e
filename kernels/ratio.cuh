/// One entry's multiplicative update.
#pragma once

#include "backend/backend.hpp"
#include "kernels/launch.cuh"

namespace nonneg::cuda {

/// `product` is the entry of F·G. A denominator of 0 leaves the entry; NaN stays NaN.
template <class T>
__device__ T ratio_updated(T f, T p, T product, const RowUpdate<T>& update) {
  const T denominator = product + update.l1 + update.l2 * f;
  return denominator == T{0} ? f : at_least(f * (p / denominator), update.floor);
}

}  // namespace nonneg::cuda
