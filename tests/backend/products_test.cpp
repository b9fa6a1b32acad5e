// SPDX-License-Identifier: Apache-2.0
// Backend::multiply, add_transposed_product and add_gram against naive loops.
#include <cmath>
#include <limits>

#include "support/backends.hpp"
#include "support/cases.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class ProductsTest : public BackendTest<Case> {};
TYPED_TEST_SUITE(ProductsTest, Backends, BackendNames);

TYPED_TEST(ProductsTest, MultiplyAgreesWithTheReferenceAtAwkwardSizes) {
  using T = typename TypeParam::Scalar;
  for (const Shape& shape : awkward_shapes()) {
    SCOPED_TRACE(shape);
    const Dense A = rounded<T>(random_matrix(shape.m, shape.n, 1, -1, 1));
    const Dense B = rounded<T>(random_matrix(shape.n, shape.k, 2, -1, 1));
    auto a = this->put(A, shape.padding);
    auto b = this->put(B, shape.padding);
    // What C held before must not matter, NaN included.
    auto c = this->put(Dense(shape.m, shape.k, std::nan("")), shape.padding);

    this->backend().multiply(a.view(), b.view(), c.view());

    const Dense magnitude = product(absolute(A), absolute(B));
    EXPECT_TRUE(entries_near(c.values(), product(A, B), [&](Index i, Index j) {
      return product_tolerance<T>(shape.n, magnitude(i, j));
    }));
    EXPECT_TRUE(c.padding_untouched());
    EXPECT_TRUE(entries_equal(a.values(), A));
    EXPECT_TRUE(entries_equal(b.values(), B));
  }
}

TYPED_TEST(ProductsTest, AddTransposedProductAddsToWhatIsThere) {
  using T = typename TypeParam::Scalar;
  for (const Shape& shape : awkward_shapes()) {
    SCOPED_TRACE(shape);
    const Dense A = rounded<T>(random_matrix(shape.m, shape.n, 3, -1, 1));
    const Dense B = rounded<T>(random_matrix(shape.m, shape.k, 4, -1, 1));
    const Dense C = rounded<T>(random_matrix(shape.n, shape.k, 5, -1, 1));
    auto a = this->put(A, shape.padding);
    auto b = this->put(B, shape.padding);
    auto c = this->put(C, shape.padding);

    this->backend().add_transposed_product(a.view(), b.view(), c.view());

    Dense expected = transposed_product(A, B);
    Dense magnitude = transposed_product(absolute(A), absolute(B));
    for (std::size_t e = 0; e < C.entries.size(); ++e) {
      expected.entries[e] += C.entries[e];
      magnitude.entries[e] += std::abs(C.entries[e]);
    }
    EXPECT_TRUE(entries_near(c.values(), expected, [&](Index i, Index j) {
      return product_tolerance<T>(shape.m + 1, magnitude(i, j));
    }));
    EXPECT_TRUE(c.padding_untouched());
  }
}

TYPED_TEST(ProductsTest, AddTransposedProductMayBeCutAnywhere) {
  using T = typename TypeParam::Scalar;
  const Index m = 597;
  const Index n = 43;
  const Index k = 17;
  const Dense A = rounded<T>(random_matrix(m, n, 6));
  const Dense B = rounded<T>(random_matrix(m, k, 7));
  auto a = this->put(A, 5);
  auto b = this->put(B, 3);
  const Dense expected = transposed_product(A, B);
  for (const Index height : {Index{1}, Index{7}, Index{64}, Index{596}, m}) {
    SCOPED_TRACE(height);
    auto c = this->put(Dense(n, k));
    for (Index first = 0; first < m; first += height) {
      const Index count = std::min(height, m - first);
      this->backend().add_transposed_product(a.view().row_block(first, count),
                                             b.view().row_block(first, count), c.view());
    }
    // Partial sums of C are rounded once per cut: at most m more terms.
    EXPECT_TRUE(entries_near(c.values(), expected, [&](Index i, Index j) {
      return product_tolerance<T>(2 * m, expected(i, j));
    }));
  }
}

TYPED_TEST(ProductsTest, AddGramFillsBothTriangles) {
  using T = typename TypeParam::Scalar;
  for (const Shape& shape : awkward_shapes()) {
    SCOPED_TRACE(shape);
    const Dense F = rounded<T>(random_matrix(shape.m, shape.k, 8, -1, 1));
    Dense expected = gram(F);
    Dense magnitude = gram(absolute(F));
    for (double& entry : expected.entries) entry += 0.5;
    for (double& entry : magnitude.entries) entry += 0.5;
    auto f = this->put(F, shape.padding);
    auto g = this->put(Dense(shape.k, shape.k, 0.5), shape.padding);

    this->backend().add_gram(f.view(), g.view());

    EXPECT_TRUE(entries_near(g.values(), expected, [&](Index i, Index j) {
      return product_tolerance<T>(shape.m + 1, magnitude(i, j));
    }));
    EXPECT_TRUE(g.padding_untouched());
  }
}

TYPED_TEST(ProductsTest, ProductsRepeatBitForBit) {
  using T = typename TypeParam::Scalar;
  auto a = this->put(rounded<T>(random_matrix(597, 43, 9)), 5);
  auto b = this->put(rounded<T>(random_matrix(43, 33, 10)), 1);
  auto c = this->put(Dense(597, 33));
  auto again = this->put(Dense(597, 33));
  auto g = this->put(Dense(33, 33));
  auto g_again = this->put(Dense(33, 33));

  this->backend().multiply(a.view(), b.view(), c.view());
  this->backend().multiply(a.view(), b.view(), again.view());
  this->backend().add_gram(c.view(), g.view());
  this->backend().add_gram(c.view(), g_again.view());

  EXPECT_TRUE(entries_equal(c.values(), again.values()));
  EXPECT_TRUE(entries_equal(g.values(), g_again.values()));
}

TYPED_TEST(ProductsTest, NaNAndInfinityPassThroughProducts) {
  const double inf = std::numeric_limits<double>::infinity();
  Dense A(3, 2, 1);
  A(0, 1) = std::nan("");
  A(2, 0) = inf;
  auto a = this->put(A);
  auto b = this->put(Dense(2, 4, 1));
  auto c = this->put(Dense(3, 4));

  this->backend().multiply(a.view(), b.view(), c.view());

  const Dense C = c.values();
  for (Index j = 0; j < 4; ++j) {
    EXPECT_TRUE(std::isnan(C(0, j)));
    EXPECT_EQ(C(1, j), 2);
    EXPECT_EQ(C(2, j), inf);
  }
}

}  // namespace
}  // namespace nonneg::test
