// SPDX-License-Identifier: Apache-2.0
#include "io/gzip.hpp"

#include "io_testing.hpp"
#include "nonneg/error.hpp"

namespace nonneg::test {
namespace {

constexpr std::uint64_t kPlenty = std::uint64_t{1} << 30;

std::string inflated(std::string_view compressed) {
  return std::string(io::gunzip(compressed, "A.csv.gz", kPlenty).text());
}

std::string damage(std::string_view compressed) {
  return words_of<IoError>([&] { io::gunzip(compressed, "A.csv.gz", kPlenty); });
}

/// Longer than any buffer, and hard to compress.
std::string long_text() {
  std::string text;
  std::uint32_t state = 1;
  while (text.size() < 3'000'000) {
    state = state * 1664525U + 1013904223U;
    text += std::to_string(state) + '\n';
  }
  return text;
}

TEST(Gzip, InflatesShortAndLongTexts) {
  EXPECT_EQ(inflated(gzipped("1,2\n")), "1,2\n");
  EXPECT_EQ(inflated(gzipped("")), "");
  EXPECT_EQ(inflated(gzipped(long_text())), long_text());
}

TEST(Gzip, JoinsConcatenatedMembers) {
  EXPECT_EQ(inflated(gzipped("1,2\n") + gzipped("") + gzipped("3,4\n")), "1,2\n3,4\n");
}

TEST(Gzip, PassesOverZeroPadding) {
  EXPECT_EQ(inflated(gzipped("1,2\n") + std::string(512, '\0')), "1,2\n");
}

TEST(Gzip, ReadsInPiecesAcrossMembers) {
  const std::string compressed = gzipped("abcde") + gzipped("fghij");
  io::GzipReader reader(compressed, "A.csv.gz");
  std::string text(7, ' ');
  auto* const out = reinterpret_cast<std::byte*>(text.data());

  EXPECT_EQ(reader.read(out, 7), 7U);
  EXPECT_EQ(text, "abcdefg");
  EXPECT_EQ(reader.read(out, 7), 3U);
  EXPECT_EQ(text.substr(0, 3), "hij");
  EXPECT_EQ(reader.read(out, 7), 0U);
}

TEST(Gzip, NamesTheOffsetOfAStreamCutShort) {
  const std::string whole = gzipped(long_text());
  const std::string cut = whole.substr(0, whole.size() / 2);
  const std::string size = std::to_string(cut.size());

  EXPECT_EQ(damage(cut), "A.csv.gz: gzip stream is cut short at byte " + size + " of " + size +
                             "; compress or copy it again");
  EXPECT_NE(damage(gzipped("1,2\n").substr(0, 5)).find("is cut short at byte 5 of 5"),
            std::string::npos);
  EXPECT_NE(damage(whole.substr(0, whole.size() - 1)).find("is cut short"), std::string::npos);
}

TEST(Gzip, NamesTheOffsetOfADamagedStream) {
  std::string compressed = gzipped(long_text());
  compressed[compressed.size() - 6] ^= 0x55;  // in the checksum
  try {
    io::gunzip(compressed, "A.csv.gz", kPlenty);
    FAIL() << "threw nothing";
  } catch (const IoError& error) {
    EXPECT_EQ(error.path(), "A.csv.gz");
    EXPECT_GT(error.byte_offset(), 0);
    EXPECT_NE(std::string_view(error.what()).find("is damaged (incorrect data check) at byte "),
              std::string_view::npos);
  }
}

TEST(Gzip, RefusesGarbageBehindTheLastMember) {
  const std::string whole = gzipped("1,2\n");

  EXPECT_EQ(damage(whole + "garbage"),
            "A.csv.gz: gzip stream is followed by bytes that are no gzip member at byte " +
                std::to_string(whole.size()) + " of " + std::to_string(whole.size() + 7) +
                "; compress or copy it again");
}

TEST(Gzip, RefusesWhatIsNotCompressed) {
  const auto refusal = [](std::string_view bytes) {
    return words_of<InvalidArgument>([&] { io::gunzip(bytes, "A.csv.gz", kPlenty); });
  };

  EXPECT_EQ(refusal("1,2\n"),
            "A.csv.gz: is not a gzip file; drop .gz from its name if it is not compressed");
  EXPECT_NE(refusal("").find("is not a gzip file"), std::string::npos);
}

TEST(Gzip, StopsWhereMemoryWouldEnd) {
  const std::string bomb = gzipped(std::string(1'000'000, '0'));

  EXPECT_NE(words_of<OutOfMemory>([&] {
              io::gunzip(bomb, "A.csv.gz", 999'999);
            }).find("inflates to more than the 1.00 MB that are free"),
            std::string::npos);
  EXPECT_EQ(io::gunzip(bomb, "A.csv.gz", 1'000'000).size(), 1'000'000U);
}

}  // namespace
}  // namespace nonneg::test
