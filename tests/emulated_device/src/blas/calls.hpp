// SPDX-License-Identifier: Apache-2.0
// What all cuBLAS routines share: the handle, operands with their checks, scalars, and submission
// to the stream.
//
// Routines are column-major reference loops with double accumulation in a fixed order:
// deterministic, but not cuBLAS's own rounding. Host scalars are read at the call, device scalars
// and operands when the operation runs.
#pragma once

#include <cublas_v2.h>

#include <functional>
#include <string>
#include <vector>

#include "elements.hpp"

namespace nonneg::emulated::blas {

/// What cublasSetWorkspace gave.
struct Workspace {
  const void* data = nullptr;
  std::size_t bytes = 0;
  bool taken_back = false;  ///< by a cublasSetStream after it
};

struct Handle {
  cublasPointerMode_t pointer_mode = CUBLAS_POINTER_MODE_HOST;
  cublasMath_t math_mode = CUBLAS_DEFAULT_MATH;
  cublasAtomicsMode_t atomics_mode = CUBLAS_ATOMICS_NOT_ALLOWED;
  cudaStream_t stream = nullptr;
  int device = 0;
  Workspace workspace;
};
/// Null: not a live handle.
Handle* find_handle(cublasHandle_t handle);

/// Begins a routine: the lock, the handle, host functions, sticky errors, injected faults. Use as
///   const Call call(handle, "cublasSgemm"); if (call.refused()) return call.status();
class Call {
 public:
  Call(cublasHandle_t handle, std::string name);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  bool refused() const { return status_ != CUBLAS_STATUS_SUCCESS; }
  cublasStatus_t status() const { return status_; }
  const Handle& handle() const { return *handle_; }
  const std::string& name() const { return name_; }

  /// A dimension or leading dimension that cuBLAS would refuse: reported,
  /// CUBLAS_STATUS_INVALID_VALUE.
  cublasStatus_t refuse_dimensions(const std::string& which) const;

 private:
  std::string name_;
  Handle* handle_ = nullptr;
  cublasStatus_t status_ = CUBLAS_STATUS_SUCCESS;
};

/// A column-major matrix in device memory.
struct Matrix {
  const void* data = nullptr;
  Index rows = 0, columns = 0, ld = 0;
  std::size_t element = 0;  ///< bytes
  bool read = false, written = false;

  std::size_t extent() const;  ///< bytes from the first element to the last
};

template <class Real>
Matrix input(const Real* data, Index rows, Index columns, Index ld) {
  return {data, rows, columns, ld, sizeof(Real), true, false};
}
template <class Real>
Matrix output(const Real* data, Index rows, Index columns, Index ld, bool also_read = false) {
  return {data, rows, columns, ld, sizeof(Real), also_read, true};
}
/// Bounds are checked, accesses are recorded by the routine itself.
template <class Real>
Matrix bounds_only(const Real* data, Index rows, Index columns, Index ld) {
  return {data, rows, columns, ld, sizeof(Real), false, false};
}
/// n elements at distance |increment|.
Matrix vector_operand(const void* data, Index n, Index increment, std::size_t element, bool read,
                      bool written);
/// Position of element i; a negative increment runs backwards from the end.
inline Index element_at(Index i, Index n, Index increment) {
  return increment >= 0 ? i * increment : (i - n + 1) * increment;
}

/// False, and a finding, where the matrix is not inside one device allocation.
bool inside_device(const Matrix& m, const std::string& routine);
/// Records the elements as read (with the check for never-written ones), or as written.
void record_read(const Matrix& m, const std::string& routine);
void record_write(const Matrix& m);

/// alpha or beta.
class Scalar {
 public:
  /// Reads a host scalar now. valid(): false where the pointer does not suit the pointer mode.
  Scalar(const Call& call, const void* pointer, cudaDataType type);
  bool valid() const { return valid_; }
  bool on_device() const { return device_ != nullptr; }
  /// False where it is known at the call to be zero.
  bool may_be_nonzero() const { return on_device() || value_ != 0; }
  /// Its value when the operation runs.
  double get(const std::string& routine) const;

 private:
  bool valid_ = true;
  double value_ = 0;
  const void* device_ = nullptr;
  cudaDataType type_;
};

enum class HostWait { No, ForResult };

/// Queues a routine: operands are checked now and when it runs; reads are recorded before `run`,
/// writes after.
cublasStatus_t submit_routine(const Call& call, double flops, const std::vector<Matrix>& operands,
                              const std::function<void()>& run, HostWait wait = HostWait::No);

/// A routine with a scalar result. With host pointer mode the host waits for it.
template <class Result>
cublasStatus_t submit_reduction(const Call& call, double flops, std::vector<Matrix> operands,
                                Result* result, std::function<double()> run);

bool result_pointer_suits(const Call& call, const void* pointer);

template <class Result>
cublasStatus_t submit_reduction(const Call& call, double flops, std::vector<Matrix> operands,
                                Result* result, std::function<double()> run) {
  if (!result_pointer_suits(call, result)) return CUBLAS_STATUS_INVALID_VALUE;
  const bool on_device = call.handle().pointer_mode == CUBLAS_POINTER_MODE_DEVICE;
  if (on_device) operands.push_back(output(result, 1, 1, 1));
  return submit_routine(
      call, flops, std::move(operands),
      [result, run = std::move(run)] { *result = static_cast<Result>(run()); },
      on_device ? HostWait::No : HostWait::ForResult);
}

/// How float inputs are rounded under the handle's math mode and a compute type.
InputRounding input_rounding(const Handle& handle, cublasComputeType_t compute, cudaDataType type);
template <class Real>
InputRounding input_rounding(const Handle& handle) {
  return input_rounding(handle, CUBLAS_COMPUTE_32F, data_type<Real>());
}

}  // namespace nonneg::emulated::blas
