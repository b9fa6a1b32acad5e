// SPDX-License-Identifier: Apache-2.0
// Level 1 routines, typed by the element.
#pragma once

#include <cmath>
#include <utility>

#include "calls.hpp"

namespace nonneg::emulated::blas {

template <class Real>
Matrix read_vector(const Real* x, Index n, Index increment) {
  return vector_operand(x, n, increment, sizeof(Real), true, false);
}
template <class Real>
Matrix updated_vector(const Real* x, Index n, Index increment) {
  return vector_operand(x, n, increment, sizeof(Real), true, true);
}

template <class Real>
cublasStatus_t nrm2(const Call& call, Index n, const Real* x, Index incx, Real* result) {
  return submit_reduction<Real>(call, 2.0 * static_cast<double>(n), {read_vector(x, n, incx)},
                                result, [=] {
                                  double sum = 0;
                                  for (Index i = 0; i < n; ++i) {
                                    const double v = x[i * incx];
                                    sum += v * v;
                                  }
                                  return std::sqrt(sum);
                                });
}

template <class Real>
cublasStatus_t asum(const Call& call, Index n, const Real* x, Index incx, Real* result) {
  return submit_reduction<Real>(call, static_cast<double>(n), {read_vector(x, n, incx)}, result,
                                [=] {
                                  double sum = 0;
                                  for (Index i = 0; i < n; ++i)
                                    sum += std::fabs(static_cast<double>(x[i * incx]));
                                  return sum;
                                });
}

template <class Real>
cublasStatus_t dot(const Call& call, Index n, const Real* x, Index incx, const Real* y, Index incy,
                   Real* result) {
  return submit_reduction<Real>(call, 2.0 * static_cast<double>(n),
                                {read_vector(x, n, incx), read_vector(y, n, incy)}, result, [=] {
                                  double sum = 0;
                                  for (Index i = 0; i < n; ++i)
                                    sum += static_cast<double>(x[element_at(i, n, incx)]) *
                                           static_cast<double>(y[element_at(i, n, incy)]);
                                  return sum;
                                });
}

/// Index, from 1, of the first element of largest (or smallest) magnitude; 0 for an empty vector.
template <class Real, class Result>
cublasStatus_t extreme_index(const Call& call, bool largest, Index n, const Real* x, Index incx,
                             Result* result) {
  return submit_reduction<Result>(
      call, static_cast<double>(n), {read_vector(x, n, incx)}, result, [=] {
        Index best = 0;
        for (Index i = 1; i < n; ++i) {
          const Real a = std::fabs(x[i * incx]), b = std::fabs(x[best * incx]);
          if (largest ? a > b : a < b) best = i;
        }
        return n > 0 ? static_cast<double>(best) + 1 : 0.0;
      });
}

template <class Real>
cublasStatus_t scal(const Call& call, Index n, const Real* alpha_pointer, Real* x, Index incx) {
  const Scalar alpha(call, alpha_pointer, data_type<Real>());
  if (!alpha.valid()) return CUBLAS_STATUS_INVALID_VALUE;
  return submit_routine(call, static_cast<double>(n), {updated_vector(x, n, incx)},
                        [=, routine = call.name()] {
                          const Real a = static_cast<Real>(alpha.get(routine));
                          for (Index i = 0; i < n; ++i) x[i * incx] *= a;
                        });
}

template <class Real>
cublasStatus_t axpy(const Call& call, Index n, const Real* alpha_pointer, const Real* x, Index incx,
                    Real* y, Index incy) {
  const Scalar alpha(call, alpha_pointer, data_type<Real>());
  if (!alpha.valid()) return CUBLAS_STATUS_INVALID_VALUE;
  return submit_routine(call, 2.0 * static_cast<double>(n),
                        {read_vector(x, n, incx), updated_vector(y, n, incy)},
                        [=, routine = call.name()] {
                          const Real a = static_cast<Real>(alpha.get(routine));
                          for (Index i = 0; i < n; ++i)
                            y[element_at(i, n, incy)] += a * x[element_at(i, n, incx)];
                        });
}

template <class Real>
cublasStatus_t copy(const Call& call, Index n, const Real* x, Index incx, Real* y, Index incy) {
  return submit_routine(
      call, 0, {read_vector(x, n, incx), vector_operand(y, n, incy, sizeof(Real), false, true)},
      [=] {
        for (Index i = 0; i < n; ++i) y[element_at(i, n, incy)] = x[element_at(i, n, incx)];
      });
}

template <class Real>
cublasStatus_t swap(const Call& call, Index n, Real* x, Index incx, Real* y, Index incy) {
  return submit_routine(call, 0, {updated_vector(x, n, incx), updated_vector(y, n, incy)}, [=] {
    for (Index i = 0; i < n; ++i) std::swap(y[element_at(i, n, incy)], x[element_at(i, n, incx)]);
  });
}

}  // namespace nonneg::emulated::blas
