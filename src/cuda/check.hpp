// SPDX-License-Identifier: Apache-2.0
/// CUDA and cuBLAS statuses as nonneg's errors.
#pragma once

#include <cublas_v2.h>

#include "kernels/check.hpp"

namespace nonneg::cuda {

/// While one lives, errors that cuBLAS leaves in the runtime, of codes that only it knows, are
/// taken back at its end; one that the caller had left there stays.
class BlasErrorsTaken {
 public:
  BlasErrorsTaken() : before_(cudaPeekAtLastError()) {}
  ~BlasErrorsTaken() {
    if (cudaPeekAtLastError() != before_) cudaGetLastError();
  }
  BlasErrorsTaken(const BlasErrorsTaken&) = delete;
  BlasErrorsTaken& operator=(const BlasErrorsTaken&) = delete;

 private:
  cudaError_t before_;
};

/// Throws unless `status` is success, as check() of a CUDA status does.
void check(cublasStatus_t status, const char* call, const char* doing);

}  // namespace nonneg::cuda
