// SPDX-License-Identifier: Apache-2.0
#include "calls.hpp"

#include <algorithm>
#include <set>

#include "../findings.hpp"
#include "../memory/arena.hpp"
#include "../runtime/api.hpp"
#include "../runtime/capture.hpp"
#include "../runtime/cost_model.hpp"
#include "../runtime/device.hpp"
#include "../runtime/faults.hpp"
#include "../runtime/ledger.hpp"
#include "../runtime/live_objects.hpp"
#include "../runtime/streams.hpp"
#include "../settings.hpp"
#include "../text.hpp"

namespace nonneg::emulated::blas {
namespace {

std::set<Handle*>& handles() {
  static auto* all = new std::set<Handle*>;
  return *all;
}

template <class F>
void for_each_column(const Matrix& m, F f) {
  if (m.rows <= 0) return;
  const auto column_bytes = static_cast<std::size_t>(m.rows) * m.element;
  if (m.ld == m.rows) {  // contiguous: one range
    f(static_cast<const char*>(m.data), column_bytes * static_cast<std::size_t>(m.columns));
    return;
  }
  for (Index j = 0; j < m.columns; ++j)
    f(static_cast<const char*>(m.data) + static_cast<std::size_t>(j * m.ld) * m.element,
      column_bytes);
}

}  // namespace

Handle* find_handle(cublasHandle_t handle) {
  auto* h = reinterpret_cast<Handle*>(handle);
  return handles().count(h) != 0 ? h : nullptr;
}

Call::Call(cublasHandle_t handle, std::string name) : name_(std::move(name)) {
  api_mutex().lock();
  const ApiCall api(name_.c_str());
  handle_ = find_handle(handle);
  if (handle_ == nullptr) {
    report("cuBLAS call with an invalid handle", name_);
    status_ = CUBLAS_STATUS_NOT_INITIALIZED;
  } else if (handle_->device != current_device()) {
    report("cuBLAS call with a handle of another device", name_);
    status_ = CUBLAS_STATUS_EXECUTION_FAILED;
  } else if (api.forbidden() || sticky_error() != cudaSuccess || inject_failure(name_.c_str())) {
    status_ = CUBLAS_STATUS_EXECUTION_FAILED;
  }
}

Call::~Call() { api_mutex().unlock(); }

cublasStatus_t Call::refuse_dimensions(const std::string& which) const {
  report("cuBLAS invalid dimension", name_ + " " + which);
  return CUBLAS_STATUS_INVALID_VALUE;
}

std::size_t Matrix::extent() const {
  if (rows <= 0 || columns <= 0) return 0;
  return static_cast<std::size_t>(ld * (columns - 1) + rows) * element;
}

Matrix vector_operand(const void* data, Index n, Index increment, std::size_t element, bool read,
                      bool written) {
  const Index stride = increment < 0 ? -increment : increment;
  if (stride == 1) return {data, n, 1, std::max<Index>(n, 1), element, read, written};
  return {data, n > 0 ? 1 : 0, n, stride, element, read, written};
}

bool inside_device(const Matrix& m, const std::string& routine) {
  const std::size_t bytes = m.extent();
  if (bytes == 0 || is_accessible(m.data, bytes)) return true;
  report("cuBLAS operand outside device memory",
         format("%s: %lld x %lld ld %lld needs %zu bytes at %p", routine.c_str(),
                static_cast<long long>(m.rows), static_cast<long long>(m.columns),
                static_cast<long long>(m.ld), bytes, m.data));
  return false;
}

void record_read(const Matrix& m, const std::string& routine) {
  for_each_column(m, [&](const char* column, std::size_t bytes) {
    check_written(column, bytes, routine.c_str());
    record_operation_access(column, bytes, false);
  });
}

void record_write(const Matrix& m) {
  for_each_column(m, [](const char* column, std::size_t bytes) {
    mark_written(column, bytes);
    record_operation_access(column, bytes, true);
  });
}

Scalar::Scalar(const Call& call, const void* pointer, cudaDataType type) : type_(type) {
  const bool device_mode = call.handle().pointer_mode == CUBLAS_POINTER_MODE_DEVICE;
  if (pointer == nullptr) {
    report("cuBLAS null scalar pointer", call.name());
    valid_ = false;
  } else if (is_device_address(pointer) != device_mode &&
             !(device_mode && is_accessible(pointer, 1))) {
    report("cuBLAS scalar pointer does not match the pointer mode", call.name());
    valid_ = false;
  } else if (device_mode) {
    device_ = pointer;
  } else {
    value_ = load_element(pointer, type, 0);
  }
}

double Scalar::get(const std::string& routine) const {
  if (device_ == nullptr) return value_;
  check_written(device_, element_size(type_), routine.c_str());
  record_operation_access(device_, element_size(type_), false);
  return load_element(device_, type_, 0);
}

cublasStatus_t submit_routine(const Call& call, double flops, const std::vector<Matrix>& operands,
                              const std::function<void()>& run, HostWait wait) {
  Stream* s = find_stream(call.handle().stream, call.name().c_str());
  if (s == nullptr) return CUBLAS_STATUS_EXECUTION_FAILED;
  const Workspace workspace = call.handle().workspace;
  if (workspace.taken_back)
    report("cuBLAS product without the workspace that was set",
           call.name() + ": cublasSetStream came after cublasSetWorkspace, and took it back");
  double bytes = 0;
  for (const Matrix& m : operands) {
    if (!inside_device(m, call.name())) return CUBLAS_STATUS_EXECUTION_FAILED;
    bytes += static_cast<double>(m.rows) * static_cast<double>(m.columns) *
             static_cast<double>(m.element) * ((m.read ? 1 : 0) + (m.written ? 1 : 0));
  }
  if (wait == HostWait::ForResult)
    if (const auto e = refuse_wait_in_capture(*s, call.name().c_str())) {
      finish(e);
      return CUBLAS_STATUS_EXECUTION_FAILED;
    }
  Work work;
  work.kind = WorkKind::Blas;
  work.name = format("%s in stream %u", call.name().c_str(), s->line);
  work.run = [=, routine = call.name()] {
    if (workspace.bytes > 0 && !is_accessible(workspace.data, workspace.bytes)) {
      report("cuBLAS workspace freed before its use", routine);
      set_sticky_error(cudaErrorIllegalAddress);
      return 0.0;
    }
    for (const Matrix& m : operands)
      if (!inside_device(m, routine)) {
        set_sticky_error(cudaErrorIllegalAddress);
        return 0.0;
      }
    const DeviceAccess access;
    for (const Matrix& m : operands)
      if (m.read) record_read(m, routine);
    run();
    for (const Matrix& m : operands)
      if (m.written) record_write(m);
    record_blas(routine, flops, bytes);
    return device_seconds(bytes, flops);
  };
  OperationPointer queued;
  if (submit(*s, std::move(work), &queued) != cudaSuccess) return CUBLAS_STATUS_EXECUTION_FAILED;
  if (wait == HostWait::ForResult) {
    record_host_wait(call.name() + " (host result)");
    force(queued);
    join_host(queued);
    if (sticky_error() != cudaSuccess) return CUBLAS_STATUS_EXECUTION_FAILED;
  }
  return CUBLAS_STATUS_SUCCESS;
}

bool result_pointer_suits(const Call& call, const void* pointer) {
  if (pointer == nullptr) return false;
  const bool device_mode = call.handle().pointer_mode == CUBLAS_POINTER_MODE_DEVICE;
  if (is_device_address(pointer) == device_mode) return true;
  report("cuBLAS result pointer does not match the pointer mode", call.name());
  return false;
}

InputRounding input_rounding(const Handle& handle, cublasComputeType_t compute, cudaDataType type) {
  if (type != CUDA_R_32F) return InputRounding::None;
  switch (compute) {
    case CUBLAS_COMPUTE_32F_FAST_TF32:
      return InputRounding::Tf32;
    case CUBLAS_COMPUTE_32F_FAST_16F:
      return InputRounding::Half;
    case CUBLAS_COMPUTE_32F_FAST_16BF:
      return InputRounding::Bfloat16;
    case CUBLAS_COMPUTE_32F_PEDANTIC:
      return InputRounding::None;
    default:
      break;
  }
  constexpr int kModeBits = 15;  // above them are flags
  const bool tf32 = (static_cast<int>(handle.math_mode) & kModeBits) == CUBLAS_TF32_TENSOR_OP_MATH;
  return tf32 ? InputRounding::Tf32 : InputRounding::None;
}

}  // namespace nonneg::emulated::blas

using namespace nonneg::emulated;

NONNEG_EMU_EXPORT cublasStatus_t cublasCreate_v2(cublasHandle_t* handle) {
  const ApiCall call("cublasCreate");
  *handle = nullptr;
  if (inject_failure("cublasCreate")) return CUBLAS_STATUS_ALLOC_FAILED;
  if (enter_device() != cudaSuccess) return CUBLAS_STATUS_NOT_INITIALIZED;
  auto* h = new blas::Handle;
  h->device = current_device();
  blas::handles().insert(h);
  ++live_objects().blas_handles;
  *handle = reinterpret_cast<cublasHandle_t>(h);
  return CUBLAS_STATUS_SUCCESS;
}

NONNEG_EMU_EXPORT cublasStatus_t cublasDestroy_v2(cublasHandle_t handle) {
  const ApiCall call("cublasDestroy");
  blas::Handle* h = blas::find_handle(handle);
  if (h == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  // It may wait for the device: where that is refused the handle is gone all the same.
  const cudaError_t refused = refuse_device_wait_in_capture("cublasDestroy");
  if (refused == cudaSuccess && settings().draining_frees) force_all();
  blas::handles().erase(h);
  --live_objects().blas_handles;
  delete h;
  if (refused == cudaSuccess) return CUBLAS_STATUS_SUCCESS;
  finish(refused);
  return CUBLAS_STATUS_INTERNAL_ERROR;
}
