// report.html as a file.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "page/report.hpp"
#include "records/directory_fixture.hpp"
#include "support/disk_calls.hpp"

namespace nonneg::test {
namespace {

using ReportFile = SnapshotDirectoryTest;

TEST_F(ReportFile, IsFlushedBeforeItGetsItsName) {
  const SnapshotRun run = small_run();
  add_snapshot<double>(*create(run), run, 1);
  const SnapshotDirectoryReader reader(path());
  const DiskCalls calls;
  page::write_report(reader, nullptr, file("report.html"));
  expect_flushed_before_named(calls, file("report.html"));
}

}  // namespace
}  // namespace nonneg::test
