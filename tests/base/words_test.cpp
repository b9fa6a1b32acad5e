// SPDX-License-Identifier: Apache-2.0
// Numbers and texts as messages show them.
#include <gtest/gtest.h>

#include <cerrno>

#include "base/byte_count.hpp"
#include "base/error_words.hpp"
#include "base/utf8.hpp"

namespace nonneg {
namespace {

TEST(ByteCount, UsesPowersOf1000AndThreeFigures) {
  EXPECT_EQ(byte_count(0), "0 B");
  EXPECT_EQ(byte_count(999), "999 B");
  EXPECT_EQ(byte_count(1000), "1.00 kB");
  EXPECT_EQ(byte_count(9970), "9.97 kB");
  EXPECT_EQ(byte_count(9996), "10.0 kB");
  EXPECT_EQ(byte_count(160000000), "160 MB");
  EXPECT_EQ(byte_count(999999), "1.00 MB");
  EXPECT_EQ(byte_count(25600000000), "25.6 GB");
  EXPECT_EQ(byte_count(18446744073709551615U), "18.4 EB");
}

TEST(Utf8Prefix, EndsBetweenTwoCharacters) {
  EXPECT_EQ(utf8_prefix("short", 5), "short");
  EXPECT_EQ(utf8_prefix("longer", 5), "longe");
  // The letter takes two bytes.
  EXPECT_EQ(utf8_prefix("ab\u00E9d", 3), "ab");
  EXPECT_EQ(utf8_prefix("ab\u00E9d", 4), "ab\u00E9");
  EXPECT_EQ(utf8_prefix("\u2026", 2), "");
  EXPECT_EQ(utf8_prefix("", 0), "");
}

TEST(MakeLine, ChangesLineEndsAndWhatIsNotUtf8Alone) {
  const auto line_of = [](std::string text) {
    const std::string before = text;
    const bool changed = make_line(text);
    EXPECT_EQ(changed, text != before) << before;
    return text;
  };
  EXPECT_EQ(line_of("caf\u00E9 \x1B\t\u2028"), "caf\u00E9 \x1B\t\u2028");
  EXPECT_EQ(line_of("a\r\nb\n"), "a  b ");
  EXPECT_EQ(line_of("caf\xE9s"), "caf\uFFFDs");
  EXPECT_EQ(line_of("\xC3"), "\uFFFD");
  EXPECT_EQ(line_of(""), "");
}

TEST(Printable, ShowsWhatShowsAndNothingThatChangesTheTextBesideIt) {
  EXPECT_EQ(printable("fat %, caf\u00E9 \u4E2D \U0001F600"), "fat %, caf\u00E9 \u4E2D \U0001F600");
  EXPECT_EQ(printable("a\n\x1B[31m\x7F"), "a  [31m ");
  EXPECT_EQ(printable("a\u0085b\u2028c\u202Ed\u2066e\uFEFFf\uFFFEg"), "a b c d e f g");
  EXPECT_EQ(printable("\u05E9\u05DC"), "\u05E9\u05DC") << "letters written from the right";
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, HasAMarkForEachByteThatIsNotUtf8) {
  EXPECT_EQ(printable("caf\xE9"), "caf\uFFFD");
  EXPECT_EQ(printable("caf\xE9t"), "caf\uFFFDt");
  EXPECT_EQ(printable("\xC0\x80"), "\uFFFD\uFFFD") << "a longer form of U+0000";
  EXPECT_EQ(printable("\xE0\x80\x80"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(printable("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD") << "a surrogate";
  EXPECT_EQ(printable("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD") << "beyond U+10FFFF";
  EXPECT_EQ(printable("\xF0\x9F\x98"), "\uFFFD\uFFFD\uFFFD") << "cut short";
}

TEST(ErrorWords, AreTheSystems) { EXPECT_EQ(error_words(ENOENT), "No such file or directory"); }

}  // namespace
}  // namespace nonneg
