// SPDX-License-Identifier: Apache-2.0
// Panels of A on a device: every way of holding A gives the same entries, whatever its type and
// layout.
#include <type_traits>

#include "backend/backend.hpp"
#include "cuda/device_fixture.hpp"
#include "devices/make_backend.hpp"
#include "nonneg/plan.hpp"
#include "panels/panel_source.hpp"

namespace nonneg::test {
namespace {

enum class Place { resident, resident_as_stored, staged };

/// All panels of one sweep, fetched to the host.
template <class T>
Dense swept(Backend<T>& backend, PanelSource<T>& source) {
  Dense all(source.rows(), source.cols());
  Index next = 0;
  source.begin_sweep();
  while (auto panel = source.next()) {
    EXPECT_EQ(panel->first_row, next);
    EXPECT_LE(panel->A.rows(), source.panel_rows());
    Matrix<T> host(panel->A.rows(), panel->A.cols());
    backend.copy(panel->A, host.view());
    for (Index i = 0; i < host.rows(); ++i) {
      for (Index j = 0; j < host.cols(); ++j) all(next + i, j) = static_cast<double>(host(i, j));
    }
    next += host.rows();
  }
  EXPECT_EQ(next, source.rows());
  return all;
}

template <class T>
std::unique_ptr<PanelSource<T>> source_at(Place place, Backend<T>& backend, const DataView& A,
                                          Index panel_rows, double scale, Index piece_rows = 0) {
  Plan plan;
  plan.rows = A.rows();
  plan.cols = A.cols();
  plan.panel_rows = panel_rows;
  plan.resident = place != Place::staged;
  const std::uint64_t entries = A.bytes() / element_size(A.type());
  if (place == Place::resident) plan.resident_bytes = entries * sizeof(T);
  if (place == Place::resident_as_stored) plan.resident_bytes = 1;
  // Three slots, each with room for a piece of an upload.
  plan.pinned_bytes =
      3 * static_cast<std::uint64_t>(piece_rows * A.cols()) * element_size(A.type());
  return backend.make_source(A, plan, scale);
}

class SourcesTest : public DeviceTest {
 protected:
  /// A of type E, row-major with a gap and column-major, from every place, in panels of any height.
  template <class T, class E>
  void check(double scale) {
    constexpr Index kRows = 37;
    constexpr Index kCols = 13;
    const auto backend = make_backend<T>(options_for(BackendKind::cuda, 1));
    std::vector<E> memory(static_cast<std::size_t>(kRows * (kCols + 3)));
    for (std::size_t e = 0; e < memory.size(); ++e) memory[e] = static_cast<E>((e * 37) % 101);
    const DataView views[] = {{memory.data(), ElementTypeOf<E>::value, kRows, kCols, kCols + 3, 1},
                              {memory.data(), ElementTypeOf<E>::value, kRows, kCols, kCols, 1},
                              {memory.data(), ElementTypeOf<E>::value, kRows, kCols, 1, kRows + 1}};
    for (const DataView& A : views) {
      Dense expected(kRows, kCols);
      for (Index i = 0; i < kRows; ++i) {
        for (Index j = 0; j < kCols; ++j) {
          const auto at = static_cast<std::size_t>(i * A.row_stride() + j * A.col_stride());
          expected(i, j) = static_cast<double>(memory[at]) * scale;
        }
      }
      for (const Place place : {Place::resident, Place::resident_as_stored, Place::staged}) {
        for (const Index panel_rows : {Index{1}, Index{8}, Index{37}}) {
          const auto source = source_at<T>(place, *backend, A, panel_rows, scale);
          EXPECT_EQ(source->repeatable(), place != Place::staged);
          for (int sweep = 0; sweep < 2; ++sweep) {
            EXPECT_EQ(swept<T>(*backend, *source).entries, expected.entries)
                << element_name(A.type()) << ", strides " << A.row_stride() << " and "
                << A.col_stride() << ", place " << static_cast<int>(place) << ", panels of "
                << panel_rows;
          }
        }
      }
    }
  }
};

TEST_F(SourcesTest, EveryStoredTypeArrivesFromEveryPlace) {
  check<float, std::uint8_t>(1);
  check<float, std::int16_t>(0x1p4);
  check<float, std::uint64_t>(1);
  check<double, std::int32_t>(0x1p-3);
  check<double, float>(1);
}

TEST_F(SourcesTest, TheComputeTypeArrivesAsItIs) {
  check<float, float>(1);
  check<float, float>(0x1p5);
  check<double, double>(1);
}

TEST_F(SourcesTest, AnUploadInPiecesPutsEveryPieceInItsPlace) {
  constexpr Index kRows = 37;
  constexpr Index kCols = 13;
  const auto backend = make_backend<float>(options_for(BackendKind::cuda, 1));
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(kRows * kCols));
  for (std::size_t e = 0; e < bytes.size(); ++e) bytes[e] = static_cast<std::uint8_t>(e * 37 % 101);
  const DataView integers(bytes.data(), ElementType::uint8, kRows, kCols, kCols, 1);
  const Matrix<float> weights = to_matrix<float>(random_matrix(kRows, kCols, 7));
  const DataView A = integers.weighted_by(weights.view());
  Dense expected(kRows, kCols);
  for (std::size_t e = 0; e < bytes.size(); ++e) expected.entries[e] = bytes[e];
  for (const Place place : {Place::resident, Place::resident_as_stored}) {
    // More pieces than slots, the last a lower one; the weights take four times as many.
    for (const Index piece_rows : {Index{1}, Index{5}, Index{8}}) {
      SCOPED_TRACE(::testing::Message()
                   << "place " << static_cast<int>(place) << ", pieces of " << piece_rows);
      const auto source = source_at<float>(place, *backend, integers, 10, 1, piece_rows);
      EXPECT_EQ(swept<float>(*backend, *source).entries, expected.entries);
      Plan plan;
      plan.rows = kRows;
      plan.cols = kCols;
      plan.panel_rows = kRows;
      plan.resident = true;
      plan.resident_bytes = place == Place::resident ? 2 * kRows * kCols * sizeof(float) : 1;
      plan.pinned_bytes = 3 * static_cast<std::uint64_t>(piece_rows * kCols);
      const auto weighted = backend->make_source(A, plan, 1);
      weighted->begin_sweep();
      Matrix<float> host(kRows, kCols);
      backend->copy(weighted->next()->weights, host.view());
      EXPECT_EQ(to_dense(host).entries, to_dense(weights).entries);
    }
  }
}

TEST_F(SourcesTest, WidenTakesMoreThanAPiece) {
  // Rows of 22 MB, so that each is a piece of its own.
  constexpr Index kCols = 2'800'000;
  const auto backend = make_backend<float>(options_for(BackendKind::cuda, 1));
  std::vector<double> entries(2 * kCols);
  for (std::size_t e = 0; e < entries.size(); ++e) entries[e] = static_cast<double>(e % 1009);
  Matrix<float> widened = backend->allocate(2, kCols);
  backend->widen({entries.data(), ElementType::float64, 2, kCols, kCols, 1}, 1, widened.view());
  Matrix<float> host(2, kCols);
  backend->copy(widened.view(), host.view());
  for (std::size_t e = 0; e < entries.size(); ++e) {
    ASSERT_EQ(static_cast<double>(host.data()[e]), entries[e]) << e;
  }
}

TEST_F(SourcesTest, APanelStaysValidWhileTheNextAreStaged) {
  // More panels than slots, each used by work that is given after it and runs late.
  constexpr Index kRows = 64;
  const Dense A = random_matrix(kRows, 9, 5);
  const Matrix<float> stored = to_matrix<float>(A);
  const auto backend = make_backend<float>(options_for(BackendKind::cuda, 1));
  const auto source = source_at<float>(Place::staged, *backend, stored.view(), 4, 1);
  Matrix<float> copy = backend->allocate(kRows, 9);
  for (int sweep = 0; sweep < 3; ++sweep) {
    backend->set_zero(copy.view());
    source->begin_sweep();
    while (auto panel = source->next()) {
      backend->add(panel->A, copy.view().row_block(panel->first_row, panel->A.rows()));
    }
  }
  Matrix<float> host(kRows, 9);
  backend->copy(copy.view(), host.view());
  EXPECT_EQ(to_dense(host).entries, to_dense(stored).entries);
}

TEST_F(SourcesTest, ThePlanSaysWhereAGoes) {
  const Dense A = random_matrix(100, 30, 6);
  const Matrix<float> stored = to_matrix<float>(A);
  const Plan plan = make_plan(stored.view(), options_for(BackendKind::cuda, 4));
  EXPECT_EQ(plan.backend, BackendKind::cuda);
  EXPECT_TRUE(plan.resident);
  EXPECT_EQ(plan.resident_bytes, 100U * 30U * 4U);
  EXPECT_EQ(plan.bus_bytes_per_iteration, 0U);
  EXPECT_EQ(plan.workers, 1);
  EXPECT_GT(plan.device_free_bytes, plan.total_bytes);

  // What no device holds is staged, and still planned for: nothing is read or allocated.
  const DataView huge(stored.data(), ElementType::float32, Index{1} << 40, 1000, 1000, 1);
  Options options = options_for(BackendKind::cuda, 4);
  const Plan staged = make_plan(huge, options);
  EXPECT_FALSE(staged.resident);
  EXPECT_EQ(staged.bus_bytes_per_iteration, huge.bytes());
  EXPECT_GT(staged.pinned_bytes, 0U);
}

}  // namespace
}  // namespace nonneg::test
