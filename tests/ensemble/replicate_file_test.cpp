// SPDX-License-Identifier: Apache-2.0
// One of many runs on disk: an .npz file that this project's readers and numpy's read.
#include "ensemble/replicate_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "io/stored_zip.hpp"
#include "nonneg/matrix_file.hpp"
#include "nonneg/solver.hpp"
#include "support/cases.hpp"
#include "support/reference.hpp"

namespace nonneg::ensemble {
namespace {

namespace fs = std::filesystem;

class ReplicateFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    path = fs::path(::testing::TempDir()) /
           (std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()) + ".npz");
    Options options;
    options.rank = 3;
    options.seed = 8;
    options.max_iterations = 5;
    options.backend = BackendKind::cpu;
    const auto A = test::to_matrix<float>(test::noisy_planted(20, 9, 3, 1));
    result = factorize<float>(A.view(), options);
  }
  void TearDown() override { fs::remove(path); }

  std::string content() const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  fs::path path;
  Result<float> result;
};

TEST_F(ReplicateFileTest, IsReadAsItWasWritten) {
  write_replicate(path, result, {8, "job"}, false);
  const auto read = read_replicate(path, {8, "job"}, 3, 9);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->loss, result.loss_history.back().loss);
  EXPECT_EQ(read->objective, result.loss_history.back().objective);
  EXPECT_EQ(read->relative_error, result.relative_error);
  EXPECT_EQ(read->iterations, 5);
  EXPECT_EQ(read->stop_reason, StopReason::iteration_limit);
  EXPECT_EQ(read->threads, result.threads);
  EXPECT_EQ(read->seconds, result.timings.total_seconds);
}

TEST_F(ReplicateFileTest, OfAnotherSeedOrShapeItIsNotTheRun) {
  write_replicate(path, result, {8, "job"}, false);
  EXPECT_FALSE(read_replicate(path, {9, "job"}, 3, 9));
  EXPECT_FALSE(read_replicate(path, {8, "other job"}, 3, 9));
  EXPECT_FALSE(read_replicate(path, {8, "job"}, 3, 9, true)) << "without W";
  EXPECT_FALSE(read_replicate(path, {8, "job"}, 4, 9));
  EXPECT_FALSE(read_replicate(path, {8, "job"}, 3, 8));
  EXPECT_FALSE(read_replicate(path.string() + ".not", {8, "job"}, 3, 9));
}

TEST_F(ReplicateFileTest, CutAnywhereOrWithAByteChangedItIsNone) {
  write_replicate(path, result, {8, "job"}, true);
  EXPECT_TRUE(read_replicate(path, {8, "job"}, 3, 9, true));
  const std::string whole = content();
  ASSERT_TRUE(io::read_stored_zip(whole));
  for (std::size_t bytes = 0; bytes < whole.size(); bytes += 7) {
    EXPECT_FALSE(io::read_stored_zip(std::string_view(whole).substr(0, bytes))) << bytes;
  }
  // Of each member the first entries.
  std::string damaged = whole;
  for (std::size_t at = damaged.find("NUMPY"); at != std::string::npos;
       at = damaged.find("NUMPY", at + 1)) {
    damaged[at + 130] = static_cast<char>(damaged[at + 130] ^ 1);
    EXPECT_FALSE(io::read_stored_zip(damaged)) << at;
    damaged = whole;
  }
}

TEST_F(ReplicateFileTest, MembersAreArraysThatOthersRead) {
  write_replicate(path, result, {8, "job"}, true);
  const auto open = [&](const char* name) {
    OpenOptions options;
    options.dataset = name;
    return MatrixFile::open(path.string(), options);
  };
  try {
    const MatrixFile H = open("H");
    ASSERT_EQ(H.view().rows(), 3);
    ASSERT_EQ(H.view().cols(), 9);
    const auto entries = H.view().as<float>();
    for (Index j = 0; j < 9; ++j) {
      for (Index c = 0; c < 3; ++c) EXPECT_EQ(entries(c, j), result.Ht(j, c));
    }
    EXPECT_EQ(open("W").view().rows(), 20);
  } catch (const NotAvailable&) {
    GTEST_SKIP() << "built without libzip";
  }
}

TEST_F(ReplicateFileTest, SaysWhichComponentOfARowIsTheLargest) {
  result.W = Matrix<float>(3, 3);
  const std::vector<float> rows{0, 2, 1, 0, 0, 0, 5, 5, 5};
  for (Index i = 0; i < 3; ++i) {
    for (Index c = 0; c < 3; ++c) result.W(i, c) = rows[static_cast<std::size_t>(3 * i + c)];
  }
  write_replicate(path, result, {8, "job"}, false);
  const std::string whole = content();
  const auto members = io::read_stored_zip(whole);
  ASSERT_TRUE(members);
  const std::string_view array = members->at("component.npy");
  const std::vector<std::int32_t> expected{1, -1, 0};
  EXPECT_EQ(array.substr(array.size() - 12),
            std::string_view(reinterpret_cast<const char*>(expected.data()), 12));
  EXPECT_EQ(members->count("W.npy"), 0U);
}

TEST_F(ReplicateFileTest, IsNamedByItsRankAndItsPlace) {
  EXPECT_EQ(replicate_path(8, 7), "runs/k08/r0007.npz");
  EXPECT_EQ(replicate_path(120, 12345), "runs/k120/r12345.npz");
}

}  // namespace
}  // namespace nonneg::ensemble
