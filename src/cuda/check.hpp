/// CUDA and cuBLAS statuses as nonneg's errors.
#pragma once

#include <cublas_v2.h>
#include <cuda_runtime_api.h>

#include <cstdint>

namespace nonneg::cuda {

/// Throws unless `status` is success: OutOfMemory with the bytes asked for and free, NotAvailable
/// where there is no usable device or driver, else DeviceError; each names the `call` and what it
/// was `doing`. Takes the error back from the runtime, so that only errors which have destroyed the
/// context are seen by later calls.
void check(cudaError_t status, const char* call, const char* doing, std::uint64_t bytes = 0);
void check(cublasStatus_t status, const char* call, const char* doing);

}  // namespace nonneg::cuda
