// SPDX-License-Identifier: Apache-2.0
#include "ensemble/data_checksum.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <vector>

#include "nonneg/sparse_matrix.hpp"

namespace nonneg::ensemble {
namespace {

std::vector<float> entries_of(Index rows, Index cols) {
  std::vector<float> entries;
  for (Index e = 0; e < rows * cols; ++e) entries.push_back(static_cast<float>(e % 17) / 3);
  return entries;
}

DataView view_of(const std::vector<float>& entries, Index rows, Index cols) {
  return {entries.data(), ElementType::float32, rows, cols, cols, 1};
}

TEST(DataChecksumTest, IsOfTheEntriesNotOfTheirStrides) {
  constexpr Index kRows = 131;
  constexpr Index kCols = 7;
  const std::vector<float> rows = entries_of(kRows, kCols);
  std::vector<float> columns;
  for (Index j = 0; j < kCols; ++j) {
    for (Index i = 0; i < kRows; ++i)
      columns.push_back(rows[static_cast<std::size_t>(i * kCols + j)]);
  }
  EXPECT_EQ(data_checksum(view_of(rows, kRows, kCols)),
            data_checksum({columns.data(), ElementType::float32, kRows, kCols, 1, kRows}));
}

TEST(DataChecksumTest, EachEntryAndItsPlaceCount) {
  std::vector<float> entries = entries_of(70, 5);
  std::set<std::uint64_t> seen{data_checksum(view_of(entries, 70, 5))};
  for (std::size_t e = 0; e < entries.size(); ++e) {
    const float before = entries[e];
    entries[e] = before + 1;
    seen.insert(data_checksum(view_of(entries, 70, 5)));
    entries[e] = before;
  }
  std::swap(entries[3], entries[12]);
  seen.insert(data_checksum(view_of(entries, 70, 5)));
  std::swap(entries[3], entries[12]);
  seen.insert(data_checksum(view_of(entries, 35, 10)));
  EXPECT_EQ(seen.size(), entries.size() + 3);
}

TEST(DataChecksumTest, OfSparseDataTheStoredEntriesCount) {
  const std::vector<Index> offsets{0, 2, 2, 3};
  const std::vector<std::int32_t> columns{0, 4, 1};
  const std::vector<std::int32_t> moved{0, 3, 1};
  const std::vector<double> values{1, 2, 3};
  const auto sum = [&](const std::vector<std::int32_t>& at) {
    return data_checksum(
        SparseView(offsets.data(), at.data(), values.data(), ElementType::float64, 3, 5));
  };
  EXPECT_EQ(sum(columns), sum(columns));
  EXPECT_NE(sum(columns), sum(moved));
}

}  // namespace
}  // namespace nonneg::ensemble
