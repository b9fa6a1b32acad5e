// SPDX-License-Identifier: Apache-2.0
/// The backend for NVIDIA GPUs: cuBLAS products and fused kernels on one stream.
#pragma once

#include <memory>

#include "backend/backend.hpp"

namespace nonneg::cuda {

/// A backend on options.device. Throws NotAvailable where that cannot be used, OutOfMemory.
template <class T>
std::unique_ptr<Backend<T>> make_cuda_backend(const Options& options);

}  // namespace nonneg::cuda
