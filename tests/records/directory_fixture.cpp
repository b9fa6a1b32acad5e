// SPDX-License-Identifier: Apache-2.0
#include "records/directory_fixture.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace nonneg::test {
namespace {

namespace fs = std::filesystem;

double at(const DataView& stored, Index i, Index j) {
  return stored.type() == ElementType::float64 ? stored.as<double>()(i, j)
                                               : static_cast<double>(stored.as<float>()(i, j));
}

}  // namespace

SnapshotRun small_run() {
  SnapshotRun run;
  run.rows = kRows;
  run.cols = kCols;
  run.rank = kRank;
  run.algorithm = "hals";
  run.loss = "frobenius";
  run.precision = "float32";
  run.backend = "cpu";
  run.seed = 18446744073709551615U;
  run.max_iterations = 200;
  run.tolerance = 1e-4;
  return run;
}

double entry_of_w(Index iteration, Index i, Index c) {
  return static_cast<double>(100 * iteration + 10 * i + c);
}

double entry_of_h(Index iteration, Index c, Index j) {
  return static_cast<double>(100 * iteration + 10 * c + j) + 0.5;
}

void expect_whole(const SnapshotDirectoryReader& reader, std::size_t i) {
  const Index iteration = reader.snapshots().at(i).iteration;
  const MatrixFile W = reader.open_w(i);
  const MatrixFile H = reader.open_h(i);
  for (Index c = 0; c < reader.run().rank; ++c) {
    for (Index r = 0; r < W.view().rows(); ++r) {
      ASSERT_EQ(at(W.view(), r, c), entry_of_w(iteration, r, c));
    }
    for (Index j = 0; j < reader.run().cols; ++j) {
      ASSERT_EQ(at(H.view(), c, j), entry_of_h(iteration, c, j));
    }
  }
}

SnapshotDirectoryTest::SnapshotDirectoryTest() {
  std::string name = (fs::temp_directory_path() / "nonneg-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
  place_ = name;
}

SnapshotDirectoryTest::~SnapshotDirectoryTest() {
  std::error_code ignored;
  fs::remove_all(place_, ignored);
}

std::vector<std::string> SnapshotDirectoryTest::entries() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(path())) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void SnapshotDirectoryTest::append_text(const std::string& text) const {
  std::ofstream(file("snapshots.jsonl"), std::ios::app | std::ios::binary) << text;
}

}  // namespace nonneg::test
