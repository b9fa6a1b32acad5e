// SPDX-License-Identifier: Apache-2.0
// Names and texts of errors.
#include <cublas_v2.h>
#include <cuda_runtime_api.h>

#include <array>

#include "api.hpp"

namespace nonneg::emulated {
namespace {

struct ErrorText {
  int code;
  const char* name;
  const char* text;
};

constexpr std::array kErrors = {
    ErrorText{0, "cudaSuccess", "no error"},
    ErrorText{1, "cudaErrorInvalidValue", "invalid argument"},
    ErrorText{2, "cudaErrorMemoryAllocation", "out of memory"},
    ErrorText{3, "cudaErrorInitializationError", "initialization error"},
    ErrorText{9, "cudaErrorInvalidConfiguration", "invalid configuration argument"},
    ErrorText{12, "cudaErrorInvalidPitchValue", "invalid pitch argument"},
    ErrorText{13, "cudaErrorInvalidSymbol", "invalid device symbol"},
    ErrorText{98, "cudaErrorInvalidDeviceFunction", "invalid device function"},
    ErrorText{46, "cudaErrorDevicesUnavailable",
              "CUDA-capable device(s) is/are busy or unavailable"},
    ErrorText{100, "cudaErrorNoDevice", "no CUDA-capable device is detected"},
    ErrorText{101, "cudaErrorInvalidDevice", "invalid device ordinal"},
    ErrorText{209, "cudaErrorNoKernelImageForDevice",
              "no kernel image is available for execution on the device"},
    ErrorText{214, "cudaErrorECCUncorrectable", "uncorrectable ECC error encountered"},
    ErrorText{304, "cudaErrorOperatingSystem",
              "OS call failed or operation not supported on this OS"},
    ErrorText{400, "cudaErrorInvalidResourceHandle", "invalid resource handle"},
    ErrorText{401, "cudaErrorIllegalState",
              "the operation cannot be performed in the present state"},
    ErrorText{600, "cudaErrorNotReady", "device not ready"},
    ErrorText{700, "cudaErrorIllegalAddress", "an illegal memory access was encountered"},
    ErrorText{701, "cudaErrorLaunchOutOfResources", "too many resources requested for launch"},
    ErrorText{702, "cudaErrorLaunchTimeout", "the launch timed out and was terminated"},
    ErrorText{710, "cudaErrorAssert", "device-side assert triggered"},
    ErrorText{712, "cudaErrorHostMemoryAlreadyRegistered",
              "part or all of the requested memory range is already mapped"},
    ErrorText{713, "cudaErrorHostMemoryNotRegistered",
              "pointer does not correspond to a registered memory region"},
    ErrorText{716, "cudaErrorMisalignedAddress", "misaligned address"},
    ErrorText{719, "cudaErrorLaunchFailure", "unspecified launch failure"},
    ErrorText{720, "cudaErrorCooperativeLaunchTooLarge", "too many blocks in cooperative launch"},
    ErrorText{800, "cudaErrorNotPermitted", "operation not permitted"},
    ErrorText{801, "cudaErrorNotSupported", "operation not supported"},
    ErrorText{900, "cudaErrorStreamCaptureUnsupported",
              "operation not permitted when stream is capturing"},
    ErrorText{901, "cudaErrorStreamCaptureInvalidated",
              "operation failed due to a previous error during capture"},
    ErrorText{902, "cudaErrorStreamCaptureMerge",
              "operation would result in a merge of separate capture sequences"},
    ErrorText{903, "cudaErrorStreamCaptureUnmatched",
              "capture was not ended in the same stream as it began"},
    ErrorText{904, "cudaErrorStreamCaptureUnjoined", "capturing stream has unjoined work"},
    ErrorText{905, "cudaErrorStreamCaptureIsolation",
              "dependency created on uncaptured work in another stream"},
    ErrorText{906, "cudaErrorStreamCaptureImplicit",
              "operation would make the legacy stream depend on a capturing blocking stream"},
    ErrorText{907, "cudaErrorCapturedEvent",
              "operation not permitted on an event last recorded in a capturing stream"},
    ErrorText{908, "cudaErrorStreamCaptureWrongThread",
              "attempt to terminate a thread-local capture sequence from another thread"},
    ErrorText{910, "cudaErrorGraphExecUpdateFailure",
              "the graph update was not performed because it included changes which violated "
              "constraints specific to instantiated graph update"},
    ErrorText{999, "cudaErrorUnknown", "unknown error"}};

constexpr ErrorText kOther{-1, "cudaErrorOther", "other CUDA error"};

const ErrorText& describe(cudaError_t error) {
  for (const ErrorText& e : kErrors)
    if (e.code == static_cast<int>(error)) return e;
  return kOther;
}

}  // namespace
}  // namespace nonneg::emulated

NONNEG_EMU_EXPORT const char* cudaGetErrorString(cudaError_t error) {
  return nonneg::emulated::describe(error).text;
}
NONNEG_EMU_EXPORT const char* cudaGetErrorName(cudaError_t error) {
  return nonneg::emulated::describe(error).name;
}

NONNEG_EMU_EXPORT const char* cublasGetStatusName(cublasStatus_t status) {
  switch (status) {
    case CUBLAS_STATUS_SUCCESS:
      return "CUBLAS_STATUS_SUCCESS";
    case CUBLAS_STATUS_NOT_INITIALIZED:
      return "CUBLAS_STATUS_NOT_INITIALIZED";
    case CUBLAS_STATUS_ALLOC_FAILED:
      return "CUBLAS_STATUS_ALLOC_FAILED";
    case CUBLAS_STATUS_INVALID_VALUE:
      return "CUBLAS_STATUS_INVALID_VALUE";
    case CUBLAS_STATUS_EXECUTION_FAILED:
      return "CUBLAS_STATUS_EXECUTION_FAILED";
    case CUBLAS_STATUS_NOT_SUPPORTED:
      return "CUBLAS_STATUS_NOT_SUPPORTED";
    default:
      return "CUBLAS_STATUS_OTHER";
  }
}
NONNEG_EMU_EXPORT const char* cublasGetStatusString(cublasStatus_t status) {
  return cublasGetStatusName(status);
}
