// SPDX-License-Identifier: Apache-2.0
/// A cuBLAS handle.
#pragma once

#include <cublas_v2.h>

#include "cuda/device_buffer.hpp"
#include "cuda/stream.hpp"

namespace nonneg::cuda {

/// Owns a handle of the current device that works on one stream, in a workspace of its own: with
/// those two and without atomics, products repeat bit for bit. float32 stays float32, but where a
/// product asks for TF32 (gemm.hpp).
class BlasHandle {
 public:
  /// Takes `workspace_bytes` of device memory.
  BlasHandle(const Stream& stream, std::uint64_t workspace_bytes);
  ~BlasHandle();
  BlasHandle(const BlasHandle&) = delete;
  BlasHandle& operator=(const BlasHandle&) = delete;

  cublasHandle_t get() const noexcept { return handle_; }

 private:
  void destroy() noexcept;

  DeviceBuffer workspace_;
  cublasHandle_t handle_ = nullptr;
};

}  // namespace nonneg::cuda
