// SPDX-License-Identifier: Apache-2.0
#include "gemm.hpp"

#include <algorithm>
#include <numeric>
#include <random>

#include "../findings.hpp"
#include "../settings.hpp"
#include "../text.hpp"
#include "device_sums.hpp"

namespace nonneg::emulated::blas {
namespace {

const void* batch_entry(const GemmOperand& o, Index i) {
  return static_cast<const char*>(o.data) + i * o.stride * static_cast<Index>(element_size(o.type));
}

/// op(A), rounded, as m x k doubles: packed once so that the inner loop runs over contiguous
/// columns.
std::vector<double> packed_a(const GemmProblem& p, const void* a) {
  std::vector<double> packed(static_cast<std::size_t>(p.m * p.k));
  const bool plain = p.transpose_a == CUBLAS_OP_N;
  for (Index l = 0; l < p.k; ++l)
    for (Index i = 0; i < p.m; ++i)
      packed[static_cast<std::size_t>(l * p.m + i)] = round_input(
          load_element(a, p.a.type, plain ? i + l * p.a.ld : l + i * p.a.ld), p.rounding);
  return packed;
}

/// The terms of a sum in the order in which they are added.
std::vector<Index> order_of_terms(const GemmProblem& p) {
  static std::mt19937 random(1);
  std::vector<Index> terms(static_cast<std::size_t>(p.k));
  std::iota(terms.begin(), terms.end(), Index{0});
  if (p.any_order) std::shuffle(terms.begin(), terms.end(), random);
  return terms;
}

void multiply(const GemmProblem& p, const void* a, const void* b, void* c, double alpha,
              double beta) {
  if (settings().device_sums && alpha != 0) return multiply_as_device(p, a, b, c, alpha, beta);
  const bool plain_b = p.transpose_b == CUBLAS_OP_N;
  std::vector<double> packed;
  if (alpha != 0) packed = packed_a(p, a);
  std::vector<double> column(static_cast<std::size_t>(p.m));
  const std::vector<Index> terms = order_of_terms(p);
  const bool rounds_sums = p.any_order && p.c.type == CUDA_R_32F;
  for (Index j = 0; j < p.n; ++j) {
    std::fill(column.begin(), column.end(), 0.0);
    for (std::size_t t = 0; alpha != 0 && t < terms.size(); ++t) {
      const Index l = terms[t];
      const double factor = round_input(
          load_element(b, p.b.type, plain_b ? l + j * p.b.ld : j + l * p.b.ld), p.rounding);
      const double* a_column = packed.data() + l * p.m;
      double* sum = column.data();
      for (Index i = 0; i < p.m; ++i) {
        sum[i] += a_column[i] * factor;
        if (rounds_sums) sum[i] = static_cast<float>(sum[i]);
      }
    }
    for (Index i = 0; i < p.m; ++i) {
      const Index at = i + j * p.c.ld;
      double value = alpha != 0 ? alpha * column[static_cast<std::size_t>(i)] : 0.0;
      if (beta != 0) value += beta * load_element(c, p.c.type, at);
      store_element(c, p.c.type, at, value);
    }
  }
}

bool supported(const GemmProblem& p) {
  const cudaDataType in = p.a.type, out = p.c.type;
  if (in != p.b.type) return false;
  switch (p.scalar_type) {
    case CUDA_R_16F:
    case CUDA_R_64F:
      return in == p.scalar_type && out == p.scalar_type;
    case CUDA_R_32I:
      return in == CUDA_R_8I && out == CUDA_R_32I;
    default:
      break;
  }
  if (in == CUDA_R_32F || in == CUDA_R_8I) return out == CUDA_R_32F;
  return (in == CUDA_R_16F || in == CUDA_R_16BF) && (out == in || out == CUDA_R_32F);
}

cudaDataType scalar_type_of(cublasComputeType_t compute) {
  switch (compute) {
    case CUBLAS_COMPUTE_16F:
    case CUBLAS_COMPUTE_16F_PEDANTIC:
      return CUDA_R_16F;
    case CUBLAS_COMPUTE_64F:
    case CUBLAS_COMPUTE_64F_PEDANTIC:
      return CUDA_R_64F;
    case CUBLAS_COMPUTE_32I:
    case CUBLAS_COMPUTE_32I_PEDANTIC:
      return CUDA_R_32I;
    default:
      return CUDA_R_32F;
  }
}

}  // namespace

cublasStatus_t gemm(const Call& call, GemmProblem p) {
  p.any_order = call.handle().atomics_mode == CUBLAS_ATOMICS_ALLOWED;
  const bool plain_a = p.transpose_a == CUBLAS_OP_N, plain_b = p.transpose_b == CUBLAS_OP_N;
  if (p.m < 0 || p.n < 0 || p.k < 0 || p.batch < 0 ||
      p.a.ld < std::max<Index>(1, plain_a ? p.m : p.k) ||
      p.b.ld < std::max<Index>(1, plain_b ? p.k : p.n) || p.c.ld < std::max<Index>(1, p.m))
    return call.refuse_dimensions(format(
        "m=%lld n=%lld k=%lld lda=%lld ldb=%lld ldc=%lld batch=%lld", static_cast<long long>(p.m),
        static_cast<long long>(p.n), static_cast<long long>(p.k), static_cast<long long>(p.a.ld),
        static_cast<long long>(p.b.ld), static_cast<long long>(p.c.ld),
        static_cast<long long>(p.batch)));
  if (p.batch > 1 && p.m > 0 && p.n > 0 && p.c.stride < p.c.ld * (p.n - 1) + p.m)
    return call.refuse_dimensions("overlapping C matrices");
  if (p.m == 0 || p.n == 0 || p.batch == 0) return CUBLAS_STATUS_SUCCESS;
  const Scalar alpha(call, p.alpha, p.scalar_type), beta(call, p.beta, p.scalar_type);
  if (!alpha.valid() || !beta.valid()) return CUBLAS_STATUS_INVALID_VALUE;

  const bool reads_c = !beta.on_device() && beta.may_be_nonzero();
  std::vector<Matrix> operands;
  for (Index i = 0; i < p.batch; ++i) {
    operands.push_back({batch_entry(p.a, i), plain_a ? p.m : p.k, plain_a ? p.k : p.m, p.a.ld,
                        element_size(p.a.type), true, false});
    operands.push_back({batch_entry(p.b, i), plain_b ? p.k : p.n, plain_b ? p.n : p.k, p.b.ld,
                        element_size(p.b.type), true, false});
    operands.push_back(
        {batch_entry(p.c, i), p.m, p.n, p.c.ld, element_size(p.c.type), reads_c, true});
  }
  const double flops = 2.0 * static_cast<double>(p.m) * static_cast<double>(p.n) *
                       static_cast<double>(p.k) * static_cast<double>(p.batch);
  return submit_routine(call, flops, operands, [=, routine = call.name()] {
    const double a = alpha.get(routine), b = beta.get(routine);
    for (Index i = 0; i < p.batch; ++i) {
      const Matrix& c = operands[static_cast<std::size_t>(3 * i + 2)];
      if (beta.on_device() && b != 0) record_read(c, routine);
      multiply(p, batch_entry(p.a, i), batch_entry(p.b, i), const_cast<void*>(c.data), a, b);
    }
  });
}

cublasStatus_t gemm_ex(const Call& call, GemmProblem p, cublasComputeType_t compute) {
  p.scalar_type = scalar_type_of(compute);
  if (!supported(p)) {
    note(format("%s: type combination %d %d %d compute %d not supported", call.name().c_str(),
                static_cast<int>(p.a.type), static_cast<int>(p.b.type), static_cast<int>(p.c.type),
                static_cast<int>(compute)));
    return CUBLAS_STATUS_NOT_SUPPORTED;
  }
  p.rounding = input_rounding(call.handle(), compute, p.a.type);
  return gemm(call, p);
}

}  // namespace nonneg::emulated::blas
