// SPDX-License-Identifier: Apache-2.0
// Level 2 and 3 routines besides gemm, typed by the element.
#pragma once

#include <algorithm>

#include "../findings.hpp"
#include "calls.hpp"

namespace nonneg::emulated::blas {

inline double product(Index a, Index b, Index c = 1) {
  return static_cast<double>(a) * static_cast<double>(b) * static_cast<double>(c);
}

/// Rows [begin, end) of column j that a triangle of order n stores.
struct TriangleColumn {
  Index begin, end;
};
inline TriangleColumn triangle_column(cublasFillMode_t fill, Index n, Index j) {
  return fill == CUBLAS_FILL_MODE_UPPER ? TriangleColumn{0, j + 1} : TriangleColumn{j, n};
}
template <class Real>
Matrix column_part(const Real* a, Index ld, Index j, TriangleColumn rows) {
  const Index count = rows.end - rows.begin;
  return {a + rows.begin + j * ld, count, 1, std::max<Index>(count, 1), sizeof(Real), true, true};
}
template <class Real>
void record_triangle_read(const Real* a, Index ld, Index n, cublasFillMode_t fill,
                          const std::string& routine) {
  for (Index j = 0; j < n; ++j)
    record_read(column_part(a, ld, j, triangle_column(fill, n, j)), routine);
}

/// C = alpha A Aᵀ + beta C (or Aᵀ A), one triangle of C.
template <class Real>
cublasStatus_t syrk(const Call& call, cublasFillMode_t fill, cublasOperation_t transpose, Index n,
                    Index k, const Real* alpha_pointer, const Real* A, Index lda,
                    const Real* beta_pointer, Real* C, Index ldc) {
  const bool plain = transpose == CUBLAS_OP_N;
  if (n < 0 || k < 0 || lda < std::max<Index>(1, plain ? n : k) || ldc < std::max<Index>(1, n))
    return call.refuse_dimensions("");
  if (n == 0) return CUBLAS_STATUS_SUCCESS;
  const Scalar alpha(call, alpha_pointer, data_type<Real>()),
      beta(call, beta_pointer, data_type<Real>());
  if (!alpha.valid() || !beta.valid()) return CUBLAS_STATUS_INVALID_VALUE;
  const InputRounding rounding = input_rounding<Real>(call.handle());
  return submit_routine(
      call, product(n, n + 1, k),
      {input(A, plain ? n : k, plain ? k : n, lda), bounds_only(C, n, n, ldc)},
      [=, routine = call.name()] {
        const double a = alpha.get(routine), b = beta.get(routine);
        for (Index j = 0; j < n; ++j) {
          const TriangleColumn rows = triangle_column(fill, n, j);
          const Matrix column = column_part(C, ldc, j, rows);
          if (b != 0) record_read(column, routine);
          for (Index i = rows.begin; i < rows.end; ++i) {
            double sum = 0;
            for (Index l = 0; l < k; ++l)
              sum += round_input(plain ? A[i + l * lda] : A[l + i * lda], rounding) *
                     round_input(plain ? A[j + l * lda] : A[l + j * lda], rounding);
            Real& c = C[i + j * ldc];
            c = static_cast<Real>(a * sum + (b != 0 ? b * static_cast<double>(c) : 0.0));
          }
          record_write(column);
        }
      });
}

/// C = alpha A B + beta C (or B A), A symmetric.
template <class Real>
cublasStatus_t symm(const Call& call, cublasSideMode_t side, cublasFillMode_t fill, Index m,
                    Index n, const Real* alpha_pointer, const Real* A, Index lda, const Real* B,
                    Index ldb, const Real* beta_pointer, Real* C, Index ldc) {
  const bool left = side == CUBLAS_SIDE_LEFT;
  const Index order = left ? m : n;
  if (m < 0 || n < 0 || lda < std::max<Index>(1, order) || ldb < std::max<Index>(1, m) ||
      ldc < std::max<Index>(1, m))
    return call.refuse_dimensions("");
  if (m == 0 || n == 0) return CUBLAS_STATUS_SUCCESS;
  const Scalar alpha(call, alpha_pointer, data_type<Real>()),
      beta(call, beta_pointer, data_type<Real>());
  if (!alpha.valid() || !beta.valid()) return CUBLAS_STATUS_INVALID_VALUE;
  const bool reads_c = !beta.on_device() && beta.may_be_nonzero();
  const Matrix result = output(C, m, n, ldc, reads_c);
  return submit_routine(
      call, 2 * product(m, n, order),
      {bounds_only(A, order, order, lda), input(B, m, n, ldb), result}, [=, routine = call.name()] {
        const double a = alpha.get(routine), b = beta.get(routine);
        if (beta.on_device() && b != 0) record_read(result, routine);
        record_triangle_read(A, lda, order, fill, routine);
        const auto symmetric = [&](Index i, Index j) {
          const bool stored = i == j || (fill == CUBLAS_FILL_MODE_UPPER) == (i < j);
          return static_cast<double>(stored ? A[i + j * lda] : A[j + i * lda]);
        };
        std::vector<double> sums(static_cast<std::size_t>(m * n));
        for (Index j = 0; j < n; ++j)
          for (Index i = 0; i < m; ++i) {
            double sum = 0;
            for (Index l = 0; l < order; ++l)
              sum += left ? symmetric(i, l) * static_cast<double>(B[l + j * ldb])
                          : static_cast<double>(B[i + l * ldb]) * symmetric(l, j);
            sums[static_cast<std::size_t>(i + j * m)] = sum;
          }
        for (Index j = 0; j < n; ++j)
          for (Index i = 0; i < m; ++i) {
            Real& c = C[i + j * ldc];
            c = static_cast<Real>(a * sums[static_cast<std::size_t>(i + j * m)] +
                                  (b != 0 ? b * static_cast<double>(c) : 0.0));
          }
      });
}

/// y = alpha op(A) x + beta y
template <class Real>
cublasStatus_t gemv(const Call& call, cublasOperation_t transpose, Index m, Index n,
                    const Real* alpha_pointer, const Real* A, Index lda, const Real* x, Index incx,
                    const Real* beta_pointer, Real* y, Index incy) {
  const bool plain = transpose == CUBLAS_OP_N;
  if (m < 0 || n < 0 || lda < std::max<Index>(1, m) || incx == 0 || incy == 0)
    return call.refuse_dimensions("");
  if (m == 0 || n == 0) return CUBLAS_STATUS_SUCCESS;
  const Scalar alpha(call, alpha_pointer, data_type<Real>()),
      beta(call, beta_pointer, data_type<Real>());
  if (!alpha.valid() || !beta.valid()) return CUBLAS_STATUS_INVALID_VALUE;
  const Index x_size = plain ? n : m, y_size = plain ? m : n;
  const bool reads_y = !beta.on_device() && beta.may_be_nonzero();
  const Matrix result = vector_operand(y, y_size, incy, sizeof(Real), reads_y, true);
  return submit_routine(
      call, 2 * product(m, n),
      {input(A, m, n, lda), vector_operand(x, x_size, incx, sizeof(Real), true, false), result},
      [=, routine = call.name()] {
        const double a = alpha.get(routine), b = beta.get(routine);
        if (beta.on_device() && b != 0) record_read(result, routine);
        for (Index i = 0; i < y_size; ++i) {
          double sum = 0;
          for (Index l = 0; l < x_size; ++l)
            sum += static_cast<double>(plain ? A[i + l * lda] : A[l + i * lda]) *
                   static_cast<double>(x[element_at(l, x_size, incx)]);
          Real& out = y[element_at(i, y_size, incy)];
          out = static_cast<Real>(a * sum + (b != 0 ? b * static_cast<double>(out) : 0.0));
        }
      });
}

/// A += alpha x yᵀ
template <class Real>
cublasStatus_t ger(const Call& call, Index m, Index n, const Real* alpha_pointer, const Real* x,
                   Index incx, const Real* y, Index incy, Real* A, Index lda) {
  if (m < 0 || n < 0 || lda < std::max<Index>(1, m) || incx == 0 || incy == 0)
    return call.refuse_dimensions("");
  if (m == 0 || n == 0) return CUBLAS_STATUS_SUCCESS;
  const Scalar alpha(call, alpha_pointer, data_type<Real>());
  if (!alpha.valid()) return CUBLAS_STATUS_INVALID_VALUE;
  return submit_routine(
      call, 2 * product(m, n),
      {vector_operand(x, m, incx, sizeof(Real), true, false),
       vector_operand(y, n, incy, sizeof(Real), true, false), output(A, m, n, lda, true)},
      [=, routine = call.name()] {
        const Real a = static_cast<Real>(alpha.get(routine));
        for (Index j = 0; j < n; ++j)
          for (Index i = 0; i < m; ++i)
            A[i + j * lda] += a * x[element_at(i, m, incx)] * y[element_at(j, n, incy)];
      });
}

/// C = alpha op(A) + beta op(B)
template <class Real>
cublasStatus_t geam(const Call& call, cublasOperation_t transpose_a, cublasOperation_t transpose_b,
                    Index m, Index n, const Real* alpha_pointer, const Real* A, Index lda,
                    const Real* beta_pointer, const Real* B, Index ldb, Real* C, Index ldc) {
  const bool plain_a = transpose_a == CUBLAS_OP_N, plain_b = transpose_b == CUBLAS_OP_N;
  if (m < 0 || n < 0 || lda < std::max<Index>(1, plain_a ? m : n) ||
      ldb < std::max<Index>(1, plain_b ? m : n) || ldc < std::max<Index>(1, m))
    return call.refuse_dimensions("");
  if (m == 0 || n == 0) return CUBLAS_STATUS_SUCCESS;
  const Scalar alpha(call, alpha_pointer, data_type<Real>()),
      beta(call, beta_pointer, data_type<Real>());
  if (!alpha.valid() || !beta.valid()) return CUBLAS_STATUS_INVALID_VALUE;
  if ((C == A && !plain_a) || (C == B && !plain_b)) {
    report("cuBLAS geam in place with a transpose", call.name());
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  Matrix first = input(A, plain_a ? m : n, plain_a ? n : m, lda);
  Matrix second = input(B, plain_b ? m : n, plain_b ? n : m, ldb);
  first.read = !alpha.on_device();
  second.read = !beta.on_device();
  std::vector<Matrix> operands{output(C, m, n, ldc)};
  if (alpha.may_be_nonzero()) operands.push_back(first);
  if (beta.may_be_nonzero()) operands.push_back(second);
  return submit_routine(call, 2 * product(m, n), operands, [=, routine = call.name()] {
    const Real a = static_cast<Real>(alpha.get(routine)), b = static_cast<Real>(beta.get(routine));
    if (alpha.on_device() && a != 0) record_read(first, routine);
    if (beta.on_device() && b != 0) record_read(second, routine);
    std::vector<Real> sums(static_cast<std::size_t>(m * n), Real(0));
    for (Index j = 0; j < n; ++j)
      for (Index i = 0; i < m; ++i) {
        Real& sum = sums[static_cast<std::size_t>(i + j * m)];
        if (a != 0) sum = a * (plain_a ? A[i + j * lda] : A[j + i * lda]);
        if (b != 0) sum += b * (plain_b ? B[i + j * ldb] : B[j + i * ldb]);
      }
    for (Index j = 0; j < n; ++j) std::copy_n(sums.begin() + j * m, m, C + j * ldc);
  });
}

/// C = diag(x) A, or A diag(x)
template <class Real>
cublasStatus_t dgmm(const Call& call, cublasSideMode_t side, Index m, Index n, const Real* A,
                    Index lda, const Real* x, Index incx, Real* C, Index ldc) {
  if (m < 0 || n < 0 || lda < std::max<Index>(1, m) || ldc < std::max<Index>(1, m))
    return call.refuse_dimensions("");
  const bool left = side == CUBLAS_SIDE_LEFT;
  const Index length = left ? m : n;
  return submit_routine(
      call, product(m, n),
      {input(A, m, n, lda), vector_operand(x, length, incx, sizeof(Real), true, false),
       output(C, m, n, ldc)},
      [=] {
        for (Index j = 0; j < n; ++j)
          for (Index i = 0; i < m; ++i)
            C[i + j * ldc] = A[i + j * lda] * x[element_at(left ? i : j, length, incx)];
      });
}

/// Solves op(A) X = alpha B, or X op(A) = alpha B, A triangular; X replaces B.
template <class Real>
cublasStatus_t trsm(const Call& call, cublasSideMode_t side, cublasFillMode_t fill,
                    cublasOperation_t transpose, cublasDiagType_t diagonal, Index m, Index n,
                    const Real* alpha_pointer, const Real* A, Index lda, Real* B, Index ldb) {
  const bool left = side == CUBLAS_SIDE_LEFT;
  const Index order = left ? m : n;
  if (m < 0 || n < 0 || lda < std::max<Index>(1, order) || ldb < std::max<Index>(1, m))
    return call.refuse_dimensions("");
  if (m == 0 || n == 0) return CUBLAS_STATUS_SUCCESS;
  const Scalar alpha(call, alpha_pointer, data_type<Real>());
  if (!alpha.valid()) return CUBLAS_STATUS_INVALID_VALUE;
  const bool transposed = transpose != CUBLAS_OP_N;
  const bool upper = (fill == CUBLAS_FILL_MODE_UPPER) != transposed;
  const bool unit = diagonal == CUBLAS_DIAG_UNIT;
  return submit_routine(
      call, product(m, n, order), {bounds_only(A, order, order, lda), output(B, m, n, ldb, true)},
      [=, routine = call.name()] {
        const double scale = alpha.get(routine);
        record_triangle_read(A, lda, order, fill, routine);
        const auto a = [&](Index i, Index j) {
          return static_cast<double>(transposed ? A[j + i * lda] : A[i + j * lda]);
        };
        // One right-hand side after the other: a column of B for the left side, a row for the
        // right.
        const bool backwards = left ? upper : !upper;
        const auto position = [&](Index step) { return backwards ? order - 1 - step : step; };
        const Index systems = left ? n : m;
        std::vector<double> x(static_cast<std::size_t>(order));
        for (Index s = 0; s < systems; ++s) {
          const auto entry = [&](Index i) -> Real& {
            return left ? B[i + s * ldb] : B[s + i * ldb];
          };
          for (Index step = 0; step < order; ++step) {
            const Index i = position(step);
            double sum = scale * static_cast<double>(entry(i));
            for (Index before = 0; before < step; ++before) {
              const Index l = position(before);
              sum -= (left ? a(i, l) : a(l, i)) * x[static_cast<std::size_t>(l)];
            }
            x[static_cast<std::size_t>(i)] = unit ? sum : sum / a(i, i);
          }
          for (Index i = 0; i < order; ++i)
            entry(i) = static_cast<Real>(x[static_cast<std::size_t>(i)]);
        }
      });
}

}  // namespace nonneg::emulated::blas
