// SPDX-License-Identifier: Apache-2.0
// Getters and setters of the cuBLAS handle.
#include <cublas_v2.h>

#include <cstdint>

#include "../findings.hpp"
#include "../memory/arena.hpp"
#include "../runtime/api.hpp"
#include "../runtime/faults.hpp"
#include "../runtime/streams.hpp"
#include "../text.hpp"
#include "calls.hpp"

namespace nonneg::emulated::blas {
namespace {

constexpr int kVersion = 130000;
constexpr std::uintptr_t kWorkspaceAlignment = 256;

/// Runs `change` on a live handle.
template <class F>
cublasStatus_t with_handle(cublasHandle_t handle, const char* name, F change) {
  const ApiCall call(name);
  Handle* h = find_handle(handle);
  if (h == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  return change(*h);
}

template <class T>
cublasStatus_t set(cublasHandle_t handle, const char* name, T Handle::*field, T value) {
  return with_handle(handle, name, [&](Handle& h) {
    if (inject_failure(name)) return CUBLAS_STATUS_INVALID_VALUE;
    h.*field = value;
    return CUBLAS_STATUS_SUCCESS;
  });
}

template <class T>
cublasStatus_t get(cublasHandle_t handle, const char* name, T Handle::*field, T* value) {
  return with_handle(handle, name, [&](Handle& h) {
    *value = h.*field;
    return CUBLAS_STATUS_SUCCESS;
  });
}

}  // namespace
}  // namespace nonneg::emulated::blas

using namespace nonneg::emulated;
using blas::Handle;

NONNEG_EMU_EXPORT cublasStatus_t cublasSetStream_v2(cublasHandle_t handle, cudaStream_t stream) {
  return blas::with_handle(handle, "cublasSetStream", [&](Handle& h) {
    if (inject_failure("cublasSetStream")) return CUBLAS_STATUS_INVALID_VALUE;
    if (find_stream(stream, "cublasSetStream") == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
    h.stream = stream;
    h.workspace = {nullptr, 0, h.workspace.bytes > 0 || h.workspace.taken_back};
    return CUBLAS_STATUS_SUCCESS;
  });
}

NONNEG_EMU_EXPORT cublasStatus_t cublasSetWorkspace_v2(cublasHandle_t handle, void* workspace,
                                                       std::size_t bytes) {
  return blas::with_handle(handle, "cublasSetWorkspace", [&](Handle& h) {
    if (inject_failure("cublasSetWorkspace")) return CUBLAS_STATUS_INVALID_VALUE;
    if (bytes > 0 && !is_accessible(workspace, bytes)) {
      report("cuBLAS workspace outside device memory", format("%p + %zu", workspace, bytes));
      return CUBLAS_STATUS_INVALID_VALUE;
    }
    const bool aligned =
        reinterpret_cast<std::uintptr_t>(workspace) % blas::kWorkspaceAlignment == 0;
    if (!aligned) return CUBLAS_STATUS_INVALID_VALUE;
    h.workspace = {workspace, bytes, false};
    return CUBLAS_STATUS_SUCCESS;
  });
}

NONNEG_EMU_EXPORT cublasStatus_t cublasGetStream_v2(cublasHandle_t handle, cudaStream_t* stream) {
  return blas::get(handle, "cublasGetStream", &Handle::stream, stream);
}
NONNEG_EMU_EXPORT cublasStatus_t cublasSetPointerMode_v2(cublasHandle_t handle,
                                                         cublasPointerMode_t mode) {
  return blas::set(handle, "cublasSetPointerMode", &Handle::pointer_mode, mode);
}
NONNEG_EMU_EXPORT cublasStatus_t cublasGetPointerMode_v2(cublasHandle_t handle,
                                                         cublasPointerMode_t* mode) {
  return blas::get(handle, "cublasGetPointerMode", &Handle::pointer_mode, mode);
}
NONNEG_EMU_EXPORT cublasStatus_t cublasSetMathMode(cublasHandle_t handle, cublasMath_t mode) {
  return blas::set(handle, "cublasSetMathMode", &Handle::math_mode, mode);
}
NONNEG_EMU_EXPORT cublasStatus_t cublasGetMathMode(cublasHandle_t handle, cublasMath_t* mode) {
  return blas::get(handle, "cublasGetMathMode", &Handle::math_mode, mode);
}
NONNEG_EMU_EXPORT cublasStatus_t cublasSetAtomicsMode(cublasHandle_t handle,
                                                      cublasAtomicsMode_t mode) {
  return blas::set(handle, "cublasSetAtomicsMode", &Handle::atomics_mode, mode);
}
NONNEG_EMU_EXPORT cublasStatus_t cublasGetAtomicsMode(cublasHandle_t handle,
                                                      cublasAtomicsMode_t* mode) {
  return blas::get(handle, "cublasGetAtomicsMode", &Handle::atomics_mode, mode);
}
NONNEG_EMU_EXPORT cublasStatus_t cublasSetSmCountTarget(cublasHandle_t handle, int) {
  return blas::with_handle(handle, "cublasSetSmCountTarget",
                           [](Handle&) { return CUBLAS_STATUS_SUCCESS; });
}
NONNEG_EMU_EXPORT cublasStatus_t cublasGetVersion_v2(cublasHandle_t, int* version) {
  *version = blas::kVersion;
  return CUBLAS_STATUS_SUCCESS;
}
NONNEG_EMU_EXPORT cublasStatus_t cublasGetProperty(libraryPropertyType property, int* value) {
  *value = property == MAJOR_VERSION ? blas::kVersion / 10000 : 0;
  return CUBLAS_STATUS_SUCCESS;
}
NONNEG_EMU_EXPORT std::size_t cublasGetCudartVersion() { return 13000; }
