// SPDX-License-Identifier: Apache-2.0
#include "io/csv_reader.hpp"

#include <cmath>
#include <limits>

#include "io_testing.hpp"
#include "nonneg/error.hpp"

namespace nonneg::test {
namespace {

using Names = std::vector<std::string>;
using Values = std::vector<double>;

io::LoadedMatrix csv(std::string_view text) { return io::read_csv(text, {}, "A.csv"); }

io::LoadedMatrix tsv(std::string_view text) {
  return io::read_csv(text, {.dialect = io::CsvDialect::tab}, "A.tsv");
}

std::string refusal(std::string_view text) {
  return words_of<InvalidArgument>([&] { csv(text); });
}

void expect_matrix(const io::LoadedMatrix& matrix, Index rows, const Values& values,
                   const Names& column_names = {}, const Names& row_names = {}) {
  EXPECT_EQ(matrix.view.rows(), rows);
  EXPECT_EQ(entries<double>(matrix.view), values);
  EXPECT_EQ(matrix.column_names, column_names);
  EXPECT_EQ(matrix.row_names, row_names);
}

TEST(CsvReader, ReadsPlainNumbers) { expect_matrix(csv("1,2,3\n4,5,6\n"), 2, {1, 2, 3, 4, 5, 6}); }

TEST(CsvReader, ReadsTheLastLineWithoutItsEnd) { expect_matrix(csv("1,2\n3,4"), 2, {1, 2, 3, 4}); }

TEST(CsvReader, ReadsOneRowOneColumnAndOneNumber) {
  expect_matrix(csv("1,2,3\n"), 1, {1, 2, 3});
  expect_matrix(csv("1\n2\n3\n"), 3, {1, 2, 3});
  expect_matrix(csv("7"), 1, {7});
}

TEST(CsvReader, ReadsEveryWayToWriteANumber) {
  expect_matrix(csv("1e-3,+1,.5,2.,-0.25,1E+2,1e-323\n"), 1, {1e-3, 1, .5, 2, -0.25, 100, 1e-323});
  const Values special = entries<double>(csv("nan,inf,-inf,NaN\n").view);
  EXPECT_TRUE(std::isnan(special[0]));
  EXPECT_EQ(special[1], std::numeric_limits<double>::infinity());
  EXPECT_EQ(special[2], -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(special[3]));
}

TEST(CsvReader, RoundsWhatIsTooSmallToZeroAndRefusesWhatIsTooLarge) {
  expect_matrix(csv("1e-400,0.000001e-99999999999999999999,1\n"), 1, {0, 0, 1});
  EXPECT_EQ(refusal("1,2\n3,1e400\n"),
            "A.csv: line 2, column 2: \"1e400\" is larger than a float64 can be; scale the data "
            "down");
  EXPECT_NE(refusal("1" + std::string(400, '0')).find("is larger than"), std::string::npos);
}

TEST(CsvReader, RecognisesAHeaderLine) {
  expect_matrix(csv("height,weight\n1,2\n3,4\n"), 2, {1, 2, 3, 4}, {"height", "weight"});
  expect_matrix(csv("size\n1\n2\n"), 2, {1, 2}, {"size"});
}

TEST(CsvReader, TakesAFirstLineOfNumbersAsData) {
  expect_matrix(csv("2019,2020\n1,2\n"), 2, {2019, 2020, 1, 2});
}

TEST(CsvReader, RecognisesRowNames) {
  expect_matrix(csv("ann,2,2\nbob,3,4\n"), 2, {2, 2, 3, 4}, {}, {"ann", "bob"});
  expect_matrix(csv("ann,1,2\n"), 1, {1, 2}, {}, {"ann"});
  expect_matrix(csv("name,x,y\nann,1,2\n7,3,4\n"), 2, {1, 2, 3, 4}, {"x", "y"}, {"ann", "7"});
}

TEST(CsvReader, TakesNumbersBelowAnEmptyCornerAsRowNames) {
  expect_matrix(csv(",x,y\n0,1,2\n1,3,4\n"), 2, {1, 2, 3, 4}, {"x", "y"}, {"0", "1"});
  expect_matrix(csv(",0,1\n0,5,6\n"), 1, {5, 6}, {"0", "1"}, {"0"});
  expect_matrix(csv(",2019,2020\nann,5,6\n"), 1, {5, 6}, {"2019", "2020"}, {"ann"});
}

TEST(CsvReader, ReadsTheShorterHeaderThatRWrites) {
  expect_matrix(tsv("x\ty\nann\t1\t2\nbob\t3\t4\n"), 2, {1, 2, 3, 4}, {"x", "y"}, {"ann", "bob"});
  expect_matrix(csv("\"x\",\"y\"\n\"1\",5,6\n"), 1, {5, 6}, {"x", "y"}, {"1"});
}

TEST(CsvReader, ReadsQuotedCells) {
  expect_matrix(csv("\"a, \"\"b\"\"\",\"c\nd\"\n\"1\", \"2\" \n3,4\n"), 2, {1, 2, 3, 4},
                {"a, \"b\"", "c\nd"});
}

TEST(CsvReader, ReadsOtherLineEndsMarksAndBlanks) {
  expect_matrix(csv("1,2\r\n3,4\r\n"), 2, {1, 2, 3, 4});
  expect_matrix(csv("1,2\r\n3,4\r"), 2, {1, 2, 3, 4});
  expect_matrix(csv("\xEF\xBB\xBFx,y\n1,2\n"), 1, {1, 2}, {"x", "y"});
  expect_matrix(csv("\n  1 ,\t2 \n 3,4\n\n \r\n\n"), 2, {1, 2, 3, 4});
}

TEST(CsvReader, FindsTheSeparator) {
  expect_matrix(csv("a;b\n1;2\n"), 1, {1, 2}, {"a", "b"});
  expect_matrix(tsv("a b\tc,d\n1\t2\n"), 1, {1, 2}, {"a b", "c,d"});
}

const std::string kRemedy =
    "; write 0 where that is meant, or let missing = nan take such cells for "
    "missing entries";

TEST(CsvReader, RefusesTextThatIsNoNumberWithItsLineAndColumn) {
  EXPECT_EQ(refusal("a,b,c,d\n1,2,3,4\n1,2,3,n/a\n"),
            "A.csv: line 3, column 4: \"n/a\" is not a number" + kRemedy);
  EXPECT_EQ(refusal("\"a\nb\",c\n1,2\n1,2x\n"), "A.csv: line 4, column 2: \"2x\" is not a number");
  EXPECT_EQ(refusal("1,2\nx,4\n"), "A.csv: line 2, column 1: \"x\" is not a number");
  EXPECT_EQ(refusal("1,2\n+-1,4\n"), "A.csv: line 2, column 1: \"+-1\" is not a number");
  EXPECT_EQ(refusal("1,2\n0x10,4\n"), "A.csv: line 2, column 1: \"0x10\" is not a number");
}

TEST(CsvReader, TakesAMissingValueInTheFirstLineForAnErrorAndNotForAHeader) {
  EXPECT_EQ(refusal("1,NA,3\n4,5,6\n"),
            "A.csv: line 1, column 2: \"NA\" is not a number" + kRemedy);
  EXPECT_NE(refusal("1,,3\n4,5,6\n").find("line 1, column 2 is empty"), std::string::npos);
  EXPECT_NE(refusal(",2,2\n4,5,6\n").find("line 1, column 1 is empty"), std::string::npos);
}

TEST(CsvReader, RefusesAnEmptyCell) {
  EXPECT_EQ(refusal("1,2,3\n4,,6\n"), "A.csv: line 2, column 2 is empty" + kRemedy);
  EXPECT_NE(refusal("1,2\n3,\n").find("line 2, column 2 is empty"), std::string::npos);
  EXPECT_NE(refusal("1,2\n3,\"\"\n").find("line 2, column 2 is empty"), std::string::npos);
}

TEST(CsvReader, TakesMissingCellsForNanWhereThatIsAskedFor) {
  const io::LoadedMatrix matrix = io::read_csv(",x,y,z\na,1,,NA\nb,\"\",5,\" n/a \"\nc,nan,-,\n",
                                               {.missing = io::MissingCells::nan}, "A.csv");
  ASSERT_EQ(matrix.view.rows(), 3);
  ASSERT_EQ(matrix.view.cols(), 3);
  EXPECT_EQ(matrix.row_names, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(matrix.column_names, (std::vector<std::string>{"x", "y", "z"}));
  for (Index i = 0; i < 3; ++i) {
    for (Index j = 0; j < 3; ++j) {
      const double expected = i == 0 && j == 0 ? 1 : i == 1 && j == 1 ? 5 : std::nan("");
      const auto found = entry<double>(matrix.view, i, j);
      EXPECT_TRUE(found == expected || (std::isnan(found) && std::isnan(expected)))
          << i << ", " << j << ": " << found;
    }
  }
  EXPECT_THROW(io::read_csv("1,2\n3,x\n", {.missing = io::MissingCells::nan}, "A.csv"),
               InvalidArgument);
}

TEST(CsvReader, RefusesRowsOfUnequalLength) {
  EXPECT_EQ(refusal("1,2,3\n4,5\n"),
            "A.csv: line 2 has 2 cells, but line 1 has 3; every row needs the same number");
  EXPECT_EQ(refusal("a,b\n1,2\n3,4,5\n"),
            "A.csv: line 3 has 3 cells, but line 1 has 2; every row needs the same number");
  EXPECT_EQ(refusal("1,2\n3\n"),
            "A.csv: line 2 has 1 cell, but line 1 has 2; every row needs the same number");
  EXPECT_EQ(
      refusal("a,b\n1,2,3\n"),
      "A.csv: line 2 has 3 cells, but line 1 has 2; every row needs the same number; where "
      "the first column names the rows and the header leaves it out, as R does, say index = 1");
  EXPECT_NE(refusal("x,1,1\ny,1\n").find("line 2 has 2 cells"), std::string::npos);
}

TEST(CsvReader, RefusesABlankLineBetweenRows) {
  EXPECT_EQ(refusal("1,2\n\n3,4\n"),
            "A.csv: line 2 is blank, but line 3 is not; take the blank lines out");
}

TEST(CsvReader, RefusesAFileWithoutNumbers) {
  EXPECT_EQ(refusal(""), "A.csv: is empty; it must hold at least one row of numbers");
  EXPECT_EQ(refusal("\xEF\xBB\xBF \n\n"),
            "A.csv: is empty; it must hold at least one row of numbers");
  EXPECT_EQ(refusal("a,b\n\n"),
            "A.csv: line 1 holds names (\"a\", ...) and no row of numbers follows");
}

TEST(CsvReader, RefusesQuotesThatDoNotClose) {
  EXPECT_EQ(refusal("1,2\n3,\"4\n5,6\n"),
            "A.csv: line 2, column 2: a quote opens that does not close");
  EXPECT_NE(refusal("1,\"2\"3\n").find("text follows the closing quote of \"2\""),
            std::string::npos);
}

TEST(CsvReader, RefusesUtf16) {
  EXPECT_EQ(refusal(std::string_view("\xFF\xFE"
                                     "1\0",
                                     4)),
            "A.csv: is UTF-16 text; save it as UTF-8");
}

TEST(CsvReader, ShortensAndCleansWhatItQuotes) {
  const std::string words = refusal("1,2\n3,\x1b[31m" + std::string(1000, 'x') + "\n");

  EXPECT_LT(words.size(), 120U);
  EXPECT_NE(words.find("?[31mxxx"), std::string::npos);
  EXPECT_NE(words.find("...\" is not a number"), std::string::npos);
}

}  // namespace
}  // namespace nonneg::test
