// SPDX-License-Identifier: Apache-2.0
// What every intercepted entry point begins and ends with.
#pragma once

#include <cuda_runtime_api.h>

#include <mutex>

/// An entry point that replaces the one of libcudart or libcublas.
#define NONNEG_EMU_EXPORT extern "C" __attribute__((visibility("default")))

namespace nonneg::emulated {

/// One lock around every call.
std::recursive_mutex& api_mutex();

/// An error on the device leaves the context unusable: every later call returns it.
cudaError_t sticky_error();
void set_sticky_error(cudaError_t error);
/// Test-only: a fresh context without a fresh process.
void clear_errors();

/// True after the first CUDA or cuBLAS call of the process.
bool device_was_used();

/// Remembers `error` for cudaGetLastError and returns it, or the sticky error if there is one.
cudaError_t finish(cudaError_t error);

/// Marks that this thread runs a host function of a stream, in which CUDA calls are forbidden.
class HostFunctionScope {
 public:
  HostFunctionScope();
  ~HostFunctionScope();
  HostFunctionScope(const HostFunctionScope&) = delete;
  HostFunctionScope& operator=(const HostFunctionScope&) = delete;
};

class ApiCall {
 public:
  explicit ApiCall(const char* name);

  /// A call from inside a host function: reported, and to be refused.
  bool forbidden() const;
  /// An error to return at once: the call is forbidden here.
  cudaError_t admit() const;
  /// The same for a call that can fail: also the sticky error, or `injected` when its turn to fail
  /// has come.
  cudaError_t admit_failable(cudaError_t injected) const;
  /// The same for a call that needs a context of the thread's device, and makes it.
  cudaError_t admit_on_device(cudaError_t injected) const;

 private:
  std::lock_guard<std::recursive_mutex> lock_;
  const char* name_;
};

}  // namespace nonneg::emulated
