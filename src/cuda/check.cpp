// SPDX-License-Identifier: Apache-2.0
#include "cuda/check.hpp"

#include <fmt/format.h>

#include "nonneg/error.hpp"

namespace nonneg::cuda {

void check(cublasStatus_t status, const char* call, const char* doing) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  if (status == CUBLAS_STATUS_ALLOC_FAILED) throw_out_of_memory(call, doing, 0);
  const std::string what = fmt::format("{} ({}) on cuda:{}: {}, {}", call, doing, current_device(),
                                       cublasGetStatusName(status), cublasGetStatusString(status));
  if (status == CUBLAS_STATUS_ARCH_MISMATCH) throw NotAvailable(what);
  throw DeviceError(what);
}

}  // namespace nonneg::cuda
