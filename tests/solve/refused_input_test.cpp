// SPDX-License-Identifier: Apache-2.0
// Input that cannot be used is refused before anything is computed, by a message that names it.
#include "nonneg/devices.hpp"
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class RefusedInputTest : public ::testing::Test {
 protected:
  using Scalar = typename Case::Scalar;

  template <class E = InvalidArgument>
  static std::string message(const Dense& A, const Options& options) {
    return message_of<E>([&] { factorize_dense<Scalar>(A, options); });
  }

  static Options options() { return Case::options(2, 5); }
};
TYPED_TEST_SUITE(RefusedInputTest, SolverCases, SolverNames);

TYPED_TEST(RefusedInputTest, ANegativeEntryIsNamedByRowColumnAndValue) {
  Dense A = random_matrix(30, 20, 1);
  A(17, 3) = -0.25;
  const std::string message = this->message(A, this->options());
  EXPECT_TRUE(mentions(message, "(17, 3)"));
  EXPECT_TRUE(mentions(message, "-0.25"));
}

TYPED_TEST(RefusedInputTest, TheFirstOfManyBadEntriesIsNamed) {
  Dense A = random_matrix(70, 20, 1);
  A(69, 0) = -1;
  A(40, 19) = std::nan("");
  A(40, 7) = -2;
  EXPECT_TRUE(mentions(this->message(A, this->options()), "(40, 7)"));
}

TYPED_TEST(RefusedInputTest, ABadEntryIsFoundInAnyLayout) {
  using T = typename TypeParam::Scalar;
  Dense A = random_matrix(40, 30, 1, 1, 100);
  A(33, 21) = -4;
  const Dense At = transpose(A);
  const std::vector<std::int16_t> columns(At.entries.begin(), At.entries.end());
  const DataView view(columns.data(), ElementType::int16, 40, 30, 1, 40);
  const std::string message =
      message_of<InvalidArgument>([&] { factorize<T>(view, this->options()); });
  EXPECT_TRUE(mentions(message, "(33, 21)"));
  EXPECT_TRUE(mentions(message, "-4"));
}

TYPED_TEST(RefusedInputTest, NaNAndInfinityAreNamed) {
  Dense A = random_matrix(30, 20, 1);
  A(2, 19) = std::nan("");
  std::string message = this->message(A, this->options());
  EXPECT_TRUE(mentions(message, "(2, 19)"));
  EXPECT_TRUE(mentions(message, "NaN"));

  A(2, 19) = std::numeric_limits<double>::infinity();
  message = this->message(A, this->options());
  EXPECT_TRUE(mentions(message, "(2, 19)"));
  EXPECT_TRUE(mentions(message, "inf"));

  A(2, 19) = -std::numeric_limits<double>::infinity();
  EXPECT_TRUE(mentions(this->message(A, this->options()), "(2, 19)"));
}

TYPED_TEST(RefusedInputTest, AnEmptyMatrixIsRefusedByItsShape) {
  EXPECT_TRUE(mentions(this->message(Dense(0, 5), this->options()), "0 x 5"));
  EXPECT_TRUE(mentions(this->message(Dense(7, 0), this->options()), "7 x 0"));
  EXPECT_TRUE(mentions(this->message(Dense(0, 0), this->options()), "0 x 0"));
}

TYPED_TEST(RefusedInputTest, EntriesWhoseSquaresOverflowAreRefusedOrScaledFor) {
  using T = typename TypeParam::Scalar;
  const Matrix<double> A = to_matrix<double>(Dense(6, 5, 1e300));
  try {
    const Result<T> result = factorize<T>(DataView(A.view()), this->options());
    EXPECT_TRUE(all_finite(to_dense<T>(result.W)));
    EXPECT_TRUE(all_finite(to_dense<T>(result.Ht)));
  } catch (const InvalidArgument& error) {
    EXPECT_TRUE(mentions(error.what(), "(0, 0)"));
    EXPECT_TRUE(mentions(error.what(), "1e+300"));
  }
}

TYPED_TEST(RefusedInputTest, OptionsAreValidated) {
  Options options = this->options();
  options.rank = 0;
  EXPECT_TRUE(mentions(this->message(Dense(3, 3, 1), options), "rank"));
  options = this->options();
  options.tolerance = std::nan("");
  EXPECT_TRUE(mentions(this->message(Dense(3, 3, 1), options), "tolerance"));
  options = this->options();
  options.threads = -1;
  EXPECT_TRUE(mentions(this->message(Dense(3, 3, 1), options), "threads"));
}

TYPED_TEST(RefusedInputTest, FirstFactorsOfTheWrongShapeAreRefusedByBothShapes) {
  using T = typename TypeParam::Scalar;
  const Dense A = random_matrix(6, 5, 1);
  const Options options = this->options();
  std::string message = message_of<InvalidArgument>([&] {
    factorize_dense<T>(A, options, {Dense(7, 2, 1), Dense(5, 2, 1)});
  });
  EXPECT_TRUE(mentions(message, "W0"));
  EXPECT_TRUE(mentions(message, "7 x 2"));
  EXPECT_TRUE(mentions(message, "6 x 2"));
  message = message_of<InvalidArgument>([&] {
    factorize_dense<T>(A, options, {Dense(6, 2, 1), Dense(4, 2, 1)});
  });
  EXPECT_TRUE(mentions(message, "H0"));
  EXPECT_TRUE(mentions(message, "2 x 4"));
  EXPECT_TRUE(mentions(message, "2 x 5"));
  // Another rank than the options'.
  message = message_of<InvalidArgument>([&] {
    factorize_dense<T>(A, options, {Dense(6, 3, 1), Dense(5, 3, 1)});
  });
  EXPECT_TRUE(mentions(message, "6 x 3"));
}

TYPED_TEST(RefusedInputTest, BadEntriesOfFirstFactorsAreNamed) {
  using T = typename TypeParam::Scalar;
  const Dense A = random_matrix(6, 5, 1);
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity(), -0.5}) {
    SCOPED_TRACE(bad);
    Factors start{Dense(6, 2, 1), Dense(5, 2, 1)};
    start.W(4, 1) = bad;
    std::string message =
        message_of<InvalidArgument>([&] { factorize_dense<T>(A, this->options(), start); });
    EXPECT_TRUE(mentions(message, "W0"));
    EXPECT_TRUE(mentions(message, "(4, 1)"));
    start = {Dense(6, 2, 1), Dense(5, 2, 1)};
    start.Ht(3, 1) = bad;
    message = message_of<InvalidArgument>([&] { factorize_dense<T>(A, this->options(), start); });
    EXPECT_TRUE(mentions(message, "H0"));
    EXPECT_TRUE(mentions(message, "(1, 3)"));
  }
}

TYPED_TEST(RefusedInputTest, CustomFactorsThatAreNotGivenAreMissed) {
  Options options = this->options();
  options.init = Init::custom;
  EXPECT_TRUE(mentions(this->message(Dense(3, 3, 1), options), "custom"));
}

TYPED_TEST(RefusedInputTest, AnotherPrecisionThanTheSolversIsRefused) {
  using T = typename TypeParam::Scalar;
  Options options = this->options();
  const bool single = sizeof(T) == sizeof(float);
  options.precision = single ? Precision::float64 : Precision::float32;
  const std::string message = this->message(Dense(3, 3, 1), options);
  EXPECT_TRUE(mentions(message, "precision"));
  EXPECT_TRUE(mentions(message, "float32"));
  EXPECT_TRUE(mentions(message, "float64"));
  options.precision = single ? Precision::float32 : Precision::float64;
  EXPECT_NO_THROW(factorize_dense<T>(Dense(3, 3, 1), options));
}

TYPED_TEST(RefusedInputTest, Tf32IsNotForTheCpu) {
  Options options = this->options();
  options.backend = BackendKind::cpu;
  options.precision = Precision::tf32;
  const std::string message = this->message(Dense(3, 3, 1), options);
  EXPECT_TRUE(mentions(message, "tf32"));
}

TYPED_TEST(RefusedInputTest, ABackendWithoutADeviceIsNotAvailable) {
  if (!devices().devices.empty()) GTEST_SKIP() << "there is a device";
  Options options = this->options();
  options.backend = BackendKind::cuda;
  EXPECT_TRUE(mentions(this->template message<NotAvailable>(Dense(3, 3, 1), options), "cuda"));
}

TYPED_TEST(RefusedInputTest, FactorsThatOverflowAreReportedWithTheIteration) {
  using T = typename TypeParam::Scalar;
  // First factors whose product overflows T, though each entry is finite.
  const auto huge = static_cast<double>(std::numeric_limits<T>::max()) / 2;
  try {
    const Result<T> result = factorize_dense<T>(random_matrix(6, 5, 1), this->options(),
                                                {Dense(6, 2, huge), Dense(5, 2, huge)});
    EXPECT_TRUE(all_finite(to_dense<T>(result.W)));
    EXPECT_TRUE(all_finite(to_dense<T>(result.Ht)));
  } catch (const InvalidArgument& error) {
    EXPECT_TRUE(mentions(error.what(), "iteration"));
  }
}

}  // namespace
}  // namespace nonneg::test
