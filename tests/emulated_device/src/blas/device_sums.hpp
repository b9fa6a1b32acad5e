// SPDX-License-Identifier: Apache-2.0
// gemm as a device may add it up (NONNEG_EMU_BLAS=device): accumulators of the compute type,
// towards zero where tensor cores do it, and an order that shapes, leading dimensions and alignment
// decide. Like cuBLAS it gives the same bits for the same operands, and other bits where one of
// those differs.
#pragma once

#include "gemm.hpp"

namespace nonneg::emulated::blas {

/// C = alpha op(A) op(B) + beta C; alpha is not 0.
void multiply_as_device(const GemmProblem& problem, const void* a, const void* b, void* c,
                        double alpha, double beta);

}  // namespace nonneg::emulated::blas
