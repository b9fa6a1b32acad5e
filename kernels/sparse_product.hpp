// SPDX-License-Identifier: Apache-2.0
/// Launchers of kernels/sparse_product.cu.
#pragma once

#include <cuda_runtime_api.h>

#include "backend/sparse_rows.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg::cuda {

/// C = A·B; A m × n, B n × k.
template <class T>
void launch_sparse_multiply(const SparseRows<T>& A, MatrixView<const T> B, MatrixView<T> C,
                            cudaStream_t stream);

/// C += Aᵀ·B; A m × n, B m × k. Entries are added in any order: the last digits may differ from run
/// to run.
template <class T>
void launch_add_sparse_transposed_product(const SparseRows<T>& A, MatrixView<const T> B,
                                          MatrixView<T> C, cudaStream_t stream);

/// out(i, j) = A(i, j) where A stores an entry; nothing else is written.
template <class T>
void launch_scatter(const SparseRows<T>& A, MatrixView<T> out, cudaStream_t stream);

}  // namespace nonneg::cuda
