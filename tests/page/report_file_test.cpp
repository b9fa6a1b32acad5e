// SPDX-License-Identifier: Apache-2.0
// report.html as a file.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
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

TEST_F(ReportFile, IsAListOfItsEventsAndSaysWhichSnapshotIsLeftOut) {
  const SnapshotRun run = small_run();
  const auto directory = create(run);
  add_snapshot<double>(*directory, run, 1);
  add_snapshot<double>(*directory, run, 2);
  std::filesystem::remove(file("W-00000001.npy"));
  page::write_report(SnapshotDirectoryReader(path()), {{"rank", 2}}, file("report.html"));

  std::ifstream in(file("report.html"));
  const std::string page(std::istreambuf_iterator<char>(in), {});
  const std::string begin = R"(id="events">)";
  const std::size_t from = page.find(begin) + begin.size();
  const auto events = nlohmann::json::parse(page.substr(from, page.find("</script>", from) - from));
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[0]["kind"], "run");
  EXPECT_EQ(events[1]["kind"], "note");
  EXPECT_NE(events[1]["note"].get<std::string>().find("W-00000001.npy"), std::string::npos);
  EXPECT_EQ(events[2]["iteration"], 2);
  EXPECT_EQ(events[3]["record"]["rank"], 2);
}

}  // namespace
}  // namespace nonneg::test
