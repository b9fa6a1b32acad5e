// SPDX-License-Identifier: Apache-2.0
/// Launcher of kernels/anls_update.cu.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "backend/backend.hpp"

namespace nonneg::cuda {

/// Device memory that launch_anls_update needs for k components.
std::uint64_t anls_workspace_bytes(Index k);

/// See Backend::anls_update. `workspace` holds anls_workspace_bytes(k); only work on this stream
/// may use it.
template <class T>
void launch_anls_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> G,
                        const RowUpdate<T>& update, double* workspace, cudaStream_t stream);

}  // namespace nonneg::cuda
