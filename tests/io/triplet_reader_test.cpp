// SPDX-License-Identifier: Apache-2.0
#include "io/triplet_reader.hpp"

#include "io_testing.hpp"
#include "nonneg/error.hpp"

namespace nonneg::test {
namespace {

using Names = std::vector<std::string>;
using Values = std::vector<double>;

io::LoadedMatrix read(std::string_view text, const io::TableRequest& request = {}) {
  return io::read_triplets(text, request, "A.csv");
}

TEST(TripletReader, MakesARowAndAColumnOfEachLabel) {
  const io::LoadedMatrix matrix = read("user,item,rating\n10,7,4\n2,7,3.5\n10,1,5\n");

  EXPECT_EQ(matrix.row_names, (Names{"2", "10"}));
  EXPECT_EQ(matrix.column_names, (Names{"1", "7"}));
  EXPECT_EQ(dense_entries(matrix.view.stored()), (Values{0, 3.5, 5, 4}));
  EXPECT_EQ(matrix.layout, "triplets: rows by user, columns by item, values rating");
  EXPECT_TRUE(matrix.warnings.empty());
}

TEST(TripletReader, KeepsNamesInTheOrderOfTheirAppearance) {
  const io::LoadedMatrix matrix = read("bob,\"x, y\",1\nann,z,2\nbob,z,3\n");

  EXPECT_EQ(matrix.row_names, (Names{"bob", "ann"}));
  EXPECT_EQ(matrix.column_names, (Names{"x, y", "z"}));
  EXPECT_EQ(dense_entries(matrix.view.stored()), (Values{1, 3, 0, 2}));
  EXPECT_EQ(matrix.view.type(), ElementType::float32);
}

TEST(TripletReader, AddsUpAPairThatComesTwiceAndSaysSo) {
  const io::LoadedMatrix matrix = read("a,x,1\na,x,2\n");

  EXPECT_EQ(dense_entries(matrix.view.stored()), (Values{3}));
  ASSERT_EQ(matrix.warnings.size(), 1U);
  EXPECT_EQ(matrix.warnings[0],
            "A.csv: 1 of 2 lines have a row and a column that came before; their values are added "
            "up");
}

TEST(TripletReader, FindsTheDelimiterWhereTheNameDoesNotSayIt) {
  EXPECT_EQ(
      dense_entries(read("1\t1\t5\n1\t2\t3\n", {.dialect = io::CsvDialect::unknown}).view.stored()),
      (Values{5, 3}));
  EXPECT_EQ(
      dense_entries(read("1 1 5\n1 2 3\n", {.dialect = io::CsvDialect::unknown}).view.stored()),
      (Values{5, 3}));
}

TEST(TripletReader, TakesThreeColumnsAndLeavesOutNoneInSilence) {
  const std::string_view text = "userId,movieId,rating,timestamp\n1,31,2.5,1260759144\n";
  io::TableRequest request;

  EXPECT_EQ(words_of<InvalidArgument>([&] { read(text); }),
            "A.csv: has 4 columns, and triplets have three: row, column, value; let drop_columns "
            "= timestamp leave out what is none of them");
  request.drop_columns = {"timestamp"};
  EXPECT_EQ(dense_entries(read(text, request).view.stored()), (Values{2.5}));
  EXPECT_EQ(words_of<InvalidArgument>([&] { read("1,2\n3,4\n"); }),
            "A.csv: has 2 columns, and triplets have three: row, column, value");
}

TEST(TripletReader, RefusesWhatIsNoEntry) {
  EXPECT_EQ(words_of<InvalidArgument>([&] { read("a,x,1\nb,y,z\n"); }),
            "A.csv: line 2, column 3: \"z\" is not a number; a line without a value is to be left "
            "out");
  EXPECT_EQ(words_of<InvalidArgument>([&] { read("a,x,1\n,y,2\n"); }),
            "A.csv: line 2, column 1 is empty; it must name a row");
  EXPECT_EQ(words_of<InvalidArgument>([&] { read("a,x,1\nb,y\n"); }),
            "A.csv: line 2 has less than 3 cells, as line 1 has; every line needs the same number");
}

TEST(TripletReader, TakesNoEntryForAHeader) {
  EXPECT_NE(
      words_of<InvalidArgument>([&] { read("1,31,2.5x\n1,1029,3\n"); }).find("cannot be told"),
      std::string::npos);
  EXPECT_NE(words_of<InvalidArgument>([&] { read("a,x,\nb,y,1\n"); }).find("line 1, column 3"),
            std::string::npos);
  EXPECT_NE(words_of<InvalidArgument>([&] { read("a,x,NA\nb,y,1\n"); }).find("line 1, column 3"),
            std::string::npos);
}

std::string ratings(bool names) {
  std::string text = "user,item,rating\n";
  for (int user = 0; user < 10; ++user) {
    for (int item = user % 3; item < 12; item += 3) {
      text += (names ? "u" : "") + std::to_string(7 * user % 10 + 100) + "," +
              std::to_string(item * 5 % 13) + "," + std::to_string((user + item) % 5 + 1) + "\n";
    }
  }
  return text;
}

TEST(TripletReader, IsRecommendedWhereATableLooksLikeTriplets) {
  for (const bool names : {false, true}) {
    const io::LoadedMatrix table = io::read_csv(ratings(names), {}, "A.csv");
    ASSERT_EQ(table.warnings.size(), 1U) << names;
    EXPECT_NE(table.warnings[0].find("format = triplets"), std::string::npos);
  }
  std::string counts = "a,b,c\n";
  for (int i = 0; i < 40; ++i) {
    counts += std::to_string(i * 37 % 41) + "," + std::to_string(i * 11 % 40) + ",1\n";
  }
  EXPECT_TRUE(io::read_csv(counts, {}, "A.csv").warnings.empty());
  EXPECT_NE(words_of<InvalidArgument>([] {
              io::read_csv("u,i,r\na,x,1\nb,y,2\n", {}, "A.csv");
            }).find("format = triplets"),
            std::string::npos);
}

}  // namespace
}  // namespace nonneg::test
