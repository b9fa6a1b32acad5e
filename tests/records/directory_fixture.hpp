// SPDX-License-Identifier: Apache-2.0
/// A snapshot directory of a small run, in a place of the test's own.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "nonneg/matrix.hpp"
#include "nonneg/snapshot_directory.hpp"

namespace nonneg::test {

constexpr Index kRows = 5;
constexpr Index kCols = 3;
constexpr Index kRank = 2;

/// The run that the fixture's snapshots are of.
SnapshotRun small_run();

/// What W and H hold after an iteration: entries that say where they are.
double entry_of_w(Index iteration, Index i, Index c);
double entry_of_h(Index iteration, Index c, Index j);

/// Adds the snapshot of an iteration, with W's rows as the run has them.
template <class T>
void add_snapshot(SnapshotDirectory& directory, const SnapshotRun& run, Index iteration) {
  Matrix<T> W(run.snapshot_rows(), run.rank);
  Matrix<T> Ht(run.cols, run.rank);
  for (Index c = 0; c < run.rank; ++c) {
    for (Index i = 0; i < W.rows(); ++i) W(i, c) = static_cast<T>(entry_of_w(iteration, i, c));
    for (Index j = 0; j < run.cols; ++j) Ht(j, c) = static_cast<T>(entry_of_h(iteration, c, j));
  }
  directory.add_snapshot({.iteration = iteration,
                          .seconds = 0.5 * static_cast<double>(iteration),
                          .loss = 8,
                          .objective = 9,
                          .relative_error = 0.25,
                          .W = W.view(),
                          .Ht = Ht.view(),
                          .skipped = 1});
}

/// Expects that snapshot i of the reader is the one that add_snapshot added for its iteration.
void expect_whole(const SnapshotDirectoryReader& reader, std::size_t i);

class SnapshotDirectoryTest : public testing::Test {
 public:
  ~SnapshotDirectoryTest() override;

 protected:
  SnapshotDirectoryTest();

  std::string path() const { return (place_ / "snapshots").string(); }
  std::string file(const std::string& name) const { return path() + "/" + name; }
  std::vector<std::string> entries() const;
  std::unique_ptr<SnapshotDirectory> create(const SnapshotRun& run) const {
    return SnapshotDirectory::create(path(), run);
  }
  void append_text(const std::string& text) const;

 private:
  std::filesystem::path place_;
};

}  // namespace nonneg::test
