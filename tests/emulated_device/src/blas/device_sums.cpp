// SPDX-License-Identifier: Apache-2.0
#include "device_sums.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace nonneg::emulated::blas {
namespace {

/// In which order the terms of a sum are added: in `parts` runs of neighbouring terms, each with an
/// accumulator of its own, upwards or downwards.
struct SumOrder {
  Index parts = 1;
  bool downwards = false;
};

/// Bytes to which a pointer is aligned, at most 16: what vector loads ask for.
std::uint64_t alignment(const void* pointer) {
  const auto address = reinterpret_cast<std::uint64_t>(pointer);
  return std::uint64_t{1} << std::min(std::countr_zero(address), 4);
}

SumOrder order_of(const GemmProblem& p, const void* a, const void* b, const void* c) {
  std::uint64_t hash = 14695981039346656037u;
  const auto mix = [&](auto value) {
    hash = (hash ^ static_cast<std::uint64_t>(value)) * 1099511628211u;
  };
  for (const Index n : {p.m, p.n, p.k, p.a.ld, p.b.ld, p.c.ld}) mix(n);
  for (const void* pointer : {a, b, c}) mix(alignment(pointer));
  mix(p.transpose_a);
  mix(p.transpose_b);
  mix(hash >> 32);
  constexpr Index kMostParts = 4;
  return {std::clamp<Index>(1 + static_cast<Index>((hash >> 20) % kMostParts), 1,
                            std::max<Index>(p.k, 1)),
          (hash >> 30) % 2 == 1};
}

/// Adds to a float accumulator: a product of floats is exact in double.
struct ToNearest {
  using Sum = float;
  float operator()(float sum, double term) const {
    return static_cast<float>(static_cast<double>(sum) + term);
  }
};
struct TowardsZero {
  using Sum = float;
  float operator()(float sum, double term) const {
    return truncate_to_float(static_cast<double>(sum) + term);
  }
};
struct InDouble {
  using Sum = double;
  double operator()(double sum, double term) const { return sum + term; }
};

double read_input(const GemmProblem& p, const void* from, cudaDataType type, Index at) {
  const double value = load_element(from, type, at);
  if (p.rounding == InputRounding::Tf32) return truncate_to_tf32(static_cast<float>(value));
  return round_input(value, p.rounding);
}

/// op(A) as m x k doubles.
std::vector<double> packed_a(const GemmProblem& p, const void* a) {
  std::vector<double> packed(static_cast<std::size_t>(p.m * p.k));
  const bool plain = p.transpose_a == CUBLAS_OP_N;
  for (Index l = 0; l < p.k; ++l)
    for (Index i = 0; i < p.m; ++i)
      packed[static_cast<std::size_t>(l * p.m + i)] =
          read_input(p, a, p.a.type, plain ? i + l * p.a.ld : l + i * p.a.ld);
  return packed;
}

template <class Add>
void multiply(const GemmProblem& p, const void* a, const void* b, void* c, double alpha,
              double beta, const Add& add) {
  using Sum = typename Add::Sum;
  const SumOrder order = order_of(p, a, b, c);
  const std::vector<double> packed = packed_a(p, a);
  const bool plain_b = p.transpose_b == CUBLAS_OP_N;
  std::vector<Sum> column(static_cast<std::size_t>(p.m)), part(column.size());
  for (Index j = 0; j < p.n; ++j) {
    std::fill(column.begin(), column.end(), Sum{0});
    for (Index s = 0; s < order.parts; ++s) {
      const Index first = p.k * s / order.parts, count = p.k * (s + 1) / order.parts - first;
      std::fill(part.begin(), part.end(), Sum{0});
      for (Index e = 0; e < count; ++e) {
        const Index l = order.downwards ? first + count - 1 - e : first + e;
        const double factor = read_input(p, b, p.b.type, plain_b ? l + j * p.b.ld : j + l * p.b.ld);
        const double* a_column = packed.data() + l * p.m;
        for (std::size_t i = 0; i < part.size(); ++i) part[i] = add(part[i], a_column[i] * factor);
      }
      for (std::size_t i = 0; i < column.size(); ++i)
        column[i] = add(column[i], static_cast<double>(part[i]));
    }
    for (Index i = 0; i < p.m; ++i) {
      const Index at = i + j * p.c.ld;
      double value = alpha * static_cast<double>(column[static_cast<std::size_t>(i)]);
      if (beta != 0) value += beta * load_element(c, p.c.type, at);
      store_element(c, p.c.type, at, value);
    }
  }
}

}  // namespace

void multiply_as_device(const GemmProblem& p, const void* a, const void* b, void* c, double alpha,
                        double beta) {
  if (p.scalar_type == CUDA_R_64F || p.scalar_type == CUDA_R_32I)
    return multiply(p, a, b, c, alpha, beta, InDouble());
  const bool on_tensor_cores = p.rounding != InputRounding::None || p.a.type != CUDA_R_32F;
  if (on_tensor_cores) return multiply(p, a, b, c, alpha, beta, TowardsZero());
  multiply(p, a, b, c, alpha, beta, ToNearest());
}

}  // namespace nonneg::emulated::blas
