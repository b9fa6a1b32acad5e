// SPDX-License-Identifier: Apache-2.0
// Backend::allocate, set_zero, copy and fetch.
#include "support/backends.hpp"
#include "support/cases.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class MemoryTest : public BackendTest<Case> {};
TYPED_TEST_SUITE(MemoryTest, Backends, BackendNames);

TYPED_TEST(MemoryTest, AllocatesTheShapeInTheBackendsOwnMemory) {
  const auto X = this->backend().allocate(597, 43);

  EXPECT_EQ(X.rows(), 597);
  EXPECT_EQ(X.cols(), 43);
  EXPECT_EQ(X.space(), this->backend().space());
  EXPECT_TRUE(X.view().contiguous());
}

TYPED_TEST(MemoryTest, AllocatesNothingForAnEmptyMatrix) {
  EXPECT_TRUE(this->backend().allocate(0, 5).empty());
  EXPECT_TRUE(this->backend().allocate(5, 0).empty());
}

TYPED_TEST(MemoryTest, SizesThatOverflowAreOutOfMemoryWithTheShapeNamed) {
  const Index huge = Index{1} << 40;
  try {
    this->backend().allocate(huge, huge);
    FAIL() << "expected OutOfMemory";
  } catch (const OutOfMemory& error) {
    EXPECT_NE(std::string(error.what()).find(std::to_string(huge)), std::string::npos)
        << error.what();
    EXPECT_GT(error.bytes_requested(), std::uint64_t{1} << 62);
  }
}

TYPED_TEST(MemoryTest, SumsAreOneRowOfDoubles) {
  const Matrix<double> sums = this->backend().allocate_sums(7);

  EXPECT_EQ(sums.rows(), 1);
  EXPECT_EQ(sums.cols(), 7);
}

TYPED_TEST(MemoryTest, SetZeroStaysInsideTheView) {
  for (const Shape& shape : awkward_shapes()) {
    SCOPED_TRACE(shape);
    auto x = this->put(random_matrix(shape.m, shape.n, 1, 1, 2), shape.padding);

    this->backend().set_zero(x.view());

    EXPECT_TRUE(entries_equal(x.values(), Dense(shape.m, shape.n)));
    EXPECT_TRUE(x.padding_untouched());
  }
}

TYPED_TEST(MemoryTest, CopyTakesEveryLeadingDimension) {
  using T = typename TypeParam::Scalar;
  for (const Shape& shape : awkward_shapes()) {
    SCOPED_TRACE(shape);
    const Dense X = rounded<T>(random_matrix(shape.m, shape.n, 2));
    auto from = this->put(X, shape.padding);
    auto to = this->put(Dense(shape.m, shape.n), 2 * shape.padding);

    this->backend().copy(from.view(), to.view());

    EXPECT_TRUE(entries_equal(to.values(), X));
    EXPECT_TRUE(to.padding_untouched());
  }
}

TYPED_TEST(MemoryTest, ACopyFromOrToTheHostIsCompleteOnReturn) {
  using T = typename TypeParam::Scalar;
  for (const Index padding : {Index{0}, Index{3}}) {
    auto X = this->put(Dense(5, 4), padding);
    Matrix<T> host = to_matrix<T>(Dense(5, 4, 1.5));

    this->backend().copy(host.view(), X.view());
    // It has been read: what is written there now is not copied.
    for (Index i = 0; i < 5; ++i) {
      for (Index j = 0; j < 4; ++j) host(i, j) = T{9};
    }
    this->backend().copy(X.view(), host.view());

    EXPECT_TRUE(entries_equal(to_dense(host), Dense(5, 4, 1.5)));
  }
}

TYPED_TEST(MemoryTest, FetchedSumsAreThereOnReturn) {
  const Matrix<double> sums = this->backend().allocate_sums(3);
  auto X = this->put(Dense(2, 2, 1.5));
  this->backend().clear_sums(sums.data(), 3);
  this->backend().dot(X.view(), X.view(), sums.data() + 1);
  double host[3] = {-1, -1, -1};

  this->backend().fetch(sums.data(), host, 3);

  EXPECT_EQ(host[0], 0);
  EXPECT_EQ(host[1], 9);
  EXPECT_EQ(host[2], 0);
}

TYPED_TEST(MemoryTest, CopyTakesABlockOfRows) {
  using T = typename TypeParam::Scalar;
  const Dense X = rounded<T>(random_matrix(9, 4, 3));
  auto from = this->put(X, 1);
  auto to = this->put(Dense(9, 4, 5), 2);

  this->backend().copy(from.view().row_block(2, 3), to.view().row_block(6, 3));

  Dense expected(9, 4, 5);
  for (Index i = 0; i < 3; ++i) {
    for (Index j = 0; j < 4; ++j) expected(6 + i, j) = X(2 + i, j);
  }
  EXPECT_TRUE(entries_equal(to.values(), expected));
}

TYPED_TEST(MemoryTest, SaysItsNameAndItsThreads) {
  EXPECT_FALSE(this->backend().name().empty());
  EXPECT_EQ(TypeParam::make(1)->threads(), 1);
  EXPECT_EQ(TypeParam::make(2)->threads(), 2);
  EXPECT_GE(TypeParam::make(0)->threads(), 1);
}

}  // namespace
}  // namespace nonneg::test
