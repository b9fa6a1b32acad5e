// SPDX-License-Identifier: Apache-2.0
#include "cuda/blas_handle.hpp"

#include "cuda/backend_memory.hpp"
#include "cuda/capture_lock.hpp"
#include "cuda/check.hpp"

namespace nonneg::cuda {

BlasHandle::BlasHandle(const Stream& stream, std::uint64_t workspace_bytes)
    : workspace_(workspace_bytes, kBlasWorkspace.data()) {
  const BlasErrorsTaken errors;
  {
    const CaptureLock lock;
    check(cublasCreate(&handle_), "cublasCreate", "creating a handle");
  }
  try {
    check(cublasSetStream(handle_, stream.get()), "cublasSetStream", "creating a handle");
    // After the stream: setting one takes the workspace back.
    check(cublasSetWorkspace(handle_, workspace_.data(), workspace_.bytes()), "cublasSetWorkspace",
          "creating a handle");
    check(cublasSetMathMode(handle_, CUBLAS_DEFAULT_MATH), "cublasSetMathMode",
          "creating a handle");
    check(cublasSetAtomicsMode(handle_, CUBLAS_ATOMICS_NOT_ALLOWED), "cublasSetAtomicsMode",
          "creating a handle");
    check(cublasSetPointerMode(handle_, CUBLAS_POINTER_MODE_HOST), "cublasSetPointerMode",
          "creating a handle");
  } catch (...) {
    destroy();
    throw;
  }
}

BlasHandle::~BlasHandle() { destroy(); }

void BlasHandle::destroy() noexcept {
  const CaptureLock lock;
  const BlasErrorsTaken errors;
  cublasDestroy(handle_);
}

}  // namespace nonneg::cuda
