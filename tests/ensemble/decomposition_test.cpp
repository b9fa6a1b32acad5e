// SPDX-License-Identifier: Apache-2.0
#include "ensemble/decomposition.hpp"

#include <gtest/gtest.h>

#include "support/cases.hpp"

namespace nonneg::ensemble {
namespace {

using test::Dense;

/// Rows Σ weights(i, r)·references_r.
Dense sums(const Dense& weights, const Dense& references) {
  return test::model(weights, test::transpose(references));
}

std::vector<Decomposition> decomposed(const Dense& X, const Dense& references,
                                      double allowed_fall = kAllowedFall) {
  const Matrix<double> x = test::to_matrix<double>(X);
  const Matrix<double> r = test::to_matrix<double>(references);
  return decompose(x.view(), r.view(), allowed_fall);
}

TEST(Decomposition, FindsTheReferencesThatAComponentIsMadeOf) {
  const Dense references = test::sparse_matrix(12, 96, 1, 0.7);
  Dense weights(3, 12);
  weights(0, 4) = 30;
  weights(0, 7) = 20;
  weights(1, 2) = 1e-3;
  weights(2, 0) = 5;
  weights(2, 3) = 4;
  weights(2, 11) = 3;
  const Dense X = sums(weights, references);
  const std::vector<Decomposition> found = decomposed(X, references);
  for (Index q = 0; q < 3; ++q) {
    SCOPED_TRACE(q);
    const Decomposition& own = found[static_cast<std::size_t>(q)];
    EXPECT_NEAR(own.cosine, 1, 1e-9);
    double total = 0;
    Dense seen(1, 12);
    for (const ReferencePart& part : own.parts) {
      EXPECT_NEAR(part.weight, weights(q, part.reference), 1e-6 * weights(q, part.reference));
      seen(0, part.reference) = 1;
      total += part.share;
    }
    EXPECT_NEAR(total, 1, 1e-12);
    for (Index r = 0; r < 12; ++r) EXPECT_EQ(seen(0, r) != 0, weights(q, r) != 0) << r;
  }
  EXPECT_GE(found[0].parts[0].share, found[0].parts[1].share);
}

TEST(Decomposition, DropsWhatCostsLessThanItMayAndNoMore) {
  const Dense references = test::sparse_matrix(6, 96, 2, 0.7);
  Dense weights(1, 6);
  weights.entries = {10, 8, 0.3, 0.2, 0.1, 0.05};
  const Dense X = sums(weights, references);
  const std::vector<Decomposition> all = decomposed(X, references, 0);
  EXPECT_EQ(all[0].parts.size(), 6U);
  const std::vector<Decomposition> few = decomposed(X, references);
  ASSERT_EQ(few[0].parts.size(), 2U);
  EXPECT_EQ(few[0].parts[0].reference + few[0].parts[1].reference, 1);
  EXPECT_GT(few[0].cosine, 1 - 4 * kAllowedFall);
  // As far as it goes one reference is left, and never none.
  EXPECT_EQ(decomposed(X, references, 1)[0].parts.size(), 1U);
}

TEST(Decomposition, OfADeadComponentOrOneThatNothingHasIsEmpty) {
  Dense references(2, 4);
  references.entries = {1, 1, 0, 0, 0, 0, 0, 0};
  Dense X(3, 4);
  X.entries = {0, 0, 0, 0, 0, 0, 3, 1, 2, 2, 0, 0};
  const std::vector<Decomposition> found = decomposed(X, references);
  EXPECT_TRUE(found[0].parts.empty());
  EXPECT_TRUE(found[1].parts.empty());
  EXPECT_EQ(found[1].cosine, 0);
  ASSERT_EQ(found[2].parts.size(), 1U);
  EXPECT_NEAR(found[2].parts[0].weight, 2, 1e-12);
}

}  // namespace
}  // namespace nonneg::ensemble
