// SPDX-License-Identifier: Apache-2.0
// Transformer: one H, many batches of new rows.
#include "nonneg/transform.hpp"
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

template <class Case>
class TransformerTest : public SolverTest<Case> {
 protected:
  using Scalar = typename Case::Scalar;

  static Options options() {
    Options options = Case::options(0, 40);
    options.tolerance = 1e-6;
    return options;
  }

  const Matrix<Scalar> H = to_matrix<Scalar>(sparse_matrix(4, 30, 2));
};
TYPED_TEST_SUITE(TransformerTest, BackendCases, SolverNames);

TYPED_TEST(TransformerTest, EachBatchIsTheSameBitsAsACallByItself) {
  using T = typename TypeParam::Scalar;
  Transformer<T> transformer(this->H, this->options());
  EXPECT_EQ(transformer.rank(), 4);
  EXPECT_EQ(transformer.cols(), 30);
  // Smaller, the same, larger, and of entries that must be scaled.
  const double huge = sizeof(T) == sizeof(float) ? 0x1p60 : 0x1p300;
  for (const auto& [rows, scale] :
       {std::pair(7, 1.0), {7, 1.0}, {1, 1.0}, {7, huge}, {TypeParam::sized(200, 20), 1.0}}) {
    SCOPED_TRACE(rows);
    const auto batch = to_matrix<T>(scaled(random_matrix(rows, 30, 5, 0, 1), scale));
    LossRecord loss;
    LossRecord expected_loss;
    std::vector<std::string> warnings;
    const Matrix<T> W = transformer.transform(batch.view(), &warnings, &loss);
    const Matrix<T> expected =
        transform<T>(batch.view(), this->H.view(), this->options(), &warnings, &expected_loss);
    EXPECT_TRUE(entries_equal(to_dense(W), to_dense(expected)));
    EXPECT_EQ(loss.loss, expected_loss.loss);
  }
}

TYPED_TEST(TransformerTest, ABatchThatIsRefusedLeavesItUsable) {
  using T = typename TypeParam::Scalar;
  Transformer transformer(this->H, this->options());
  const auto good = to_matrix<T>(random_matrix(5, 30, 5, 0, 1));
  auto bad = to_matrix<T>(random_matrix(5, 30, 5, 0, 1));
  bad(4, 2) = T{-1};
  const auto narrow = to_matrix<T>(random_matrix(5, 29, 5, 0, 1));
  const Dense before = to_dense(transformer.transform(good.view()));
  EXPECT_EQ(subject_of([&] { transformer.transform(bad.view()); }), Subject::A);
  EXPECT_EQ(subject_of([&] { transformer.transform(narrow.view()); }), Subject::A);
  EXPECT_TRUE(entries_equal(to_dense(transformer.transform(good.view())), before));
}

TYPED_TEST(TransformerTest, KeepsACopyOfH) {
  using T = typename TypeParam::Scalar;
  const auto batch = to_matrix<T>(random_matrix(5, 30, 5, 0, 1));
  Matrix<T> own = to_matrix<T>(to_dense(this->H));
  Transformer first(own, this->options());
  own(0, 0) = T{9};
  Transformer moved(std::move(first));
  EXPECT_TRUE(entries_equal(to_dense(moved.transform(batch.view())),
                            to_dense(transform(batch.view(), this->H, this->options()))));
}

TEST(TransformerBatchesTest, WeightsThreadsAndLossesMayDifferFromBatchToBatch) {
  const auto H = to_matrix<double>(random_matrix(3, 40, 2, 0.1, 1));
  const auto A = to_matrix<double>(random_matrix(300, 40, 3, 0.1, 1));
  const auto weights = to_matrix<double>(random_matrix(300, 40, 4, 0.1, 1));
  for (const double beta : {kFrobenius, kKullbackLeibler, 0.5}) {
    SCOPED_TRACE(beta);
    Options options;
    options.beta = beta;
    options.max_iterations = 30;
    options.threads = 2;
    Transformer transformer(H, options);
    const DataView plain = A.view();
    for (const DataView& batch :
         {plain, plain.weighted_by(weights.view()), plain.row_block(0, 3), plain}) {
      EXPECT_TRUE(entries_equal(to_dense(transformer.transform(batch)),
                                to_dense(transform(batch, H, options))));
    }
  }
}

TEST(TransformerBatchesTest, OptionsAreRefusedWhenItIsMade) {
  const auto H = to_matrix<double>(random_matrix(3, 40, 2));
  Options options;
  options.max_iterations = 0;
  EXPECT_EQ(subject_of([&] { Transformer(H, options); }), Subject::max_iterations);
  options.max_iterations = 1;
  options.tolerance = -1;
  EXPECT_EQ(subject_of([&] { Transformer(H, options); }), Subject::tolerance);
}

}  // namespace
}  // namespace nonneg::test
