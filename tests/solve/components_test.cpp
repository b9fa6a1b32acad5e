// SPDX-License-Identifier: Apache-2.0
// What components explain, and how they are scaled, ordered and read.
#include "nonneg/components.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "nonneg/any.hpp"
#include "support/solver_cases.hpp"
#include "support/sparse_cases.hpp"

namespace nonneg::test {
namespace {

using ::testing::ElementsAre;

/// ½‖A − W·H‖² of the factors without component q.
double loss_without(const Dense& A, Factors f, Index q) {
  for (Index i = 0; i < f.W.rows; ++i) f.W(i, q) = 0;
  return 0.5 * squared_residual(A, f.W, f.Ht);
}

template <class Case>
class ExplainedTest : public SolverTest<Case> {
 protected:
  using Scalar = typename Case::Scalar;

  /// Each amount is by how much the loss rises without the component, and the shares are parts of
  /// ½‖A‖².
  static void expect_rises(const Dense& A, const Result<Scalar>& found) {
    using T = Scalar;
    const Dense data = rounded<T>(A);
    const Factors f = factors_of(found);
    const double loss = 0.5 * squared_residual(data, f.W, f.Ht);
    ASSERT_EQ(found.explained.by, Explained::By::loss_rise);
    ASSERT_EQ(std::ssize(found.explained.amounts), f.W.cols);
    ASSERT_EQ(std::ssize(found.explained.shares), f.W.cols);
    for (Index q = 0; q < f.W.cols; ++q) {
      const auto at = static_cast<std::size_t>(q);
      EXPECT_NEAR(found.explained.amounts[at], loss_without(data, f, q) - loss,
                  loss_tolerance<T>(A))
          << "component " << q;
      EXPECT_NEAR(found.explained.shares[at], 2 * found.explained.amounts[at] / squared_norm(data),
                  1e-6);
    }
  }

  Dense A_ = noisy_planted(Case::sized(60, 23), Case::sized(35, 17), 4, 1);
};
TYPED_TEST_SUITE(ExplainedTest, RunCases, SolverNames);

TYPED_TEST(ExplainedTest, IsByHowMuchTheLossRisesWithoutTheComponent) {
  using T = typename TypeParam::Scalar;
  // Runs that end at any point, among them with a sweep that is undone, and before the first one.
  for (const Index iterations : {0, 1, 2, 3, 7, 8, 9, 10, 11, 25}) {
    SCOPED_TRACE(iterations);
    Options options = TypeParam::options(4, iterations);
    options.panel_rows = 7;
    this->expect_rises(this->A_, factorize_dense<T>(this->A_, options));
  }
}

TYPED_TEST(ExplainedTest, IsThatOfFactorsWhoseLastSweepWasUndone) {
  using T = typename TypeParam::Scalar;
  if (TypeParam::kAlgorithm != Algorithm::hals) return;
  const Dense A = noisy_planted(30, 20, 3, 4);
  const Matrix<T> data = to_matrix<T>(A);
  Options options = TypeParam::options(3, 400);
  options.floor = 1e-9;  // what is handed out is then what the run holds, and not balanced
  Solver<T> solver(data.view(), options);
  Matrix<T> before = solver.W();
  int undone = 0;
  for (Index sweep = 0; sweep < 30 && undone < 1; ++sweep) {
    solver.step();
    Matrix<T> now = solver.W();
    const bool same = std::equal(now.data(), now.data() + now.size(), before.data());
    before = std::move(now);
    if (!same) continue;
    ++undone;
    this->expect_rises(A, solver.result());
  }
  EXPECT_GT(undone, 0) << "no sweep was undone: choose other data";
}

TYPED_TEST(ExplainedTest, IsTheSameOfSparseData) {
  using T = typename TypeParam::Scalar;
  const Dense A = sparse_matrix(TypeParam::sized(60, 23), 17, 5, 0.8);
  const SparseMatrix sparse = to_sparse<T>(A);
  this->expect_rises(A, factorize<T>(DataView(sparse.view()), TypeParam::options(3, 10)));
}

TYPED_TEST(ExplainedTest, AskingForItChangesNoRun) {
  using T = typename TypeParam::Scalar;
  const Matrix<T> data = to_matrix<T>(this->A_);
  const Options options = TypeParam::options(4, 20);
  Solver<T> asked(data.view(), options);
  Solver<T> left(data.view(), options);
  for (int sweep = 0; sweep < 20; ++sweep) {
    asked.step();
    left.step();
    asked.result();
    EXPECT_EQ(asked.check().loss, left.check().loss) << "after sweep " << sweep;
  }
  const Matrix<T> x = asked.W();
  const Matrix<T> y = left.W();
  EXPECT_TRUE(std::equal(x.data(), x.data() + x.size(), y.data()));
}

TYPED_TEST(ExplainedTest, OfAnotherLossItIsTheSumOfTheComponentsModel) {
  using T = typename TypeParam::Scalar;
  if (TypeParam::kAlgorithm != Algorithm::mu) return;
  Options options = TypeParam::options(3, 10);
  options.beta = kKullbackLeibler;
  const Result<T> found = factorize_dense<T>(this->A_, options);
  const Factors f = factors_of(found);
  ASSERT_EQ(found.explained.by, Explained::By::model_sum);
  double total = 0;
  for (Index q = 0; q < 3; ++q) {
    double w = 0;
    double h = 0;
    for (Index i = 0; i < f.W.rows; ++i) w += f.W(i, q);
    for (Index j = 0; j < f.Ht.rows; ++j) h += f.Ht(j, q);
    EXPECT_NEAR(found.explained.amounts.at(static_cast<std::size_t>(q)), w * h, 1e-6 * w * h);
    total += found.explained.shares.at(static_cast<std::size_t>(q));
  }
  EXPECT_NEAR(total, 1, 1e-12);
}

TEST(Explained, IsInTheUnitsOfTheCaller) {
  // Scaled data, of which the run computes with another multiple: the shares are the same.
  const Dense A = noisy_planted(30, 20, 3, 1);
  Options options;
  options.rank = 3;
  options.max_iterations = 20;
  const Result<double> found = factorize_dense<double>(A, options);
  const Result<double> huge = factorize_dense<double>(scaled(A, 0x1p300), options);
  for (std::size_t q = 0; q < 3; ++q) {
    EXPECT_NEAR(huge.explained.shares[q], found.explained.shares[q], 1e-9);
    EXPECT_NEAR(huge.explained.amounts[q] * 0x1p-600, found.explained.amounts[q], 1e-9);
  }
}

TEST(Explained, OfZerosIsNothing) {
  Options options;
  options.rank = 2;
  options.max_iterations = 5;
  const Result<double> found = factorize_dense<double>(Dense(4, 3), options);
  EXPECT_THAT(found.explained.shares, ElementsAre(0, 0));
}

/// A result of these factors that explain 1, 3, 2, and 3 of a dead component.
Result<double> made(const Dense& W, const Dense& Ht) {
  Result<double> result;
  result.W = to_matrix<double>(W);
  result.Ht = to_matrix<double>(Ht);
  return result;
}

Result<double> of_four() {
  Dense W(3, 4);
  Dense Ht(2, 4);
  W.entries = {1, 0, 2, 0, 3, 4, 5, 0, 0, 1, 7, 0};
  Ht.entries = {3, 0, 1, 0, 4, 2, 0, 0};
  Result<double> result = made(W, Ht);
  result.explained.amounts = {1, 3, 2, 3};
  result.explained.shares = {0.1, 0.3, 0.2, 0.3};
  return result;
}

std::vector<double> column(const Matrix<double>& X, Index q) {
  std::vector<double> entries;
  for (Index i = 0; i < X.rows(); ++i) entries.push_back(X(i, q));
  return entries;
}

TEST(Normalize, BringsTheNormTo1AndKeepsTheModel) {
  const auto norm_of = [](const std::vector<double>& x, const std::string& norm) {
    if (norm == "max") return *std::max_element(x.begin(), x.end());
    double sum = 0;
    for (const double entry : x) sum += norm == "l1" ? entry : entry * entry;
    return norm == "l1" ? sum : std::sqrt(sum);
  };
  const Dense before = model_of(of_four());
  for (const Normalization what :
       {Normalization::h_l1, Normalization::h_l2, Normalization::h_max, Normalization::w_l1,
        Normalization::w_l2, Normalization::w_max}) {
    const std::string name(to_string(what));
    SCOPED_TRACE(name);
    Result<double> result = of_four();
    normalize(result, what);
    EXPECT_EQ(result.normalization, what);
    for (Index q = 0; q < 4; ++q) {
      const std::vector<double> scaled = column(name[0] == 'h' ? result.Ht : result.W, q);
      EXPECT_NEAR(norm_of(scaled, name.substr(2)), q == 3 ? 0 : 1, 1e-15);
      // What was done can be undone.
      const double scale = result.scales.at(static_cast<std::size_t>(q));
      EXPECT_NEAR(result.Ht(0, q) * scale, of_four().Ht(0, q), 1e-14);
      EXPECT_NEAR(result.W(1, q) / scale, of_four().W(1, q), 1e-14);
    }
    EXPECT_LT(relative_distance(model_of(result), before), 1e-15);
    EXPECT_THAT(result.explained.amounts, ElementsAre(1, 3, 2, 3));
  }
}

TEST(Normalize, LeavesDeadComponentsAndNoneAsTheyAre) {
  Result<double> result = of_four();
  result.W(0, 3) = 5;  // dead by its row of H alone
  normalize(result, Normalization::h_l1);
  EXPECT_THAT(column(result.W, 3), ElementsAre(5, 0, 0));
  EXPECT_EQ(result.scales.at(3), 1);
  Result<double> same = of_four();
  normalize(same, Normalization::none);
  EXPECT_TRUE(same.scales.empty());
  EXPECT_THAT(column(same.W, 0), ElementsAre(1, 3, 0));
}

TEST(Normalize, TwiceKeepsTheScalesOfBoth) {
  Result<double> result = of_four();
  normalize(result, Normalization::h_l1);
  normalize(result, Normalization::w_max);
  EXPECT_EQ(result.normalization, Normalization::w_max);
  EXPECT_NEAR(result.W(1, 0) / result.scales.at(0), of_four().W(1, 0), 1e-14);
}

TEST(Normalize, OfTinyAndHugeEntriesIsExact) {
  for (const double size : {1e-200, 1e200}) {
    Result<double> result = made(Dense(2, 1, 1), Dense(4, 1, size));
    normalize(result, Normalization::h_l2);
    EXPECT_NEAR(result.Ht(0, 0), 0.5, 1e-15);
    EXPECT_NEAR(result.W(0, 0) / size, 2, 1e-15);
  }
}

TEST(Normalize, RefusesAnEntryThatWouldLeaveTheType) {
  Result<float> result;
  result.W = to_matrix<float>(Dense(1, 1, 1e30));
  result.Ht = to_matrix<float>(Dense(2, 1, 1e30));
  const std::string message =
      message_of<InvalidArgument>([&] { normalize(result, Normalization::h_l1); });
  EXPECT_TRUE(mentions(message, "component 1"));
  EXPECT_TRUE(mentions(message, "float32"));
  EXPECT_EQ(result.W(0, 0), 1e30F) << "nothing was changed";
}

TEST(Order, ByWhatComponentsExplainMovesAllOfEach) {
  Result<double> result = of_four();
  normalize(result, Normalization::h_max);
  order(result, ComponentOrder::explained);
  // Of equal ones the first.
  EXPECT_THAT(result.places, ElementsAre(1, 3, 2, 0));
  EXPECT_THAT(result.explained.amounts, ElementsAre(3, 3, 2, 1));
  EXPECT_THAT(result.explained.shares, ElementsAre(0.3, 0.3, 0.2, 0.1));
  EXPECT_THAT(result.scales, ElementsAre(2, 1, 1, 4));
  EXPECT_THAT(column(result.Ht, 0), ElementsAre(0, 1));
  EXPECT_THAT(column(result.Ht, 3), ElementsAre(0.75, 1));
  EXPECT_THAT(column(result.W, 3), ElementsAre(4, 12, 0));
  // Another time nothing moves, and the places are still the run's.
  order(result, ComponentOrder::explained);
  EXPECT_THAT(result.places, ElementsAre(1, 3, 2, 0));
}

TEST(Order, RefusesAResultThatSaysNothingOfItsComponents) {
  Result<double> result = of_four();
  result.explained = {};
  order(result, ComponentOrder::none);
  EXPECT_EQ(subject_of([&] { order(result, ComponentOrder::explained); }), Subject::W);
}

TEST(Order, AnyResultIsOrderedAndScaledInItsOwnType) {
  AnyResult result(of_four());
  normalize(result, Normalization::h_l1);
  order(result, ComponentOrder::explained);
  EXPECT_EQ(result.as<double>().places.front(), 1);
  EXPECT_EQ(top_features(result, 1).front().feature, 1);
}

TEST(Sparseness, Is1OfOneEntryAnd0OfEqualOnes) {
  Dense F(4, 4);
  F.entries = {1, 2, 0, 1,  //
               0, 2, 0, 1,  //
               0, 2, 0, 0,  //
               0, 2, 0, 0};
  const std::vector<double> found = sparseness(to_matrix<float>(F));
  EXPECT_NEAR(found[0], 1, 1e-12);
  EXPECT_NEAR(found[1], 0, 1e-12);
  EXPECT_TRUE(std::isnan(found[2]));
  EXPECT_NEAR(found[3], 2 - std::sqrt(2.0), 1e-12);
  EXPECT_TRUE(std::isnan(sparseness(to_matrix<float>(Dense(1, 1, 3)))[0]));
}

TEST(TopFeatures, AreTheLargestOfEachComponentWithTheirShare) {
  Dense Ht(4, 2);
  Ht.entries = {2, 0, 4, 1, 4, 0, 0, 3};
  const std::vector<TopFeature> top = top_features<double>(to_matrix<double>(Ht).view(), 2);
  ASSERT_EQ(top.size(), 4U);
  EXPECT_EQ(top[0].feature, 1) << "of equal ones the first";
  EXPECT_EQ(top[1].feature, 2);
  EXPECT_EQ(top[2].component, 1);
  EXPECT_EQ(top[2].feature, 3);
  EXPECT_EQ(top[2].weight, 3);
  EXPECT_EQ(top[2].place, 0);
  EXPECT_DOUBLE_EQ(top[1].score, 1);
  // 4/10 of one component's sum beside 1/4 of the other's.
  EXPECT_DOUBLE_EQ(top[0].score, 0.4 / (0.4 + 0.25));
  // However the components are scaled.
  for (Index j = 0; j < 4; ++j) Ht(j, 1) *= 1000;
  EXPECT_DOUBLE_EQ(top_features<double>(to_matrix<double>(Ht).view(), 2)[0].score, 0.4 / 0.65);
}

TEST(TopFeatures, LeaveZerosOutAndRefuseNone) {
  const Matrix<double> Ht = to_matrix<double>(Dense(3, 1, 0));
  EXPECT_TRUE(top_features<double>(Ht.view(), 5).empty());
  EXPECT_EQ(subject_of([&] { top_features<double>(Ht.view(), 0); }), Subject::H);
}

}  // namespace
}  // namespace nonneg::test
