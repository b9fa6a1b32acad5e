// SPDX-License-Identifier: Apache-2.0
// Delimiters, decimal points, comments and line ends of tables.
#include "io/csv_reader.hpp"
#include "io_testing.hpp"
#include "nonneg/error.hpp"

namespace nonneg::test {
namespace {

using Values = std::vector<double>;

Values read(std::string_view text, const TableOptions& table = {},
            io::CsvDialect dialect = io::CsvDialect::comma) {
  const io::LoadedMatrix matrix = io::read_csv(text, {.dialect = dialect, .table = table}, "A.csv");
  return entries<double>(matrix.view);
}

std::string refusal(std::string_view text, const TableOptions& table = {},
                    io::CsvDialect dialect = io::CsvDialect::comma) {
  return words_of<InvalidArgument>([&] { read(text, table, dialect); });
}

void expect_says(const std::string& words, std::string_view part) {
  EXPECT_NE(words.find(part), std::string::npos) << words;
}

TEST(TableSyntax, TakesTheDelimiterThatIsAskedFor) {
  TableOptions table;
  for (const auto& [delimiter, text] :
       std::vector<std::pair<std::string, std::string>>{{"|", "a|b\n1|2\n"},
                                                        {"tab", "a\tb\n1\t2\n"},
                                                        {"\t", "a\tb\n1\t2\n"},
                                                        {";", "a;b\n1;2\n"},
                                                        {"space", " a  b\n1 \t 2 \r\n"},
                                                        {"space", "\"a 1\" b\n 1 2\n"}}) {
    table.delimiter = delimiter;
    EXPECT_EQ(read(text, table), (Values{1, 2})) << text;
  }
  table.delimiter = "ab";
  expect_says(refusal("1,2\n", table), "delimiter = \"ab\": must be one character");
  table.delimiter = "e";
  expect_says(refusal("1,2\n", table), "delimiter = \"e\": must be one character");
}

TEST(TableSyntax, NamesTheDelimiterThatTheLinesHave) {
  expect_says(refusal("a\tb\n1\t2\n"), "delimiter = tab");
  expect_says(refusal("1 2 3\n4 5 6\n"), "delimiter = space");
  expect_says(refusal("a|b\n1|2\n"), "delimiter = '|'");
  expect_says(refusal("a,b\n1,2\n", {}, io::CsvDialect::tab), "has no tabs");
  TableOptions table;
  table.delimiter = ",";
  expect_says(refusal("a;b\n1;2\n", table), "has no ',' between cells");
  expect_says(refusal("a;b\n1;2\n", table), "delimiter = ';'");
  expect_says(refusal("a,b\n1,2\n", {}, io::CsvDialect::tab), "delimiter = ','");
  EXPECT_EQ(read("fat in percent\n1\n2\n"), (Values{1, 2}));
}

TEST(TableSyntax, ReadsDecimalCommasWhereTheyAreAskedFor) {
  TableOptions comma;
  comma.decimal = ',';
  EXPECT_EQ(read("a;b\n1,5;2\n-0,25;1e3\n", comma), (Values{1.5, 2, -0.25, 1000}));
  expect_says(refusal("a;b\n1.5;2\n", comma), "line 2, column 1: \"1.5\" is not a number");
  expect_says(refusal("a;b\n1;2\n1,5;2\n"), "decimal = ','");
  expect_says(refusal("1,5;2,5\n3,5;4,5\n"), "delimiter = ';' and decimal = ','");
  expect_says(refusal("a,b\n1,2\n", comma), "decimal or stand between cells cannot be told");
  TableOptions both = comma;
  both.delimiter = ",";
  expect_says(refusal("1,5\n", both), "are one character");
}

TEST(TableSyntax, TakesExcelsDeclarationForWhatItSays) {
  EXPECT_EQ(read("sep=;\r\na;b\r\n1;2\r\n"), (Values{1, 2}));
  EXPECT_EQ(read("\"sep=|\"\na|b\n1|2\n"), (Values{1, 2}));
  expect_says(refusal("sep=;\na;b\n1;x\n"), "line 3, column 2");
}

TEST(TableSyntax, LeavesOutCommentsWhereThatIsAskedFor) {
  TableOptions comment;
  comment.comment = "#";
  EXPECT_EQ(read("# made by hand\na,b\n#\n1,2\n # more\n3,4\n#", comment), (Values{1, 2, 3, 4}));
  expect_says(refusal("#a,b\n1,2\n"), "comment = '#'");
  comment.comment.clear();
  comment.header = true;
  EXPECT_EQ(read("#a,b\n1,2\n", comment), (Values{1, 2}));
}

TEST(TableSyntax, RefusesLinesThatEndInCarriageReturnsAlone) {
  expect_says(refusal("a,b\r1,2\r3,4\r"), "carriage returns alone");
  EXPECT_EQ(read("1,2\r"), (Values{1, 2}));
}

}  // namespace
}  // namespace nonneg::test
