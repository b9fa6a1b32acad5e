// SPDX-License-Identifier: Apache-2.0
// Panels of sparse A on a device: resident or staged, every way gives the same entries and weights.
#include <bit>

#include "backend/backend.hpp"
#include "cuda/device_fixture.hpp"
#include "cuda/uneven_sparse.hpp"
#include "devices/make_backend.hpp"
#include "nonneg/plan.hpp"
#include "panels/panel_source.hpp"

namespace nonneg::test {
namespace {

constexpr Index kRows = 37;
constexpr Index kCols = 13;

/// `slot_bytes` of page-locked memory in each slot of a staged source.
template <class T>
std::unique_ptr<PanelSource<T>> source_of(Backend<T>& backend, const DataView& A, bool resident,
                                          Index panel_rows, std::uint64_t slot_bytes,
                                          double scale) {
  Plan plan;
  plan.rows = A.rows();
  plan.cols = A.cols();
  plan.panel_rows = panel_rows;
  plan.resident = resident;
  plan.pinned_bytes = 3 * slot_bytes;
  return backend.make_source(A, plan, scale);
}

/// All panels of a sweep on the host.
struct Swept {
  Dense entries;
  /// Of the stored entries, in their order; empty where each counts 1.
  std::vector<double> weights;
  std::vector<Index> heights;
};

template <class T>
std::vector<double> weights_of(Backend<T>& backend, const SparseView& A, const Panel<T>& panel) {
  const SparseRows<T>& rows = panel.stored;
  if (rows.weights == nullptr) return {};
  const Index at = A.row_offsets()[panel.first_row] - rows.base;
  Matrix<T> host(1, rows.entries);
  backend.copy(
      {rows.weights + at, 1, rows.entries, std::max<Index>(rows.entries, 1), MemorySpace::device},
      host.view());
  return {host.data(), host.data() + host.size()};
}

template <class T>
Swept swept(Backend<T>& backend, PanelSource<T>& source, const SparseView& A) {
  Swept all{Dense(source.rows(), source.cols()), {}, {}};
  Index next = 0;
  source.begin_sweep();
  while (auto panel = source.next()) {
    EXPECT_EQ(panel->first_row, next);
    EXPECT_TRUE(panel->sparse);
    EXPECT_LE(panel->rows(), source.panel_rows());
    EXPECT_EQ(panel->stored.entries, A.row_block(next, panel->rows()).entries());
    Matrix<T> dense = backend.allocate(panel->rows(), source.cols());
    backend.make_dense(panel->stored, dense.view());
    Matrix<T> host(dense.rows(), dense.cols());
    backend.copy(dense.view(), host.view());
    for (Index i = 0; i < host.rows(); ++i) {
      for (Index j = 0; j < host.cols(); ++j) {
        all.entries(next + i, j) = static_cast<double>(host(i, j));
      }
    }
    const std::vector<double> weights = weights_of(backend, A, *panel);
    all.weights.insert(all.weights.end(), weights.begin(), weights.end());
    all.heights.push_back(panel->rows());
    next += panel->rows();
  }
  EXPECT_EQ(next, source.rows());
  return all;
}

class SparseSourcesTest : public DeviceTest {
 protected:
  /// Rows of A from `first` on, so that their arrays begin within those of A.
  template <class T>
  static void check(ElementType type, bool weighted, double scale, Index first) {
    const UnevenSparse data(kRows + first, kCols, type, weighted);
    const DataView A = data.view().row_block(first, kRows);
    const auto backend = make_backend<T>(options_for(BackendKind::cuda, 1));
    const auto own = [&](double value) {
      const double stored = type == ElementType::float32 ? static_cast<float>(value) : value;
      return static_cast<double>(static_cast<T>(stored * scale));
    };
    Dense expected(kRows, kCols);
    for (Index i = 0; i < kRows; ++i) {
      for (Index j = 0; j < kCols; ++j) expected(i, j) = own(data.dense()(first + i, j));
    }
    const auto all = source_of<T>(*backend, A, true, kRows, 100000, scale);
    const Swept resident = swept(*backend, *all, A.stored());
    EXPECT_EQ(resident.entries.entries, expected.entries);
    EXPECT_EQ(resident.weights.empty(), !weighted);
    // In pieces of the largest row, and of some rows.
    for (const std::uint64_t slot_bytes : {0U, 700U}) {
      const auto in_pieces = source_of<T>(*backend, A, true, kRows, slot_bytes, scale);
      const Swept uploaded = swept(*backend, *in_pieces, A.stored());
      EXPECT_EQ(uploaded.entries.entries, expected.entries) << slot_bytes;
      EXPECT_EQ(uploaded.weights, resident.weights) << slot_bytes;
    }
    for (const Index panel_rows : {Index{1}, Index{8}, Index{37}}) {
      // No more than the largest row; some rows; all of them.
      for (const std::uint64_t slot_bytes : {0U, 700U, 100000U}) {
        SCOPED_TRACE(::testing::Message()
                     << element_name(type) << ", weighted " << weighted << ", scale " << scale
                     << ", panels of " << panel_rows << ", slots of " << slot_bytes);
        const auto source = source_of<T>(*backend, A, false, panel_rows, slot_bytes, scale);
        EXPECT_FALSE(source->repeatable());
        for (int sweep = 0; sweep < 2; ++sweep) {
          const Swept staged = swept(*backend, *source, A.stored());
          EXPECT_EQ(staged.entries.entries, expected.entries);
          EXPECT_EQ(staged.weights, resident.weights);
        }
      }
    }
    EXPECT_TRUE(all->repeatable());
  }
};

TEST_F(SparseSourcesTest, EveryStoredTypeArrivesFromEveryPlace) {
  for (const bool weighted : {false, true}) {
    for (const ElementType type : {ElementType::float32, ElementType::float64}) {
      check<float>(type, weighted, 1, 0);
      check<double>(type, weighted, 1, 0);
      check<float>(type, weighted, 0x1p-4, 0);
      check<double>(type, weighted, 0x1p5, 0);
    }
  }
}

TEST_F(SparseSourcesTest, RowsWithinAnotherMatrixAreTheirOwn) {
  check<float>(ElementType::float32, true, 1, 3);
  check<double>(ElementType::float32, false, 1, 10);
}

TEST_F(SparseSourcesTest, APanelIsCutWhereItsSlotEnds) {
  const UnevenSparse data(kRows, kCols, ElementType::float32, false);
  const SparseView A = data.view().stored();
  const auto backend = make_backend<float>(options_for(BackendKind::cuda, 1));
  // A full row: 2 offsets, 13 columns and values.
  constexpr std::uint64_t kFullRow = 2 * 8 + 13 * 8;
  const auto source = source_of<float>(*backend, data.view(), false, 4, kFullRow, 1);
  const auto bytes = [&](Index first, Index count) {
    return static_cast<std::uint64_t>(count + 1) * 8 +
           static_cast<std::uint64_t>(A.row_block(first, count).entries()) * 8;
  };
  for (const Index asked : {Index{4}, Index{3}, Index{1}}) {
    source->set_panel_rows(asked);
    const Swept all = swept(*backend, *source, A);
    Index first = 0;
    Index cut = 0;
    for (const Index height : all.heights) {
      EXPECT_LE(bytes(first, height), kFullRow);
      if (height < asked && first + height < kRows) {
        ++cut;
        EXPECT_GT(bytes(first, height + 1), kFullRow) << "row " << first;
      }
      first += height;
    }
    EXPECT_EQ(cut > 0, asked > 1);
  }
}

TEST_F(SparseSourcesTest, APanelStaysValidWhileTheNextAreStaged) {
  // More panels than slots, each used by work that is given after it and runs late; the values are
  // widened, and the columns and weights stay in the slot.
  const UnevenSparse data(64, kCols, ElementType::float64, false);
  const auto backend = make_backend<float>(options_for(BackendKind::cuda, 1));
  const auto source = source_of<float>(*backend, data.view(), false, 4, 10000, 1);
  Matrix<float> dense = backend->allocate(64, kCols);
  for (int sweep = 0; sweep < 3; ++sweep) {
    source->begin_sweep();
    while (auto panel = source->next()) {
      backend->make_dense(panel->stored, dense.view().row_block(panel->first_row, panel->rows()));
    }
  }
  Matrix<float> host(64, kCols);
  backend->copy(dense.view(), host.view());
  EXPECT_EQ(to_dense(host).entries, to_dense(to_matrix<float>(data.dense())).entries);
}

TEST_F(SparseSourcesTest, ThreadsPackALargePanelBetweenThem) {
  // Two megabytes of columns and of values, most of them of one row; 100 rows of weights.
  constexpr Index kWide = 500'000;
  std::vector<Index> row_of;
  std::vector<Index> column_of;
  std::vector<float> values;
  for (Index i = 0; i < 100; ++i) {
    for (Index j = i; j < kWide; j += i == 50 ? 1 : 10'000) {
      row_of.push_back(i);
      column_of.push_back(j);
      values.push_back(static_cast<float>((3 * i + j) % 1000 + 1));
    }
  }
  const SparseMatrix A = SparseMatrix::from_triplets(100, kWide, row_of, column_of, values);
  for (float& value : values) value += 0.5F;
  const SparseMatrix weights = SparseMatrix::from_triplets(100, kWide, row_of, column_of, values);
  Options options = options_for(BackendKind::cuda, 1);
  options.threads = 3;
  const auto backend = make_backend<float>(options);
  const DataView data = DataView(A.view()).weighted_by(DataView(weights.view()));
  const auto source = source_of<float>(*backend, data, false, 100, 10'000'000, 1);
  source->begin_sweep();
  Index arrived = 0;
  while (auto panel = source->next()) {
    const Index count = panel->stored.entries;
    Matrix<float> host(3, count);
    const auto row = [&](const float* from) {
      return MatrixView<const float>(from, 1, count, count, MemorySpace::device);
    };
    backend->copy(row(panel->stored.values), host.view().row_block(0, 1));
    backend->copy(row(panel->stored.weights), host.view().row_block(1, 1));
    backend->copy(row(reinterpret_cast<const float*>(panel->stored.columns)),
                  host.view().row_block(2, 1));
    for (Index e = 0; e < count; ++e) {
      const auto at = static_cast<std::size_t>(arrived + e);
      ASSERT_EQ(host(0, e), values[at] - 0.5F) << e;
      ASSERT_EQ(host(1, e), values[at]) << e;
      ASSERT_EQ(std::bit_cast<std::int32_t>(host(2, e)), column_of[at]) << e;
    }
    arrived += count;
  }
  EXPECT_EQ(arrived, A.entries());
}

/// A plan reads the offsets alone.
SparseView offsets_only(const std::vector<Index>& offsets, Index cols) {
  return {offsets.data(),
          nullptr,
          nullptr,
          ElementType::float32,
          static_cast<Index>(offsets.size()) - 1,
          cols};
}

TEST_F(SparseSourcesTest, ThePlanOfRowsOfVeryDifferentFillHasPanelsOfAPieceEach) {
  // 2^40 entries: a tenth of the rows has nine tenths of them.
  constexpr Index kMany = 100'000;
  constexpr Index kSlot = Index{32} << 20;
  std::vector<Index> offsets(kMany + 1);
  const Index mean = (Index{1} << 40) / kMany;
  for (Index i = 0; i < kMany; ++i) {
    const Index fill = i < kMany / 10 ? 9 * mean : mean / 9;
    offsets[static_cast<std::size_t>(i + 1)] = offsets[static_cast<std::size_t>(i)] + fill / 128;
  }
  const SparseView A = offsets_only(offsets, 2'000'000);
  Options options = options_for(BackendKind::cuda, 4);
  const Plan plan = make_plan(A, options);
  EXPECT_FALSE(plan.resident);
  EXPECT_EQ(plan.resident_bytes, 0U);
  EXPECT_EQ(plan.panel_bytes, plan.pinned_bytes);
  EXPECT_LE(plan.pinned_bytes, static_cast<std::uint64_t>(3 * kSlot));
  EXPECT_GT(plan.pinned_bytes, static_cast<std::uint64_t>(3 * kSlot * 9 / 10));
  // Each panel's offsets have an end of their own.
  EXPECT_EQ(plan.bus_bytes_per_iteration,
            A.bytes() + 8 * static_cast<std::uint64_t>(plan.panels - 1));
  const auto least = static_cast<Index>(A.bytes() / kSlot);
  EXPECT_GE(plan.panels, least);
  EXPECT_LE(plan.panels, least * 5 / 4);

  // As asked for: the largest panel is of the filled rows.
  options.panel_rows = 50;
  const Plan asked = make_plan(A, options);
  EXPECT_FALSE(asked.resident);
  EXPECT_EQ(asked.panel_rows, 50);
  EXPECT_EQ(asked.panels, kMany / 50);
  EXPECT_EQ(asked.pinned_bytes,
            3 * (51 * 8 + 8 * static_cast<std::uint64_t>(A.row_block(0, 50).entries())));
}

}  // namespace
}  // namespace nonneg::test
