// SPDX-License-Identifier: Apache-2.0
// choose_precision(): the type that auto computes in, by what A holds and not by how it is stored.
#include "nonneg/precision.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "nonneg/sparse_matrix.hpp"
#include "options/units.hpp"

namespace nonneg::test {
namespace {

Options options_of(double beta = kFrobenius, Precision precision = Precision::automatic) {
  Options options;
  options.rank = 2;
  options.beta = beta;
  options.precision = precision;
  return options;
}

/// For 30 × 20 entries of E, 3 but for one at (i, j).
template <class E>
PrecisionChoice choice_with(E entry, const Options& options, Index i = 17, Index j = 11) {
  std::vector<E> entries(600, E{3});
  entries[static_cast<std::size_t>(i * 20 + j)] = entry;
  return choose_precision(MatrixView<const E>(entries.data(), 30, 20), options);
}

TEST(ChoosePrecision, TakesFloat32ForWholeNumbersThatItHoldsHoweverTheyAreStored) {
  constexpr auto kMost = (1 << 24) - 1;
  EXPECT_EQ(choice_with<double>(kMost, options_of()).precision, Precision::float32);
  EXPECT_EQ(choice_with<double>(0, options_of()).precision, Precision::float32);
  EXPECT_EQ(choice_with<std::int32_t>(kMost, options_of()).precision, Precision::float32);
  EXPECT_EQ(choice_with<std::uint64_t>(kMost, options_of()).precision, Precision::float32);
  EXPECT_NE(choice_with<double>(kMost, options_of()).reason.find("whole numbers"),
            std::string::npos);
  EXPECT_EQ(choice_with<std::int32_t>(kMost, options_of()).reason, "");
}

TEST(ChoosePrecision, TakesFloat64ForWholeNumbersThatFloat32Rounds) {
  constexpr auto kFirst = 1 << 24;
  EXPECT_EQ(choice_with<double>(kFirst, options_of()).precision, Precision::float64);
  EXPECT_EQ(choice_with<std::int32_t>(kFirst, options_of()).precision, Precision::float64);
  EXPECT_EQ(choice_with<std::uint32_t>(kFirst, options_of()).precision, Precision::float64);
  const PrecisionChoice choice = choice_with<std::int64_t>(kFirst, options_of());
  EXPECT_EQ(choice.precision, Precision::float64);
  EXPECT_NE(choice.reason.find("2^24"), std::string::npos);
}

TEST(ChoosePrecision, LooksAtTheRowsOfABlockOfSparseData) {
  const std::vector<Index> rows{0, 1, 2};
  const std::vector<Index> columns{0, 1, 0};
  const std::vector<double> values{0.5, 2, 3};
  const SparseMatrix A = SparseMatrix::from_triplets(3, 2, rows, columns, values);
  EXPECT_EQ(choose_precision(DataView(A.view()).row_block(0, 2), options_of()).precision,
            Precision::float64);
  EXPECT_EQ(choose_precision(DataView(A.view()).row_block(1, 2), options_of()).precision,
            Precision::float32);
}

TEST(ChoosePrecision, LeavesOtherNumbersInTheirOwnType) {
  for (const double entry : {0.5, 3.0000000001, 1e300, 1e-300}) {
    EXPECT_EQ(choice_with<double>(entry, options_of()).precision, Precision::float64) << entry;
    EXPECT_EQ(choice_with<double>(entry, options_of()).reason, "");
  }
  for (const float entry : {0.5F, 3e38F, 1e-45F}) {
    EXPECT_EQ(choice_with<float>(entry, options_of()).precision, Precision::float32) << entry;
    EXPECT_EQ(choice_with<float>(entry, options_of(kKullbackLeibler)).precision,
              Precision::float32);
  }
}

TEST(ChoosePrecision, LooksAtEveryEntryOfEveryLayout) {
  std::vector<double> entries(600, 3);
  for (const std::size_t at : {0U, 19U, 311U, 599U}) {
    entries[at] = 0.5;
    const MatrixView<const double> by_rows(entries.data(), 30, 20);
    EXPECT_EQ(choose_precision(by_rows, options_of()).precision, Precision::float64);
    const DataView by_columns(entries.data(), ElementType::float64, 30, 20, 1, 30);
    EXPECT_EQ(choose_precision(by_columns, options_of()).precision, Precision::float64);
    entries[at] = 3;
  }
  // Gaps hold nothing of A.
  entries[1] = 0.5;
  const DataView every_other(entries.data(), ElementType::float64, 30, 10, 20, 2);
  EXPECT_EQ(choose_precision(every_other, options_of()).precision, Precision::float32);
}

TEST(ChoosePrecision, LooksAtWhatSparseDataStores) {
  const std::vector<Index> rows{0, 1, 2};
  const std::vector<Index> columns{1, 0, 2};
  const auto of = [&](double last) {
    const std::vector<double> values{1, 2, last};
    const SparseMatrix A = SparseMatrix::from_triplets(3, 3, rows, columns, values);
    return choose_precision(A.view(), options_of()).precision;
  };
  EXPECT_EQ(of(7), Precision::float32);
  EXPECT_EQ(of(7.5), Precision::float64);
}

TEST(ChoosePrecision, DoesNotLookAtNaN) {
  EXPECT_EQ(choice_with<double>(std::nan(""), options_of()).precision, Precision::float32);
  EXPECT_EQ(choice_with<float>(std::nanf(""), options_of(kItakuraSaito)).precision,
            Precision::float32);
}

TEST(ChoosePrecision, TakesFloat64WhereEntriesCountThatAModelInFloat32DoesNotReach) {
  const auto least = static_cast<float>(least_part<float>(0) * 3);
  const PrecisionChoice beyond = choice_with<float>(least / 4, options_of(kItakuraSaito));
  EXPECT_EQ(beyond.precision, Precision::float64);
  EXPECT_NE(beyond.reason.find("least entry"), std::string::npos);
  EXPECT_EQ(choice_with<float>(least * 4, options_of(kItakuraSaito)).precision, Precision::float32);
  EXPECT_EQ(choice_with<float>(least / 4, options_of(-0.5)).precision, Precision::float64);
  // Of β > 0 they are worth next to nothing.
  EXPECT_EQ(choice_with<float>(least / 4, options_of(0.5)).precision, Precision::float32);
  EXPECT_EQ(choice_with<float>(1e-9F, options_of(-3)).precision, Precision::float64);
  EXPECT_EQ(choice_with<std::uint8_t>(1, options_of(-3)).precision, Precision::float32);
}

TEST(ChoosePrecision, TakesWhatIsAskedFor) {
  for (const Precision asked : {Precision::float32, Precision::float64, Precision::tf32}) {
    const PrecisionChoice choice = choice_with<double>(3, options_of(kFrobenius, asked));
    EXPECT_EQ(choice.precision, asked);
    EXPECT_EQ(choice.reason, "");
  }
}

}  // namespace
}  // namespace nonneg::test
