// SPDX-License-Identifier: Apache-2.0
// What of a run is found from its directories.
#include "records/lookup.hpp"

#include <sys/stat.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "directory_fixture.hpp"
#include "nonneg/error.hpp"
#include "support/as_nobody.hpp"

namespace nonneg::records {
namespace {

using test::small_run;

struct LookupTest : test::SnapshotDirectoryTest {
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name)) << text;
  }
  /// Snapshots whose A is said to be at `source`, and is not beside them.
  SnapshotDirectoryReader reader_with_data_at(const std::string& source) const {
    SnapshotRun run = small_run();
    run.data_source = source;
    create(run);
    return SnapshotDirectoryReader(path());
  }
};

TEST_F(LookupTest, SnapshotsAreThoseGivenOrThoseOfTheRun) {
  create(small_run());
  EXPECT_EQ(find_snapshots(path()), path());
  EXPECT_EQ(find_snapshots("/no/such"), "/no/such");
  std::filesystem::create_directory(file("run"));
  EXPECT_EQ(find_snapshots(file("run")), file("run"));
  write("run/run.json", R"({"snapshots": "/kept/here"})");
  EXPECT_EQ(find_snapshots(file("run")), "/kept/here");
  write("run/run.json", "{}");
  EXPECT_EQ(find_snapshots(file("run")), std::nullopt);
  write("run/run.json", R"({"snapshots": null})");
  EXPECT_EQ(find_snapshots(file("run")), std::nullopt);
  for (const char* damaged : {"[", R"({"snapshots": 3})"}) {
    write("run/run.json", damaged);
    EXPECT_THROW(find_snapshots(file("run")), IoError) << damaged;
  }
}

TEST_F(LookupTest, ARecordOfNothingIsNone) {
  create(small_run());
  EXPECT_TRUE(read_run_record(path()).is_null());
  write("run.json", "null");
  EXPECT_THROW(read_run_record(path()), InvalidArgument);
}

TEST_F(LookupTest, ADirectoryThatMayNotBeLookedIntoIsNotOneWithoutSnapshots) {
  create(small_run());
  ASSERT_EQ(::chmod(path().c_str(), 0), 0);
  {
    const test::AsNobody nobody;
    try {
      find_snapshots(path());
      ADD_FAILURE() << "it was taken for one without snapshots";
    } catch (const IoError& e) {
      EXPECT_EQ(std::string(e.what()), path() + ": cannot read: Permission denied");
    }
  }
  ::chmod(path().c_str(), 0755);
}

TEST_F(LookupTest, ARecordNestedBeyondSenseIsNone) {
  create(small_run());
  write("run.json", std::string(100000, '[') + std::string(100000, ']'));
  EXPECT_TRUE(read_run_record(path()).is_discarded());
  // Within a text they count for nothing.
  write("run.json", "{\"text\": \"\\\"" + std::string(100, '[') + "\"}");
  EXPECT_TRUE(read_run_record(path()).is_object());
}

TEST_F(LookupTest, ARunRecordIsNullWhereThereIsNoneAndDiscardedWhereItIsDamaged) {
  create(small_run());
  EXPECT_TRUE(read_run_record(path()).is_null());
  write("run.json", "{\"rank\": 2");
  EXPECT_TRUE(read_run_record(path()).is_discarded());
  write("run.json", "{\"rank\": 2}");
  EXPECT_EQ(read_run_record(path())["rank"], 2);
}

TEST_F(LookupTest, DataIsOpenedWhereTheRunHadItFromInAnyFormat) {
  const SnapshotDirectoryReader reader = reader_with_data_at(file("A.csv"));
  EXPECT_THROW(open_data(reader), InvalidArgument);
  write("A.csv", "1,2,3\n4,5,6\n7,8,9\n10,11,12\n13,14,15\n");
  EXPECT_EQ(open_data(reader).view().rows(), test::kRows);
  write("A.csv", "1,2,3\n");
  EXPECT_THROW(open_data(reader), InvalidArgument);
}

TEST_F(LookupTest, DataIsOpenedAsTheRunOpenedIt) {
  for (const bool missing_cells : {false, true}) {
    SnapshotRun run = small_run();
    run.data_source = file("A.csv");
    run.opened.missing_cells = missing_cells;
    std::filesystem::remove_all(path());
    create(run);
    const SnapshotDirectoryReader reader(path());
    write("A.csv", "1,2,3\n4,,6\n7,NA,9\n10,11,12\n13,14,15\n");
    if (missing_cells) {
      EXPECT_TRUE(std::isnan(open_data(reader).view().as<double>()(1, 1)));
    } else {
      EXPECT_THROW(open_data(reader), InvalidArgument);
    }
  }
}

TEST_F(LookupTest, ALineKeepsAllThatARunSaidOfItsFile) {
  SnapshotRun run = small_run();
  run.opened.dataset = "counts";
  run.opened.format = "csv.gz";
  run.opened.table = {
      .header = false, .index = 2, .delimiter = ";", .decimal = ',', .comment = "#"};
  run.opened.drop_columns = {"a", "b"};
  run.opened.transpose = true;
  run.opened.select_columns = "/genes.txt";
  create(run);

  const OpenOptions read = SnapshotDirectoryReader(path()).run().opened;

  EXPECT_EQ(read.dataset, "counts");
  EXPECT_EQ(read.format, "csv.gz");
  EXPECT_EQ(read.table.header, false);
  EXPECT_EQ(read.table.index, 2);
  EXPECT_EQ(read.table.delimiter, ";");
  EXPECT_EQ(read.table.decimal, ',');
  EXPECT_EQ(read.table.comment, "#");
  EXPECT_EQ(read.drop_columns, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(read.transpose);
  EXPECT_EQ(read.select_columns, "/genes.txt");
}

TEST_F(LookupTest, DataIsNotLookedForInADirectoryOrAPipe) {
  EXPECT_THROW(open_data(reader_with_data_at("/dev/null")), InvalidArgument);
}

}  // namespace
}  // namespace nonneg::records
