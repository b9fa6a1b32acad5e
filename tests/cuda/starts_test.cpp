// SPDX-License-Identifier: Apache-2.0
// NNDSVD on a device: what it sends, what it holds, and that it is the same wherever A is.
#include "cuda/emulated_fixture.hpp"
#include "init/rows_on_host.hpp"
#include "support/sparse_cases.hpp"

namespace nonneg::test {
namespace {

class StartsOnDeviceTest : public EmulatedTest {
 protected:
  static Options options_of(Init init, Index rank) {
    Options options = options_for(BackendKind::cuda, rank);
    options.init = init;
    options.algorithm = Algorithm::mu;
    options.max_iterations = 2;
    options.panel_rows = 16;
    return options;
  }
};

TEST_F(StartsOnDeviceTest, StagedIsResidentAndSendsAOnceForEachRead) {
  const Dense entries = sparse_matrix(48, 37, 71, 0.4);
  const Matrix<double> dense = to_matrix<double>(entries);
  const SparseMatrix sparse = to_sparse<double>(entries);
  for (const bool is_sparse : {false, true}) {
    const DataView A = is_sparse ? DataView(sparse.view()) : DataView(dense.view());
    for (const Index rank : {3, 8}) {
      for (const Init init : {Init::nndsvd, Init::nndsvdar}) {
        SCOPED_TRACE(::testing::Message()
                     << "sparse " << is_sparse << ", rank " << rank << ", " << to_string(init));
        const Options options = options_of(init, rank);
        Control::set_free_memory(kAllMemory);
        const Outcome resident = run_of<double>(A, options);
        leave_room_for_panels_only<double>(A, options);
        EXPECT_TRUE(same(run_of<double>(A, options), resident));

        Control::reset_ledger();
        Solver<double> solver(A, options);
        const std::uint64_t sent = Control::totals().h2d_pinned.bytes;
        const Index reads = solver.result().start_reads;
        EXPECT_EQ(reads, rank == 3 ? 8 : 5);
        const std::uint64_t once = static_cast<std::uint64_t>(reads) * A.bytes();
        EXPECT_GE(sent, once);
        // Each panel of sparse data has an offset more than rows.
        EXPECT_LE(sent, once + (is_sparse ? static_cast<std::uint64_t>(reads) * 3 * 8 : 0));
      }
    }
  }
}

TEST_F(StartsOnDeviceTest, RowsComeToTheHostInBlocksAndGoBackWhereTheyChange) {
  // Above the entries of a block, which ends within the rows.
  constexpr Index kRows = (1 << 17) + 5;
  const std::unique_ptr<Backend<float>> backend = make_backend<float>(options_of(Init::random, 1));
  Matrix<float> F = backend->allocate(kRows, 3);
  for_each_rows_on_host<OnHost::filled>(*backend, F.view(),
                                        [](Index first, MatrixView<float> rows) {
                                          for (Index i = 0; i < rows.rows(); ++i) {
                                            for (Index j = 0; j < 3; ++j) {
                                              rows(i, j) = static_cast<float>(first + i + j);
                                            }
                                          }
                                        });
  for_each_rows_on_host<OnHost::changed>(*backend, F.view(),
                                         [](Index /*first*/, MatrixView<float> rows) {
                                           for (Index i = 0; i < rows.rows(); ++i) rows(i, 1) *= 2;
                                         });
  Index next = 0;
  int blocks = 0;
  for_each_rows_on_host<OnHost::read>(*backend, std::as_const(F).view(),
                                      [&](Index first, MatrixView<const float> rows) {
                                        EXPECT_EQ(first, next);
                                        next += rows.rows();
                                        ++blocks;
                                        for (Index i = 0; i < rows.rows(); ++i) {
                                          const auto own = static_cast<float>(first + i);
                                          ASSERT_EQ(rows(i, 0), own);
                                          ASSERT_EQ(rows(i, 1), 2 * (own + 1));
                                          ASSERT_EQ(rows(i, 2), own + 2);
                                        }
                                      });
  EXPECT_EQ(next, kRows);
  EXPECT_EQ(blocks, 2);
}

TEST_F(StartsOnDeviceTest, ADeviceHoldsNoMoreThanItsPlan) {
  const Matrix<float> A = to_matrix<float>(noisy_planted(48, 37, 3, 72));
  for (const Algorithm algorithm : {Algorithm::mu, Algorithm::hals}) {
    for (const double tolerance : {0.0, 1e-4}) {
      SCOPED_TRACE(::testing::Message() << to_string(algorithm) << ", tolerance " << tolerance);
      Options options = options_of(Init::nndsvda, 3);
      options.algorithm = algorithm;
      options.tolerance = tolerance;
      Control::set_free_memory(kAllMemory);
      std::uint64_t planned = 0;
      {
        const RunPlans<float> plans(A.view(), options);
        planned = plans.at(kAllMemory).total_bytes;
      }
      Control::set_free_memory(planned);
      Control::reset_ledger();
      factorize<float>(A.view(), options);
      EXPECT_LE(Control::totals().peak_bytes, planned);
      options.init = Init::random;
      const RunPlans<float> drawn(A.view(), options);
      EXPECT_GE(planned, drawn.at(kAllMemory).total_bytes);
    }
  }
}

TEST_F(StartsOnDeviceTest, OneGivenFactorIsFittedToWhereverAIs) {
  const Dense entries = sparse_matrix(40, 21, 73, 0.4);
  const Matrix<double> dense = to_matrix<double>(entries);
  const SparseMatrix sparse = to_sparse<double>(entries);
  const Matrix<double> W0 = to_matrix<double>(random_matrix(40, 3, 74));
  for (const bool is_sparse : {false, true}) {
    const DataView A = is_sparse ? DataView(sparse.view()) : DataView(dense.view());
    for (const double beta : {2.0, 0.5}) {
      SCOPED_TRACE(::testing::Message() << "sparse " << is_sparse << ", beta " << beta);
      Options options = options_of(Init::random, 3);
      options.beta = beta;
      const auto given = [&] {
        return outcome_of(factorize<double>(A, options, InitialFactors<double>{.W = W0.view()}));
      };
      Control::set_free_memory(kAllMemory);
      const Outcome resident = given();
      leave_room_for_panels_only<double>(A, options);
      EXPECT_TRUE(same(given(), resident));
      options.backend = BackendKind::cpu;
      const Outcome on_host = given();
      EXPECT_LT(relative_distance(resident.W, on_host.W), sweep_tolerance<double>(40, 12));
    }
  }
}

}  // namespace
}  // namespace nonneg::test
