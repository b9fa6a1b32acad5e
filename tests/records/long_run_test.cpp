// SPDX-License-Identifier: Apache-2.0
// What is said of a run with very many checks, in memory that does not grow with the text of it.
#include <gtest/gtest.h>
#include <malloc.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "directory_fixture.hpp"
#include "records/lookup.hpp"
#include "records/record_text.hpp"
#include "records/snapshot_lines.hpp"

namespace nonneg::records {
namespace {

using Json = nlohmann::ordered_json;

constexpr Index kChecks = 30000;

std::vector<LossRecord> long_history(Index count) {
  std::vector<LossRecord> history;
  for (Index i = 1; i <= count; ++i) {
    const auto x = static_cast<double>(i);
    history.push_back({i, 1e-5 * x, 1 / x, 1 / (3 * x), 1 / (7 * x)});
  }
  return history;
}

/// Returns how many bytes more the process held at some moment of `action` than before it; nothing
/// where the kernel does not say.
template <class Action>
std::optional<std::int64_t> peak_of(const Action& action) {
  const auto kilobytes = [](const std::string& name) -> std::optional<std::int64_t> {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with(name)) return std::stoll(line.substr(name.size() + 1));
    }
    return std::nullopt;
  };
  ::malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5" << std::flush;
  const auto before = kilobytes("VmRSS");
  action();
  const auto peak = kilobytes("VmHWM");
#ifdef __SANITIZE_ADDRESS__
  return std::nullopt;  // It holds what was freed.
#endif
  if (!before || !peak) return std::nullopt;
  return (*peak - *before) * 1024;
}

std::string text_of(const Json& record, const std::vector<LossRecord>& history) {
  std::string text;
  write_record(record, history, [&](std::string_view piece) { text += piece; });
  return text;
}

TEST(RecordText, IsThatOfTheWholeObject) {
  const Json record = {
      {"command", "factorize"},     {"input", {{"path", "a\nb"}, {"none", nullptr}}},
      {"empty", Json::object()},    {"loss_history", Json::array()},
      {"warnings", {"x", "y\xFF"}}, {"list", Json::array()}};
  Json whole = record;
  EXPECT_EQ(text_of(record, {}), whole.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  whole["loss_history"] = {{{"iteration", 7},
                            {"seconds", 0.5},
                            {"loss", nullptr},
                            {"objective", 2.0},
                            {"relative_error", 3.0},
                            {"direct", true}}};
  const std::vector<LossRecord> history{
      {7, 0.5, std::numeric_limits<double>::quiet_NaN(), 2, 3, true}};
  EXPECT_EQ(text_of(record, history),
            whole.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  EXPECT_EQ(text_of(Json::object(), history), "{}\n");
}

struct LongRun : test::SnapshotDirectoryTest {};

TEST_F(LongRun, HasARecordThatIsReadWithoutItsHistory) {
  create(test::small_run());
  {
    std::ofstream out(file("run.json"));
    write_record({{"rank", 2}, {"loss_history", nullptr}, {"iterations", 9}}, long_history(kChecks),
                 [&](std::string_view piece) { out << piece; });
  }
  Json record;
  const auto peak = peak_of([&] { record = read_run_record(path()); });
  EXPECT_EQ(record.dump(), R"({"rank":2,"iterations":9})");
  // The history is 6 MB of text, and 20 MB as JSON.
  if (peak) {
    EXPECT_LT(*peak, 2'000'000);
  }
}

TEST_F(LongRun, HasLinesThatAreReadBlockByBlock) {
  create(test::small_run());
  {
    std::ofstream out(file("snapshots.jsonl"), std::ios::app);
    for (const LossRecord& check : long_history(kChecks)) out << check_line(check);
  }
  std::optional<SnapshotDirectoryReader> reader;
  const auto peak = peak_of([&] { reader.emplace(path()); });
  EXPECT_EQ(std::ssize(reader->checks()), kChecks);
  EXPECT_EQ(reader->checks().back().iteration, kChecks);
  EXPECT_FALSE(reader->refresh());
  append_text(R"({"kind": "check", "iteration": 30001, "sec)");
  EXPECT_FALSE(reader->refresh()) << "a line whose end is still to come";
  append_text("onds\": 1, \"loss\": 2, \"objective\": 3, \"relative_error\": 4}\n");
  EXPECT_TRUE(reader->refresh());
  EXPECT_EQ(reader->checks().back().loss, 2);
  // Their text is 4 MB, and the numbers 1.5 MB and as much again while the list grows.
  if (peak) {
    EXPECT_LT(*peak, 4'500'000);
  }
}

}  // namespace
}  // namespace nonneg::records
