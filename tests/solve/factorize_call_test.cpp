// SPDX-License-Identifier: Apache-2.0
// factorize() of what callers have, and results whose type is known at run time only.
#include <array>
#include <span>

#include "nonneg/factorize.hpp"
#include "nonneg/nonneg.hpp"
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

Options options() {
  Options options;
  options.rank = 2;
  options.max_iterations = 7;
  options.tolerance = 0;
  options.threads = 1;
  return options;
}

template <class T>
void expect_same(const Result<T>& result, const Result<T>& expected) {
  EXPECT_TRUE(entries_equal(to_dense(result.W), to_dense(expected.W)));
  EXPECT_TRUE(entries_equal(to_dense(result.Ht), to_dense(expected.Ht)));
}

template <class T>
class FactorizeCallTest : public ::testing::Test {
 protected:
  const Matrix<T> A = to_matrix<T>(noisy_planted(9, 7, 2, 1));
  const Result<T> expected = factorize<T>(A.view(), options());
};
using Scalars = ::testing::Types<float, double>;
TYPED_TEST_SUITE(FactorizeCallTest, Scalars);

TYPED_TEST(FactorizeCallTest, TakesTheEntriesOwnPrecision) {
  using T = TypeParam;
  const std::vector<T> entries(this->A.data(), this->A.data() + this->A.size());
  std::array<T, 63> array{};
  std::copy(entries.begin(), entries.end(), array.begin());
  const Result<T> of_matrix = factorize(this->A, options());
  expect_same(of_matrix, this->expected);
  expect_same(factorize(this->A.view(), options()), this->expected);
  expect_same(factorize(entries, 9, 7, options()), this->expected);
  expect_same(factorize(std::span(entries), 9, 7, options()), this->expected);
  expect_same(factorize(array, 9, 7, options()), this->expected);
  Solver solver(this->A.view(), options());
  solver.run();
  expect_same(solver.result(), this->expected);
}

TYPED_TEST(FactorizeCallTest, ChoosesThePrecisionOfDataViewsAtRunTime) {
  using T = TypeParam;
  const AnyResult any = factorize(DataView(this->A.view()), options());
  ASSERT_TRUE(any.holds<T>());
  expect_same(any.as<T>(), this->expected);
  EXPECT_EQ(any.type(), ElementTypeOf<T>::value);
  EXPECT_EQ(any.rows(), 9);
  EXPECT_EQ(any.cols(), 7);
  EXPECT_EQ(any.rank(), 2);
  EXPECT_EQ(any.w(8, 1), static_cast<double>(this->expected.W(8, 1)));
  EXPECT_EQ(any.h(1, 6), static_cast<double>(this->expected.Ht(6, 1)));
  EXPECT_EQ(any.W().template as<T>()(3, 0), this->expected.W(3, 0));
  EXPECT_EQ(any.Ht().rows(), 7);
  EXPECT_EQ(any.iterations(), 7);
  EXPECT_EQ(any.loss_history().size(), this->expected.loss_history.size());
  EXPECT_EQ(any.relative_error(), this->expected.relative_error);
  using Other = std::conditional_t<std::is_same_v<T, float>, double, float>;
  EXPECT_THROW(any.as<Other>(), InvalidArgument);
}

TYPED_TEST(FactorizeCallTest, AStoredTypeMayBeAnyInteger) {
  std::vector<long long> counts(63);
  std::vector<float> same(63);
  for (std::size_t e = 0; e < counts.size(); ++e) {
    counts[e] = static_cast<long long>(e * 7 % 5);
    same[e] = static_cast<float>(counts[e]);
  }
  const AnyResult any = factorize(counts, 9, 7, options());
  expect_same(any.as<float>(), factorize(same, 9, 7, options()));
}

TYPED_TEST(FactorizeCallTest, AWarmStartGoesOnFromAFormerResult) {
  using T = TypeParam;
  const InitialFactors<T> start = start_from(this->expected);
  const Matrix<T> H = this->expected.H();
  const auto spelled_out =
      factorize<T>(this->A.view(), options(), InitialFactors<T>{this->expected.W.view(), H.view()});
  expect_same(factorize(this->A.view(), options(), start), spelled_out);
  expect_same(factorize(this->A, options(), start), spelled_out);
  const AnyResult former = factorize(this->A, options());
  expect_same(factorize_any(this->A.view(), options(), former).template as<T>(), spelled_out);
  EXPECT_LE(spelled_out.loss_history.front().loss, this->expected.loss_history.back().loss * 1.001);
}

TYPED_TEST(FactorizeCallTest, APrecisionThatIsNamedGoesWithEveryFormOfA) {
  using T = TypeParam;
  using Other = std::conditional_t<std::is_same_v<T, float>, double, float>;
  // Whole numbers, which every type holds.
  std::vector<int> counts(63);
  for (std::size_t e = 0; e < counts.size(); ++e) counts[e] = static_cast<int>(e * 7 % 5);
  const std::vector<Other> entries(counts.begin(), counts.end());
  const std::vector<T> own(counts.begin(), counts.end());
  Matrix<Other> matrix(9, 7);
  std::copy(entries.begin(), entries.end(), matrix.data());
  const Result<T> wanted = factorize(own, 9, 7, options());

  expect_same(factorize<T>(counts, 9, 7, options()), wanted);
  expect_same(factorize<T>(entries, 9, 7, options()), wanted);
  expect_same(factorize<T>(MatrixView<const int>(counts.data(), 9, 7), options()), wanted);
  expect_same(factorize<T>(matrix, options()), wanted);
  expect_same(factorize<T>(matrix.view(), options()), wanted);
  expect_same(factorize<T>(DataView(matrix.view()), options()), wanted);
  Solver<T> solver(matrix, options());
  solver.run();
  expect_same(solver.result(), wanted);
}

TYPED_TEST(FactorizeCallTest, AWarmStartGoesWithEveryFormOfA) {
  using T = TypeParam;
  const std::vector<T> entries(this->A.data(), this->A.data() + this->A.size());
  const Result<T>& former = this->expected;
  const AnyResult any = factorize(DataView(this->A.view()), options());
  const Result<T> wanted = factorize<T>(DataView(this->A.view()), options(), start_from(former));

  expect_same(factorize(entries, 9, 7, options(), start_from(former)), wanted);
  expect_same(factorize(this->A, options(), former), wanted);
  expect_same(factorize<T>(this->A, options(), start_from(former)), wanted);
  expect_same(factorize<T>(entries, 9, 7, options(), start_from(former)), wanted);
  expect_same(factorize(this->A, options(), any).template as<T>(), wanted);
  expect_same(factorize(this->A, options(), start_from(any)).template as<T>(), wanted);
  expect_same(factorize(entries, 9, 7, options(), any).template as<T>(), wanted);
  Solver solver(this->A, options(), start_from(former));
  solver.run();
  expect_same(solver.result(), wanted);
}

TYPED_TEST(FactorizeCallTest, TransformAndReconstructTakeWhatFactorizeTakes) {
  using T = TypeParam;
  const Matrix<T> H = this->expected.H();
  const Dense wanted = to_dense(transform<T>(DataView(this->A.view()), H.view(), options()));
  EXPECT_TRUE(entries_equal(to_dense(transform(this->A, H, options())), wanted));
  EXPECT_TRUE(entries_equal(to_dense(transform(this->A.view(), H.view(), options())), wanted));
  EXPECT_TRUE(entries_equal(to_dense(transform<T>(this->A, H, options())), wanted));
  Transformer transformer(H, options());
  EXPECT_TRUE(entries_equal(to_dense(transformer.transform(this->A)), wanted));

  Matrix<T> W = to_matrix<T>(to_dense(this->expected.W));
  const Dense model = to_dense(reconstruct(this->expected));
  EXPECT_TRUE(entries_equal(to_dense(reconstruct(W.view(), H.view(), 0, 9)), model));
  EXPECT_TRUE(entries_equal(to_dense(reconstruct(W, H, 0, 9)), model));
  const AnyResult any = factorize(DataView(this->A.view()), options());
  const Matrix<double> of_any = reconstruct(any);
  EXPECT_LT(relative_distance(to_dense(of_any), model), 8 * kUnitRoundoff<T>);
}

TYPED_TEST(FactorizeCallTest, AFormerHOfAnotherShapeIsNamed) {
  using T = TypeParam;
  const Matrix<T> narrow = to_matrix<T>(random_matrix(9, 6, 1));
  const auto call = [&] { factorize(narrow, options(), start_from(this->expected)); };
  EXPECT_EQ(subject_of(call), Subject::H0);
  EXPECT_TRUE(mentions(message_of<InvalidArgument>(call), "H0 transposed is 7 x 2: it must be 6"));
}

TEST(FactorizeArrayTest, ASizeThatDoesNotFitIsRefused) {
  const std::vector<float> entries(6, 1.0F);
  const auto call = [&] { factorize(entries, 2, 4, options()); };
  EXPECT_EQ(subject_of(call), Subject::A);
  EXPECT_TRUE(mentions(message_of<InvalidArgument>(call), "6 entries: 2 x 4"));
  EXPECT_THROW(factorize(entries, Index{1} << 62, 6, options()), InvalidArgument);
  EXPECT_EQ(subject_of([&] { factorize(entries, -2, -3, options()); }), Subject::A);
  EXPECT_EQ(subject_of([&] { factorize<double>(entries, 6, -1, options()); }), Subject::A);
}

TEST(FactorizeSparseTest, ASparseMatrixIsTakenAsItIs) {
  const std::vector<int> indptr{0, 2, 3, 5};
  const std::vector<int> indices{0, 2, 1, 0, 2};
  const std::vector<float> data{1, 2, 3, 4, 5};
  const auto A = SparseMatrix::from_csr(3, 3, indptr, indices, data);
  const Result<float> expected = factorize<float>(DataView(A.view()), options());
  expect_same(factorize(A.view(), options()).as<float>(), expected);
  expect_same(factorize(A, options()).as<float>(), expected);
  const auto borrowed = SparseMatrix::borrow_csr(3, 3, indptr, indices, data);
  expect_same(factorize(borrowed, options()).as<float>(), expected);
  expect_same(factorize<float>(A, options()), expected);
  expect_same(factorize<float>(A.view(), options()), expected);
  Solver<float> solver(A, options());
  solver.run();
  expect_same(solver.result(), expected);
  const Matrix<float> H = expected.H();
  EXPECT_TRUE(entries_equal(to_dense(transform(A, H, options())),
                            to_dense(transform(A.view(), H, options()))));
}

}  // namespace

/// A type of a caller's.
struct Column {
  std::vector<double> entries;
};

}  // namespace nonneg::test

template <>
struct nonneg::MatrixAccess<nonneg::test::Column> {
  using Entry = double;
  static DataView view(const test::Column& A) {
    return {A.entries.data(), ElementType::float64, std::ssize(A.entries), 1, 1, 1};
  }
};

namespace nonneg::test {
namespace {

TEST(FactorizeOwnTypeTest, MatrixAccessTeachesATypeOfTheCallers) {
  const Column column{{1, 2, 3}};
  Options one = options();
  one.rank = 1;
  const Result<double> result = factorize(column, one);
  EXPECT_LT(result.relative_error, 1e-10);
}

}  // namespace
}  // namespace nonneg::test
