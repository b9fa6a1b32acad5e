// SPDX-License-Identifier: Apache-2.0
// What the page is told, and the page that is told it.
#include "page/page_events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "nonneg/error.hpp"
#include "page/page.hpp"

namespace nonneg::page {
namespace {

using Json = nlohmann::ordered_json;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

SnapshotRun small_run() {
  SnapshotRun run;
  run.rows = 100;
  run.cols = 3;
  run.rank = 1;
  run.w_rows = {10, 20, 99};
  std::string longest(59, 'x');
  longest.append("\xC3\xA9\xC3\xA9");
  run.column_names.emplace_back("a");
  run.column_names.push_back(std::move(longest));
  run.column_names.emplace_back("c");
  return run;
}

struct SmallFactors {
  std::vector<double> w{0.5, 2, 1};
  std::vector<double> h{3, 4, 0};
  FactorsView<double> view() const {
    return factors_by_rows<double>({w.data(), 3, 1}, {h.data(), 1, 3});
  }
};

TEST(PageEvents, TopEntriesHaveTheirPlaceInAAndTheirName) {
  const PageEvents events(small_run(), DisplayPlan::kUsualValues);
  const SmallFactors factors;
  const Json top = events.snapshot(LossRecord{}, 0, factors.view())["top"];
  EXPECT_EQ(top["rows"].dump(), "[[[20,2.0],[99,1.0],[10,0.5]]]");
  EXPECT_EQ(top["columns"][0][1].dump(), R"([0,3.0,"a"])");
  // Cut between characters, not within one.
  EXPECT_EQ(top["columns"][0][0][2], std::string(59, 'x') + "\xE2\x80\xA6");
}

TEST(PageEvents, NumbersThatAreNotFiniteAreNull) {
  LossRecord record;
  record.loss = std::numeric_limits<double>::quiet_NaN();
  record.relative_error = std::numeric_limits<double>::infinity();
  const Json event = PageEvents::check(record);
  EXPECT_TRUE(event["loss"].is_null());
  EXPECT_TRUE(event["relative_error"].is_null());
  EXPECT_EQ(event["objective"], 0.0);
}

TEST(PageEvents, FactorsOfAnotherShapeAreRefused) {
  SnapshotRun run = small_run();
  run.w_rows.clear();
  const PageEvents events(run, DisplayPlan::kUsualValues);
  const SmallFactors factors;
  EXPECT_THROW(events.snapshot(LossRecord{}, 0, factors.view()), InvalidArgument);
}

TEST(PageEvents, SayWhatIsLeftOut) {
  SnapshotRun run = small_run();
  run.w_rows.clear();
  run.rows = 1'000'000;
  run.cols = 2000;
  run.column_names.clear();
  run.rank = 300;
  const PageEvents events(run, DisplayPlan::kUsualValues);
  const std::string notes = events.start({}, {"And this."})["notes"].dump();
  EXPECT_THAT(notes, HasSubstr("first 256 of 300 components"));
  EXPECT_THAT(notes, HasSubstr("lines show 1000000 rows"));
  EXPECT_THAT(notes, HasSubstr("And this."));
  run.beta = 0.5;
  EXPECT_EQ(PageEvents(run, DisplayPlan::kUsualValues).start({}, {})["settings"]["beta"], 0.5);
}

TEST(PageEvents, TheRecordIsWithoutItsLongLists) {
  const Json event = PageEvents::record(
      {{"iterations", 3}, {"loss_history", {1, 2}}, {"row_names", {"a"}}, {"column_names", {"b"}}});
  EXPECT_EQ(event["record"].dump(), R"({"iterations":3})");
}

TEST(Page, NothingInTheEventsEndsTheScriptThatHoldsThem) {
  const std::string event =
      report_event({{"kind", "check"}, {"name", "</script><!--<script>\xFF"}});
  EXPECT_THAT(event, Not(HasSubstr("<")));
  EXPECT_THAT(event, HasSubstr("\\u003c/script>"));
}

TEST(Page, AReportForbidsItselfToLoadAnything) {
  EXPECT_THAT(report_page().first, HasSubstr("default-src 'none'"));
}

TEST(Page, NoMarkIsLeftUnfilled) {
  const auto [before, after] = report_page();
  EXPECT_THAT(before, EndsWith(R"(id="events">)"));
  EXPECT_THAT(after, StartsWith("</script>"));
  for (const std::string& page : {before + after, live_page("abc")}) {
    for (const char* mark : {"@policy", "@nonce", "@style", "@chart", "@script", "@events"}) {
      EXPECT_THAT(page, Not(HasSubstr(mark)));
    }
  }
  EXPECT_THAT(live_page("abc"), HasSubstr("nonce=\"abc\""));
}

}  // namespace
}  // namespace nonneg::page
