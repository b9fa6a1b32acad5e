// SPDX-License-Identifier: Apache-2.0
#include "cuda/quotients.hpp"

#include "cuda/device_matrix.hpp"
#include "kernels/beta_quotients.hpp"

namespace nonneg::cuda {

template <class T>
Quotients<T> take_quotients(const BlasHandle& blas, cudaStream_t stream, Products products,
                            MatrixView<const T> A, MatrixView<const T> weights,
                            MatrixView<const T> W, MatrixView<const T> Ht,
                            const Divergence<T>& divergence, MatrixView<T> workspace,
                            MatrixView<const T> D) {
  require_on_device("quotient_products", A, W, Ht, workspace);
  if (weights.rows() > 0) require_on_device("quotient_products", weights);
  if (D.rows() > 0) require_on_device("quotient_products", D);
  const auto part = [&](Index index) {
    return MatrixView<T>(workspace.data() + index * A.rows() * A.cols(), A.rows(), A.cols(),
                         A.cols(), MemorySpace::device);
  };
  const Quotients<T> quotients{part(0), D.rows() > 0 ? part(1) : MatrixView<T>()};
  gemm<T>(blas, stream, products, Transpose::no, W, Transpose::yes, Ht, T{0}, quotients.numerators);
  launch_beta_quotients(A, weights, divergence, quotients.numerators, quotients.denominators,
                        stream);
  return quotients;
}

#define NONNEG_INSTANTIATE(T)                                                     \
  template Quotients<T> take_quotients(const BlasHandle&, cudaStream_t, Products, \
                                       MatrixView<const T>, MatrixView<const T>,  \
                                       MatrixView<const T>, MatrixView<const T>,  \
                                       const Divergence<T>&, MatrixView<T>, MatrixView<const T>);
NONNEG_INSTANTIATE(float)
NONNEG_INSTANTIATE(double)
#undef NONNEG_INSTANTIATE

}  // namespace nonneg::cuda
