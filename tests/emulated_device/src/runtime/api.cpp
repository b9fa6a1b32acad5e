// SPDX-License-Identifier: Apache-2.0
#include "api.hpp"

#include "../findings.hpp"
#include "device.hpp"
#include "faults.hpp"

namespace nonneg::emulated {
namespace {

cudaError_t sticky = cudaSuccess;
bool used = false;
thread_local cudaError_t last = cudaSuccess;
thread_local bool in_host_function = false;

}  // namespace

std::recursive_mutex& api_mutex() {
  static auto* mutex = new std::recursive_mutex;
  return *mutex;
}

cudaError_t sticky_error() { return sticky; }
void set_sticky_error(cudaError_t error) { sticky = error; }
void clear_errors() { sticky = last = cudaSuccess; }
bool device_was_used() { return used; }

cudaError_t finish(cudaError_t error) {
  if (sticky != cudaSuccess) error = sticky;
  if (error != cudaSuccess && error != cudaErrorNotReady) last = error;
  return error;
}

HostFunctionScope::HostFunctionScope() { in_host_function = true; }
HostFunctionScope::~HostFunctionScope() { in_host_function = false; }

ApiCall::ApiCall(const char* name) : lock_(api_mutex()), name_(name) { used = true; }

bool ApiCall::forbidden() const {
  if (in_host_function) report("CUDA call inside a host function", name_);
  return in_host_function;
}

cudaError_t ApiCall::admit() const {
  return forbidden() ? finish(cudaErrorNotPermitted) : cudaSuccess;
}

cudaError_t ApiCall::admit_failable(cudaError_t injected) const {
  if (forbidden()) return finish(cudaErrorNotPermitted);
  if (sticky != cudaSuccess) return finish(sticky);
  return inject_failure(name_) ? finish(injected) : cudaSuccess;
}

cudaError_t ApiCall::admit_on_device(cudaError_t injected) const {
  if (const auto e = admit_failable(injected)) return e;
  const cudaError_t entered = enter_device();
  return entered == cudaSuccess ? cudaSuccess : finish(entered);
}

}  // namespace nonneg::emulated

using namespace nonneg::emulated;

NONNEG_EMU_EXPORT cudaError_t cudaPeekAtLastError() {
  const std::lock_guard lock(api_mutex());
  return sticky != cudaSuccess ? sticky : last;
}

NONNEG_EMU_EXPORT cudaError_t cudaGetLastError() {
  const std::lock_guard lock(api_mutex());
  const cudaError_t error = sticky != cudaSuccess ? sticky : last;
  last = sticky;
  return error;
}
