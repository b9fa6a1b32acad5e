// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "cli/command.hpp"

namespace nonneg::test {
namespace {

struct Report : testing::Test {
  Report() { place.file("A.npy", random_npy(40, 30)); }
  static Words factorize(Words more = {}) {
    Words words{"factorize",   "A.npy", "--rank",           "3", "--out", "run",
                "--tolerance", "0",     "--max-iterations", "20"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  Workplace place;
};

TEST_F(Report, InJsonIsOneObjectOnStandardOutput) {
  const Outcome outcome = run(place, factorize({"--json", "--quiet"}));
  ASSERT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.error, "");
  auto printed = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(printed["out"], "run");
  printed.erase("out");
  EXPECT_EQ(printed, read_json(place.at("run/run.json")));
}

TEST_F(Report, RecordsEveryOptionWithTheValueUsed) {
  ASSERT_EQ(run(place, factorize({"--seed", "18446744073709551615", "--l1-h", "0.25"})).status, 0);
  const auto record = read_json(place.at("run/run.json"));
  for (const char* name :
       {"rank",      "algorithm",      "loss",         "init",        "init_w",        "init_h",
        "seed",      "max_iterations", "tolerance",    "check_every", "inner_repeats", "floor",
        "precision", "panel_rows",     "threads",      "l1_w",        "l1_h",          "l2_w",
        "l2_h",      "backend",        "extrapolation"}) {
    EXPECT_TRUE(record["options"].contains(name)) << name;
  }
  EXPECT_EQ(record["options"]["seed"], 18446744073709551615U);
  EXPECT_EQ(record["options"]["l1_h"], 0.25);
  EXPECT_EQ(record["options"]["precision"], "float32");
  EXPECT_EQ(record["options"]["backend"], "cpu");
  EXPECT_GE(record["options"]["threads"], 1);
  EXPECT_TRUE(record["options"]["floor"].is_null());
  for (const char* name :
       {"nonneg_version", "command", "input", "backend", "precision", "precision_reason", "threads",
        "panel_rows", "shape", "start_reads", "iterations", "stop_reason", "relative_error",
        "loss_history", "timings", "warnings"}) {
    EXPECT_TRUE(record.contains(name)) << name;
  }
  EXPECT_EQ(record["input"]["mapped"], true);
  EXPECT_EQ(record["iterations"], 20);
  EXPECT_EQ(record["loss_history"].back()["iteration"], 20);
  EXPECT_EQ(record["stop_reason"], "iteration_limit");
}

TEST_F(Report, InAPipeIsPlainLines) {
  const Outcome outcome = run(place, factorize());
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.error.find('\033'), std::string::npos);
  EXPECT_EQ(outcome.error.find('\r'), std::string::npos);
  EXPECT_NE(outcome.error.find("iteration 10 of 20"), std::string::npos) << outcome.error;
  EXPECT_NE(outcome.error.find("iteration 20 of 20"), std::string::npos) << outcome.error;
  EXPECT_NE(outcome.out.find("relative error"), std::string::npos);
}

TEST_F(Report, OnATerminalIsOneLineRedrawnWithinEightyColumns) {
  const Outcome outcome = run_on_terminal(place, factorize({"--check-every", "1"}));
  EXPECT_EQ(outcome.status, 0) << outcome.out;
  EXPECT_NE(outcome.out.find("\r\033[K"), std::string::npos);
  EXPECT_NE(outcome.out.find("iteration 20 of 20"), std::string::npos) << outcome.out;
  std::string text = outcome.out;
  std::replace(text.begin(), text.end(), '\r', '\n');
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("\033[K")) line.erase(0, 3);
    if (line.starts_with("written to")) continue;
    EXPECT_LE(line.size(), 79U) << line;
  }
}

TEST_F(Report, IsNothingAtAllWhenQuiet) {
  Outcome outcome = run(place, factorize({"--quiet"}));
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.error, "");
  outcome = run_on_terminal(place, factorize({"--quiet", "--overwrite"}));
  EXPECT_EQ(outcome.out, "");
}

TEST_F(Report, OfAnErrorInJsonGoesToStandardError) {
  const Outcome outcome =
      run(place, {"factorize", "none.npy", "--rank", "1", "--out", "run", "--json"});
  EXPECT_EQ(outcome.status, 6);
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(outcome.error.starts_with("nonneg: "));
}

TEST_F(Report, WithAnInputNameThatIsNotUtf8IsStillJson) {
  std::filesystem::rename(place.at("A.npy"), place.at("\xFF.npy"));
  Words words = factorize({"--json"});
  words[1] = "\xFF.npy";
  const Outcome outcome = run(place, words);
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_TRUE(nlohmann::json::accept(outcome.out));
}

TEST_F(Report, OfAPlanCountsEveryByte) {
  const Outcome table = run(place, {"plan", "A.npy", "--rank", "3"});
  EXPECT_EQ(table.status, 0) << table.error;
  EXPECT_NE(table.out.find("4800"), std::string::npos) << table.out;
  const Outcome outcome = run(place, {"plan", "A.npy", "--rank", "3", "--json"});
  const auto plan = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(plan["data_bytes"], 40 * 30 * 4);
  EXPECT_EQ(plan["data_bytes_per_iteration"], 40 * 30 * 4);
  EXPECT_EQ(plan["factor_bytes"], (40 + 30) * 3 * 4);
  EXPECT_GE(plan["panel_rows"], 1);
  EXPECT_EQ(place.entries(), Words{"A.npy"});
}

TEST_F(Report, OfTheMachineNamesVersionBackendsAndCores) {
  const auto info = nlohmann::json::parse(run(place, {"info", "--json"}).out);
  EXPECT_EQ("nonneg " + info["nonneg_version"].get<std::string>() + "\n",
            run(place, {"--version"}).out);
  EXPECT_EQ(info["backends"][0], "cpu");
  EXPECT_GE(info["cpu"]["cores"], 1);
  EXPECT_NE(run(place, {"info"}).out.find("backends  cpu"), std::string::npos);
}

}  // namespace
}  // namespace nonneg::test
