// SPDX-License-Identifier: Apache-2.0
#include "ensemble/component_match.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/cases.hpp"

namespace nonneg::ensemble {
namespace {

using test::Dense;

std::vector<ComponentMatch> match(const Dense& X, const Dense& Y) {
  const Matrix<double> x = test::to_matrix<double>(X);
  const Matrix<double> y = test::to_matrix<double>(Y);
  return match_components(cosines(x.view(), y.view()).view());
}

/// Rows of X in another order, each times something.
Dense shuffled(const Dense& X, const std::vector<Index>& rows) {
  Dense moved(static_cast<Index>(rows.size()), X.cols);
  for (Index i = 0; i < moved.rows; ++i) {
    for (Index j = 0; j < X.cols; ++j) {
      moved(i, j) =
          X(rows[static_cast<std::size_t>(i)], j) * std::pow(10.0, static_cast<double>(i - 2));
    }
  }
  return moved;
}

TEST(ComponentMatch, FindsSwappedAndScaledComponents) {
  const Dense X = test::sparse_matrix(5, 40, 1);
  const std::vector<ComponentMatch> found = match(X, shuffled(X, {3, 0, 4, 1, 2}));
  const std::vector<Index> expected{1, 3, 4, 0, 2};
  for (std::size_t q = 0; q < 5; ++q) {
    EXPECT_EQ(found[q].reference, expected[q]);
    EXPECT_EQ(found[q].nearest, expected[q]);
    EXPECT_NEAR(found[q].cosine, 1, 1e-12);
    EXPECT_LE(found[q].cosine, 1);
  }
}

TEST(ComponentMatch, GivesDuplicatesOnePartnerEach) {
  const Dense X = test::sparse_matrix(3, 40, 2);
  // Component 0 twice, beside references that have it once.
  const std::vector<ComponentMatch> found = match(shuffled(X, {0, 0, 1}), X);
  EXPECT_EQ(found[2].reference, 1);
  const auto partners = std::minmax(found[0].reference, found[1].reference);
  EXPECT_EQ(partners.first, 0);
  EXPECT_EQ(partners.second, 2);
  // Which is told by the one that is most like both.
  EXPECT_EQ(found[0].nearest, 0);
  EXPECT_EQ(found[1].nearest, 0);
}

TEST(ComponentMatch, LeavesDeadComponentsAloneOnEitherSide) {
  Dense X = test::sparse_matrix(4, 40, 3);
  Dense Y = shuffled(X, {2, 1, 0, 3});
  for (Index j = 0; j < 40; ++j) X(1, j) = Y(3, j) = 0;
  const std::vector<ComponentMatch> found = match(X, Y);
  EXPECT_EQ(found[0].reference, 2);
  EXPECT_EQ(found[2].reference, 0);
  // The dead one takes nobody's partner, and the one whose own is dead gets what is left.
  EXPECT_EQ(found[1].reference, kNone);
  EXPECT_EQ(found[1].nearest, kNone);
  EXPECT_EQ(found[1].cosine, 0);
  EXPECT_EQ(found[3].reference, 1);
}

TEST(ComponentMatch, OfOneComponentAndOfMoreThanThereAreReferences) {
  const Dense X = test::sparse_matrix(4, 40, 4);
  EXPECT_EQ(match(shuffled(X, {2}), X)[0].reference, 2);
  const std::vector<ComponentMatch> found = match(X, shuffled(X, {1, 3}));
  EXPECT_EQ(found[1].reference, 0);
  EXPECT_EQ(found[3].reference, 1);
  EXPECT_EQ(found[0].reference, kNone);
  EXPECT_EQ(found[2].reference, kNone);
}

TEST(ComponentMatch, CosinesAreThoseOfEntriesOfAnySize) {
  Dense X(1, 3);
  X.entries = {3, 4, 0};
  Dense Y(2, 3);
  Y.entries = {4, 3, 0, 0, 0, 1};
  for (const double size : {1e-170, 1.0, 1e170}) {
    const Matrix<double> x = test::to_matrix<double>(test::scaled(X, size));
    const Matrix<double> y = test::to_matrix<double>(Y);
    const Matrix<double> found = cosines(x.view(), y.view());
    EXPECT_NEAR(found(0, 0), 24.0 / 25, 1e-15);
    EXPECT_EQ(found(0, 1), 0);
  }
}

}  // namespace
}  // namespace nonneg::ensemble
