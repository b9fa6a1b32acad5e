// SPDX-License-Identifier: Apache-2.0
#include "ensemble/assignment.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>

#include "support/cases.hpp"

namespace nonneg::ensemble {
namespace {

using test::Dense;
using ::testing::ElementsAre;

std::vector<Index> assign(const Dense& gains) {
  return best_assignment(MatrixView<const double>(gains.entries.data(), gains.rows, gains.cols));
}

double total(const Dense& gains, const std::vector<Index>& columns) {
  double sum = 0;
  for (Index i = 0; i < gains.rows; ++i) {
    const Index j = columns[static_cast<std::size_t>(i)];
    if (j != kNone) sum += gains(i, j);
  }
  return sum;
}

/// The largest sum of min(rows, cols) pairs, by trying all.
double by_trying_all(const Dense& gains) {
  const bool wide = gains.cols >= gains.rows;
  const Dense wider = wide ? gains : test::transpose(gains);
  std::vector<Index> order(static_cast<std::size_t>(wider.cols));
  std::iota(order.begin(), order.end(), Index{0});
  double best = -1e300;
  do {
    double sum = 0;
    for (Index i = 0; i < wider.rows; ++i) sum += wider(i, order[static_cast<std::size_t>(i)]);
    best = std::max(best, sum);
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

/// Whether no column is there twice, and as many rows have one as can have.
bool is_assignment(const Dense& gains, std::vector<Index> columns) {
  if (std::ssize(columns) != gains.rows) return false;
  std::erase(columns, kNone);
  std::sort(columns.begin(), columns.end());
  return std::ssize(columns) == std::min(gains.rows, gains.cols) &&
         std::adjacent_find(columns.begin(), columns.end()) == columns.end() &&
         std::all_of(columns.begin(), columns.end(),
                     [&](Index j) { return j >= 0 && j < gains.cols; });
}

TEST(Assignment, GainsWhatTryingAllGains) {
  for (Index rows = 1; rows <= 7; ++rows) {
    for (Index cols = 1; cols <= 7; ++cols) {
      for (std::uint64_t seed = 0; seed < 8; ++seed) {
        SCOPED_TRACE(::testing::Message() << rows << " x " << cols << ", seed " << seed);
        Dense gains = test::random_matrix(rows, cols, seed, -1, 1);
        // Few different values: many ties.
        if (seed % 2 == 1) {
          for (double& entry : gains.entries)
            entry = static_cast<double>(static_cast<int>(2 * entry));
        }
        const std::vector<Index> found = assign(gains);
        ASSERT_TRUE(is_assignment(gains, found));
        EXPECT_NEAR(total(gains, found), by_trying_all(gains), 1e-12);
      }
    }
  }
}

TEST(Assignment, IsNotWhatTheLargestFirstWouldTake) {
  Dense gains(2, 2);
  gains.entries = {1.0, 0.9, 0.9, 0.0};
  EXPECT_THAT(assign(gains), ElementsAre(1, 0));
}

TEST(Assignment, UndoesAShuffle) {
  const Index size = 200;
  Dense gains = test::random_matrix(size, size, 3, 0, 0.5);
  for (Index i = 0; i < size; ++i) gains(i, (i * 7 + 3) % size) = 1;
  const std::vector<Index> found = assign(gains);
  for (Index i = 0; i < size; ++i)
    EXPECT_EQ(found[static_cast<std::size_t>(i)], (i * 7 + 3) % size);
}

TEST(Assignment, OfNothingIsNothing) {
  EXPECT_TRUE(assign(Dense(0, 3)).empty());
  EXPECT_THAT(assign(Dense(2, 0)), ElementsAre(kNone, kNone));
}

}  // namespace
}  // namespace nonneg::ensemble
