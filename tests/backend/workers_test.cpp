// SPDX-License-Identifier: Apache-2.0
// Backend::make_worker and run_workers, and the sums that workers leave: add and clear_sums.
#include <atomic>
#include <stdexcept>

#include "support/backends.hpp"
#include "support/cases.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class WorkersTest : public BackendTest<Case> {};
TYPED_TEST_SUITE(WorkersTest, Backends, BackendNames);

TYPED_TEST(WorkersTest, EveryWorkerRunsOnce) {
  for (const int count : {0, 1, 2, 3, 17}) {
    SCOPED_TRACE(count);
    std::vector<std::atomic<int>> calls(static_cast<std::size_t>(count));
    this->backend().run_workers(count,
                                [&](int worker) { ++calls[static_cast<std::size_t>(worker)]; });
    for (const std::atomic<int>& call : calls) EXPECT_EQ(call, 1);
  }
}

TYPED_TEST(WorkersTest, WhatAWorkerThrowsReachesTheCaller) {
  for (const int count : {1, 4}) {
    for (int thrower = 0; thrower < count; ++thrower) {
      EXPECT_THROW(this->backend().run_workers(count,
                                               [&](int worker) {
                                                 if (worker == thrower) {
                                                   throw OutOfMemory("worker", 1, 0);
                                                 }
                                               }),
                   OutOfMemory);
    }
    EXPECT_NO_THROW(this->backend().run_workers(count, [](int) {}));
  }
}

TYPED_TEST(WorkersTest, WorkersShareTheBackendsMemory) {
  using T = typename TypeParam::Scalar;
  const Dense A = rounded<T>(random_matrix(256, 43, 1));
  const Dense B = rounded<T>(random_matrix(43, 9, 2));
  auto a = this->put(A, 5);
  auto b = this->put(B, 3);
  auto c = this->put(Dense(256, 9), 1);
  std::vector<std::unique_ptr<Backend<T>>> workers;
  workers.reserve(4);
  for (int w = 0; w < 4; ++w) workers.push_back(this->backend().make_worker());

  this->backend().run_workers(4, [&](int w) {
    workers[static_cast<std::size_t>(w)]->multiply(a.view().row_block(64 * w, 64), b.view(),
                                                   c.view().row_block(64 * w, 64));
  });
  // A worker's own work is waited for by its own fetch.
  for (const auto& worker : workers) {
    Matrix<double> sums = worker->allocate_sums(1);
    worker->clear_sums(sums.data(), 1);
    EXPECT_EQ(fetch_sums(*worker, sums, 1)[0], 0);
    EXPECT_EQ(worker->space(), this->backend().space());
  }

  const Dense expected = product(A, B);
  EXPECT_TRUE(entries_near(c.values(), expected, [&](Index i, Index j) {
    return product_tolerance<T>(43, expected(i, j));
  }));
  EXPECT_TRUE(c.padding_untouched());
}

TYPED_TEST(WorkersTest, AddAddsInsideTheView) {
  using T = typename TypeParam::Scalar;
  for (const Shape& shape : awkward_shapes()) {
    SCOPED_TRACE(shape);
    const Dense X = rounded<T>(random_matrix(shape.m, shape.k, 3));
    const Dense Y = rounded<T>(random_matrix(shape.m, shape.k, 4));
    auto x = this->put(X, shape.padding);
    auto y = this->put(Y, 2 * shape.padding);

    this->backend().add(x.view(), y.view());

    Dense expected = Y;
    for (std::size_t e = 0; e < X.entries.size(); ++e) expected.entries[e] += X.entries[e];
    EXPECT_TRUE(entries_equal(y.values(), rounded<T>(expected)));
    EXPECT_TRUE(entries_equal(x.values(), X));
    EXPECT_TRUE(y.padding_untouched());
  }
}

TYPED_TEST(WorkersTest, ClearSumsClearsWhatIsAskedFor) {
  auto x = this->put(Dense(2, 2, 3));
  Matrix<double> sums = this->backend().allocate_sums(3);
  this->backend().factor_sums(x.view(), sums.data());

  this->backend().clear_sums(sums.data() + 1, 1);

  EXPECT_EQ(fetch_sums(this->backend(), sums, 3), (std::vector<double>{12, 0, 0}));
}

}  // namespace
}  // namespace nonneg::test
