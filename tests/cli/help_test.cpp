// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <sstream>

#include "cli/command.hpp"

namespace nonneg::test {
namespace {

class HelpPage : public testing::TestWithParam<std::string> {};

TEST_P(HelpPage, FitsEightyColumnsAndHasExamples) {
  Words words;
  if (!GetParam().empty()) words.push_back(GetParam());
  words.emplace_back("--help");
  const Outcome outcome = run(Workplace(), words);
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.error, "");
  EXPECT_NE(outcome.out.find("Usage: nonneg"), std::string::npos);
  EXPECT_NE(outcome.out.find("Examples:"), std::string::npos);
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

INSTANTIATE_TEST_SUITE_P(Command, HelpPage,
                         testing::Values("", "factorize", "transform", "reconstruct", "match",
                                         "render", "plan", "bench", "info", "demo", "view",
                                         "completion"),
                         [](const auto& page) { return page.param.empty() ? "all" : page.param; });

TEST(Help, ShowsDefaults) {
  const Outcome outcome = run(Workplace(), {"factorize", "--help"});
  for (const char* part :
       {"[frobenius]", "[200, or 1000", "[0.0001]", "[10]", "[auto]", "[random]"}) {
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part;
  }
}

TEST(Help, IsACommandToo) {
  const Outcome all = run(Workplace(), {"help"});
  EXPECT_EQ(all.status, 0);
  EXPECT_EQ(all.out, run(Workplace(), {"--help"}).out);
  EXPECT_EQ(run(Workplace(), {"help", "factorize"}).out,
            run(Workplace(), {"factorize", "--help"}).out);
  const Outcome unknown = run(Workplace(), {"help", "nope"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_NE(unknown.error.find("unknown command nope"), std::string::npos) << unknown.error;
}

TEST(Version, IsOneLine) {
  const Outcome outcome = run(Workplace(), {"--version"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_TRUE(outcome.out.starts_with("nonneg ")) << outcome.out;
  EXPECT_EQ(outcome.out.find('\n'), outcome.out.size() - 1);
}

TEST(Completion, ForBashOffersCommandsOptionsAndValues) {
  const Workplace place;
  const Outcome script = run(place, {"completion", "bash"});
  ASSERT_EQ(script.status, 0);
  place.file("script", script.out);
  if (run_in_shell(place, "command -v bash").status != 0) GTEST_SKIP() << "there is no bash";
  const auto offered = [&place](const std::string& words, int position) {
    return run_in_shell(place, "bash -c '. ./script; COMP_WORDS=(" + words +
                                   "); COMP_CWORD=" + std::to_string(position) +
                                   "; _nonneg; echo \"${COMPREPLY[@]}\"'")
        .out;
  };
  EXPECT_EQ(offered("nonneg fac", 1), "factorize\n");
  EXPECT_EQ(offered("nonneg factorize --ra", 2), "--rank\n");
  EXPECT_EQ(offered("nonneg factorize --algorithm h", 3), "hals\n");
  EXPECT_EQ(offered("nonneg demo sw", 2), "swimmer\n");
  EXPECT_EQ(offered("nonneg completion z", 2), "zsh\n");
  EXPECT_EQ(offered("nonneg factorize scr", 2), "script\n");
  EXPECT_EQ(offered("nonneg factorize --quiet scr", 3), "script\n");
}

TEST(Completion, ExpectsNoValueAfterAFlag) {
  const std::string zsh = run(Workplace(), {"completion", "zsh"}).out;
  EXPECT_NE(zsh.find("'--no-picture[Draw nothing; without --out nothing is kept]'"),
            std::string::npos);
  EXPECT_NE(zsh.find("'--size[Size in pixels]:value: '"), std::string::npos);
  const std::string fish = run(Workplace(), {"completion", "fish"}).out;
  EXPECT_NE(fish.find("-l no-picture -d 'Draw nothing; without --out nothing is kept'\n"),
            std::string::npos);
  EXPECT_NE(fish.find("-l size -d 'Size in pixels' -r\n"), std::string::npos);
}

TEST(Completion, KnowsThreeShells) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Outcome outcome = run(Workplace(), {"completion", shell});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_NE(outcome.out.find("max-iterations"), std::string::npos);
  }
  EXPECT_EQ(run(Workplace(), {"completion"}).status, 2);
  const Outcome outcome = run(Workplace(), {"completion", "bsh"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.error.find("did you mean bash?"), std::string::npos) << outcome.error;
}

}  // namespace
}  // namespace nonneg::test
