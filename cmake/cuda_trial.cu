// SPDX-License-Identifier: Apache-2.0
// Compiled while configuring: does nvcc, with its host compiler, understand what the kernels use?
#include <cublas_v2.h>

#include <concepts>
#include <span>
#include <string>

template <std::floating_point T>
__global__ void scale(T* values, T factor) {
  values[threadIdx.x] *= factor;
}

void launch(std::span<float> values) { scale<<<1, 32>>>(values.data(), 2.0F); }
