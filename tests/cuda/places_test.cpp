// SPDX-License-Identifier: Apache-2.0
// Whole runs with A in every place: resident, staged, in memory or in a mapped file, row-major or
// not, in panels of every height.
#include <cmath>
#include <filesystem>

#include "cuda/emulated_fixture.hpp"
#include "nonneg/matrix_file.hpp"

namespace nonneg::test {
namespace {

constexpr Index kRows = 10;
constexpr Index kCols = 7;
constexpr Index kSweeps = 3;

/// Multiples of 1/1024, so that sums of them and of their squares are the same in any order: rows
/// and columns are added up in the order in which they lie.
Dense of_exact_sums(Dense A) {
  for (double& entry : A.entries) entry = std::round(1024 * entry) / 1024;
  return A;
}

/// The same entries in rows, in columns, and in a file that is mapped.
template <class T>
class Held {
 public:
  Held()
      : rows_(to_matrix<T>(of_exact_sums(noisy_planted(kRows, kCols, 3, 21)))),
        columns_(to_matrix<T>(transpose(to_dense(rows_)))),
        path_(::testing::TempDir() + "nonneg_places_test_" + std::to_string(sizeof(T)) + ".npy"),
        file_(written()) {}
  ~Held() { std::filesystem::remove(path_); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  DataView in_rows() const { return rows_.view(); }
  DataView in_columns() const {
    return {columns_.data(), ElementTypeOf<T>::value, kRows, kCols, 1, kRows};
  }
  DataView in_file() const { return file_.view(); }
  bool mapped() const { return file_.mapped(); }

 private:
  MatrixFile written() const {
    write_npy(path_, rows_.view());
    return MatrixFile::open(path_);
  }

  Matrix<T> rows_;
  Matrix<T> columns_;
  std::string path_;
  MatrixFile file_;
};

Options options_of(Algorithm algorithm, Index panel_rows) {
  Options options = options_for(BackendKind::cuda, 3);
  options.algorithm = algorithm;
  options.max_iterations = kSweeps;
  options.check_every = 1;
  options.panel_rows = panel_rows;
  return options;
}

template <class T>
void resident_is_the_cpus(Algorithm algorithm) {
  const Held<T> A;
  ASSERT_TRUE(A.mapped());
  const double tolerance = sweep_tolerance<T>(kRows, kSweeps);
  for (Index panel_rows = 1; panel_rows <= kRows; ++panel_rows) {
    SCOPED_TRACE(panel_rows);
    Options options = options_of(algorithm, panel_rows);
    const Result<T> resident = factorize<T>(A.in_rows(), options);
    EXPECT_EQ(resident.panel_rows, panel_rows);
    const Outcome expected = outcome_of(resident);
    EXPECT_TRUE(same(run_of<T>(A.in_columns(), options), expected)) << "in columns";
    EXPECT_TRUE(same(run_of<T>(A.in_file(), options), expected)) << "in a file";
    options.backend = BackendKind::cpu;
    const Result<T> on_cpu = factorize<T>(A.in_rows(), options);
    EXPECT_LT(relative_distance(model_of(resident), model_of(on_cpu)), tolerance);
  }
}

class PlacesTest : public DeviceTest {};

TEST_F(PlacesTest, ResidentRowsColumnsAndFilesGiveTheCpusFactorsInPanelsOfEveryHeightByMu) {
  resident_is_the_cpus<float>(Algorithm::mu);
  resident_is_the_cpus<double>(Algorithm::mu);
}

TEST_F(PlacesTest, ResidentRowsColumnsAndFilesGiveTheCpusFactorsInPanelsOfEveryHeightByHals) {
  resident_is_the_cpus<float>(Algorithm::hals);
  resident_is_the_cpus<double>(Algorithm::hals);
}

class StagedPlacesTest : public EmulatedTest {
 protected:
  template <class T>
  static void staged_is_resident(Algorithm algorithm) {
    const Held<T> A;
    for (Index panel_rows = 1; panel_rows <= kRows; ++panel_rows) {
      SCOPED_TRACE(panel_rows);
      const Options options = options_of(algorithm, panel_rows);
      Control::set_free_memory(kAllMemory);
      const Outcome resident = run_of<T>(A.in_rows(), options);
      leave_room_for_panels_only<T>(A.in_rows(), options);
      EXPECT_TRUE(same(run_of<T>(A.in_rows(), options), resident)) << "in rows";
      EXPECT_TRUE(same(run_of<T>(A.in_columns(), options), resident)) << "in columns";
      EXPECT_TRUE(same(run_of<T>(A.in_file(), options), resident)) << "in a file";
    }
  }

  /// What crosses the bus to the device in one sweep that is not the first.
  template <class T>
  static nonneg_emu_totals sent_in_a_sweep(const DataView& A, const Options& options) {
    leave_room_for_panels_only<T>(A, options);
    Solver<T> solver(A, options);
    solver.step();
    solver.step();
    solver.W();  // waits
    Control::reset_ledger();
    solver.step();
    solver.W();
    return Control::totals();
  }

  template <class T, class E>
  static void sends_the_data_once(const std::vector<E>& entries, Index row_stride,
                                  Index col_stride) {
    const DataView A(entries.data(), ElementTypeOf<E>::value, kRows, kCols, row_stride, col_stride);
    for (const Algorithm algorithm : {Algorithm::mu, Algorithm::hals}) {
      for (const Index panel_rows : {Index{1}, Index{4}, Index{9}}) {
        SCOPED_TRACE(::testing::Message() << element_name(A.type()) << ", panels of " << panel_rows
                                          << ", " << to_string(algorithm));
        const auto sent = sent_in_a_sweep<T>(A, options_of(algorithm, panel_rows));
        EXPECT_EQ(sent.h2d_pinned.bytes, std::uint64_t{kRows * kCols * sizeof(E)});
        EXPECT_EQ(sent.h2d_pinned.operations,
                  static_cast<std::uint64_t>((kRows + panel_rows - 1) / panel_rows));
        EXPECT_EQ(sent.h2d_pageable.bytes, 0U);
      }
    }
  }
};

TEST_F(StagedPlacesTest, StagedPanelsOfEveryHeightGiveTheResidentBitsByMu) {
  staged_is_resident<float>(Algorithm::mu);
  staged_is_resident<double>(Algorithm::mu);
}

TEST_F(StagedPlacesTest, StagedPanelsOfEveryHeightGiveTheResidentBitsByHals) {
  staged_is_resident<float>(Algorithm::hals);
  staged_is_resident<double>(Algorithm::hals);
}

template <class E>
std::vector<E> counted_entries(Index count) {
  std::vector<E> entries(static_cast<std::size_t>(count));
  for (std::size_t e = 0; e < entries.size(); ++e) entries[e] = static_cast<E>((e * 37) % 101);
  return entries;
}

TEST_F(StagedPlacesTest, EachSweepSendsTheStoredBytesOfAOnceAndNothingElse) {
  sends_the_data_once<float>(counted_entries<float>(kRows * kCols), kCols, 1);
  sends_the_data_once<double>(counted_entries<double>(kRows * kCols), kCols, 1);
  // Gaps between rows stay on the host.
  sends_the_data_once<float>(counted_entries<float>(kRows * (kCols + 5)), kCols + 5, 1);
  sends_the_data_once<double>(counted_entries<double>(kRows * kCols), 1, kRows);
  // As stored: entries are widened on the device.
  sends_the_data_once<float>(counted_entries<std::uint8_t>(kRows * kCols), kCols, 1);
  sends_the_data_once<double>(counted_entries<std::uint16_t>(kRows * kCols), 1, kRows);
}

}  // namespace
}  // namespace nonneg::test
