// SPDX-License-Identifier: Apache-2.0
/// CUDA and cuBLAS statuses as nonneg's errors.
#pragma once

#include <cublas_v2.h>

#include "kernels/check.hpp"

namespace nonneg::cuda {

/// Throws unless `status` is success, as check() of a CUDA status does.
void check(cublasStatus_t status, const char* call, const char* doing);

}  // namespace nonneg::cuda
