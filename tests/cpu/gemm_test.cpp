// SPDX-License-Identifier: Apache-2.0
// The CPU backend's products below Backend: oneDNN and Eigen must agree, on the calling thread
// only.
#include "cpu/gemm.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <ctime>

#include "support/backends.hpp"
#include "support/cases.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

template <class T>
class CpuGemmTest : public ::testing::Test {};
using Scalars = ::testing::Types<float, double>;
TYPED_TEST_SUITE(CpuGemmTest, Scalars);

TYPED_TEST(CpuGemmTest, TheChosenGemmAgreesWithEigens) {
  using T = TypeParam;
  const auto backend = BackendCase<T, BackendKind::cpu>::make(1);
  for (const Shape& shape : awkward_shapes()) {
    for (const auto transpose_A : {cpu::Transpose::no, cpu::Transpose::yes}) {
      for (const double beta : {0.0, 1.0, 0.5}) {
        SCOPED_TRACE(shape);
        SCOPED_TRACE(beta);
        const bool transposed = transpose_A == cpu::Transpose::yes;
        const Dense A = rounded<T>(random_matrix(shape.m, shape.n, 1, -1, 1));
        const Index inner = transposed ? shape.m : shape.n;
        const Index rows = transposed ? shape.n : shape.m;
        const Dense B = rounded<T>(random_matrix(inner, shape.k, 2, -1, 1));
        // With beta = 0, C is not read.
        const Dense C = beta == 0 ? Dense(rows, shape.k, std::nan(""))
                                  : rounded<T>(random_matrix(rows, shape.k, 3, -1, 1));
        Operand<T> a(*backend, A, shape.padding);
        Operand<T> b(*backend, B, shape.padding);
        Operand<T> chosen(*backend, C, shape.padding);
        Operand<T> eigen(*backend, C, shape.padding);

        cpu::gemm<T>(transpose_A, a.view(), b.view(), static_cast<T>(beta), chosen.view());
        cpu::gemm_eigen<T>(transpose_A, a.view(), b.view(), static_cast<T>(beta), eigen.view());

        const Dense left = absolute(transposed ? transpose(A) : A);
        const Dense magnitude = product(left, absolute(B));
        EXPECT_TRUE(entries_near(chosen.values(), eigen.values(), [&](Index i, Index j) {
          return 2 * product_tolerance<T>(inner + 1, magnitude(i, j) + 1);
        }));
        EXPECT_TRUE(chosen.padding_untouched());
        EXPECT_TRUE(eigen.padding_untouched());
      }
    }
  }
}

double seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

TYPED_TEST(CpuGemmTest, OneThreadMeansOneThread) {
  using T = TypeParam;
  const auto backend = BackendCase<T, BackendKind::cpu>::make(1);
  const Dense A = random_matrix(700, 600, 4);
  Operand<T> a(*backend, A);
  Operand<T> b(*backend, random_matrix(600, 64, 5));
  Operand<T> c(*backend, Dense(700, 64));
  const double others_before = seconds(CLOCK_PROCESS_CPUTIME_ID) - seconds(CLOCK_THREAD_CPUTIME_ID);
  const double own_before = seconds(CLOCK_THREAD_CPUTIME_ID);

  for (int repeat = 0; repeat < 20; ++repeat) {
    backend->multiply(a.view(), b.view(), c.view());
  }

  const double own = seconds(CLOCK_THREAD_CPUTIME_ID) - own_before;
  const double others =
      seconds(CLOCK_PROCESS_CPUTIME_ID) - seconds(CLOCK_THREAD_CPUTIME_ID) - others_before;
  // Threads of an earlier test may still be spinning down; two at work would take half each.
  EXPECT_LT(others, 0.3 * own + 0.01);
}

}  // namespace
}  // namespace nonneg::test
