// SPDX-License-Identifier: Apache-2.0
// What owns memory that the device works with waits for that work before it gives the memory back:
// freeing does not wait on the emulated device, and work that comes too late is a finding there.
#include "cuda/emulated_fixture.hpp"
#include "cuda/uneven_sparse.hpp"
#include "panels/panel_source.hpp"

namespace nonneg::test {
namespace {

class OwnersTest : public EmulatedTest {
 protected:
  static constexpr Index kRows = 8;
  static constexpr Index kCols = 13;

  void SetUp() override {
    EmulatedTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    backend = make_backend<float>(options_for(BackendKind::cuda, 1));
  }

  void TearDown() override {
    backend.reset();
    EmulatedTest::TearDown();
  }

  /// What is still pending meets its memory.
  static void expect_nothing_too_late() {
    Control::run_pending();
    EXPECT_EQ(Control::take_findings(), "");
    Control::clear_errors();
  }

  Plan plan_of(std::uint64_t resident_bytes) const {
    Plan plan;
    plan.rows = kRows;
    plan.cols = kCols;
    plan.panel_rows = kRows;
    plan.resident = resident_bytes > 0;
    plan.resident_bytes = resident_bytes;
    return plan;
  }

  std::unique_ptr<Backend<float>> backend;
};

TEST_F(OwnersTest, AMatrixWaitsForTheWorkOnIt) {
  const Matrix<float> to = backend->allocate(kRows, kCols);
  const Matrix<double> sums = backend->allocate_sums(1);
  {
    Matrix<float> from = backend->allocate(kRows, kCols);
    backend->set_zero(from.view());
    backend->copy(from.view(), MatrixView<float>(const_cast<float*>(to.data()), kRows, kCols, kCols,
                                                 MemorySpace::device));
  }
  expect_nothing_too_late();
  {
    const Matrix<double> one = backend->allocate_sums(1);
    backend->clear_sums(const_cast<double*>(one.data()), 1);
  }
  expect_nothing_too_late();
}

TEST_F(OwnersTest, ADenseSourceWaitsForTheWorkOnItsPanels) {
  const Matrix<float> own = to_matrix<float>(random_matrix(kRows, kCols, 1));
  const std::vector<std::uint8_t> bytes(kRows * kCols, 3);
  const DataView integers(bytes.data(), ElementType::uint8, kRows, kCols, kCols, 1);
  const std::uint64_t widened = kRows * kCols * sizeof(float);
  Matrix<float> sum = backend->allocate(kRows, kCols);
  backend->set_zero(sum.view());
  struct Held {
    const char* how;
    DataView A;
    std::uint64_t resident_bytes;
  };
  for (const Held& held :
       {Held{"resident", own.view(), widened}, Held{"as stored", integers, integers.bytes()},
        Held{"staged", own.view(), 0}, Held{"staged and widened", integers, 0}}) {
    SCOPED_TRACE(held.how);
    {
      const auto source = backend->make_source(held.A, plan_of(held.resident_bytes), 1);
      source->begin_sweep();
      backend->add(source->next()->A, sum.view());
    }
    expect_nothing_too_late();
  }
}

TEST_F(OwnersTest, ASparseSourceWaitsForTheWorkOnItsPanels) {
  Matrix<float> dense = backend->allocate(kRows, kCols);
  for (const ElementType type : {ElementType::float32, ElementType::float64}) {
    const UnevenSparse A(kRows, kCols, type, false);
    for (const std::uint64_t resident_bytes : {1U, 0U}) {
      SCOPED_TRACE(::testing::Message() << element_name(type) << ", resident " << resident_bytes);
      {
        const auto source = backend->make_source(A.view(), plan_of(resident_bytes), 1);
        source->begin_sweep();
        backend->make_dense(source->next()->stored, dense.view());
      }
      expect_nothing_too_late();
    }
  }
}

TEST_F(OwnersTest, ASnapshotThatNobodyWaitsForIsOnItsWayUntilItHasArrived) {
  Matrix<float> W = backend->allocate(kRows, 2);
  Matrix<float> Ht = backend->allocate(kCols, 2);
  Matrix<double> sums = backend->allocate_sums(3);
  backend->set_zero(W.view());
  backend->set_zero(Ht.view());
  backend->clear_sums(sums.data(), 3);
  {
    const auto copy = backend->make_host_copy(kRows, kCols, 2, 3);
    copy->take(W.view(), Ht.view(), sums.data());
  }
  expect_nothing_too_late();
}

TEST_F(OwnersTest, AWorkerThatGoesEndsItsWork) {
  Operand<float> X(*backend, random_matrix(kRows, kCols, 2));
  Operand<float> G(*backend, Dense(kCols, kCols));
  const Matrix<double> sums = backend->allocate_sums(kCols);
  {
    const auto worker = backend->make_worker();
    // In a workspace of the worker's own.
    worker->column_dots(X.view(), X.view(), const_cast<double*>(sums.data()));
  }
  expect_nothing_too_late();
  {
    const auto worker = backend->make_worker();
    worker->add_gram(X.view(), G.view());
  }
  expect_nothing_too_late();
}

TEST_F(OwnersTest, AWorkspaceThatGrowsWaitsForTheUpdateBefore) {
  const RowUpdate<float> update{};
  Operand<float> F(*backend, random_matrix(2, 110, 3, 0.1, 1));
  Operand<float> P(*backend, random_matrix(2, 110, 4, 0.1, 1));
  Operand<float> G(*backend, gram(random_matrix(120, 110, 5, 0.1, 1)));
  Operand<float> wider(*backend, random_matrix(2, 130, 3, 0.1, 1));
  Operand<float> wider_P(*backend, Dense(2, 130));
  Operand<float> wider_G(*backend, gram(random_matrix(140, 130, 5, 0.1, 1)));
  backend->anls_update(F.view(), P.view(), G.view(), update);
  backend->anls_update(wider.view(), wider_P.view(), wider_G.view(), update);
  expect_nothing_too_late();
}

}  // namespace
}  // namespace nonneg::test
