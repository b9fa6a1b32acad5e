// SPDX-License-Identifier: Apache-2.0
// Which lines and columns hold names: found where only one reading makes sense, else asked for.
#include <limits>
#include <optional>

#include "io/csv_reader.hpp"
#include "io_testing.hpp"
#include "nonneg/error.hpp"

namespace nonneg::test {
namespace {

using Names = std::vector<std::string>;
using Values = std::vector<double>;

io::TableRequest with(std::optional<bool> header, std::optional<Index> index) {
  io::TableRequest request;
  request.table.header = header;
  request.table.index = index;
  return request;
}

void expect(std::string_view text, const io::TableRequest& request, const Values& values,
            const Names& column_names, const Names& row_names, const std::string& layout = {}) {
  SCOPED_TRACE(text);
  const io::LoadedMatrix matrix = io::read_csv(text, request, "A.csv");
  EXPECT_EQ(entries<double>(matrix.view), values);
  EXPECT_EQ(matrix.column_names, column_names);
  EXPECT_EQ(matrix.row_names, row_names);
  EXPECT_EQ(layout.empty() ? layout : matrix.layout, layout);
}

std::string refusal(std::string_view text, const io::TableRequest& request = {}) {
  return words_of<InvalidArgument>([&] { io::read_csv(text, request, "A.csv"); });
}

/// Whether the message asks for the option that decides.
void expect_asks(std::string_view text, const std::string& option,
                 const io::TableRequest& request = {}) {
  const std::string words = refusal(text, request);
  EXPECT_NE(words.find("cannot be told"), std::string::npos) << text << "\n" << words;
  EXPECT_NE(words.find(option), std::string::npos) << text << "\n" << words;
}

TEST(TableLayout, AsksForAHeaderOfNumbersBesideAWord) {
  const std::string_view text = "gene,0,1,2\ng1,5,6,7.5\ng2,8,9,1\n";

  expect_asks(text, "header = yes");
  expect_asks("\"gene\",\"0\",\"1\"\n\"g1\",\"5\",\"6\"\n", "header = yes");
  expect(text, with(true, {}), {5, 6, 7.5, 8, 9, 1}, {"0", "1", "2"}, {"g1", "g2"},
         "columns named 0, 1, 2; first column as row names");
  expect(text, with(false, {}), {0, 1, 2, 5, 6, 7.5, 8, 9, 1}, {}, {"gene", "g1", "g2"},
         "no names of columns; first column as row names");
}

TEST(TableLayout, TakesLabelsToDifferFromEachOther) {
  expect("ann,1,1\nbob,3,4\n", {}, {1, 1, 3, 4}, {}, {"ann", "bob"});
  expect("0,0,3\n1,0,2\n5,1,1\n", {}, {0, 0, 3, 1, 0, 2, 5, 1, 1}, {}, {});
}

TEST(TableLayout, TakesNumbersBesideAnEmptyCornerForNames) {
  const std::string_view text = ",2001,2002,2003\n10,5,6,7.5\n11,8,9,1\n";
  io::TableRequest missing;
  missing.missing = io::MissingCells::nan;

  expect(text, {}, {5, 6, 7.5, 8, 9, 1}, {"2001", "2002", "2003"}, {"10", "11"});
  expect_asks(text, "header =", missing);
  missing.table.header = true;
  expect(text, missing, {5, 6, 7.5, 8, 9, 1}, {"2001", "2002", "2003"}, {"10", "11"});
}

TEST(TableLayout, AsksWhereTheFirstLineAscendsAsLabelsDo) {
  expect_asks("0,1,2,3\n3,7,3,4\n8,5,7,4\n", "header =");
  expect_asks("2001,2002,2003\n5,6,7.5\n", "header =");
  expect_asks("0.0,21.5,43.0,64.5\n5,6,7,9\n", "header =");
  expect_asks("3,17,5\n8.5,6.0,5.0\n1.5,2.0,0.5\n", "header =");
  expect("0,1,2,3\n3,7,3,4\n", with(true, {}), {3, 7, 3, 4}, {"0", "1", "2", "3"}, {});
  expect("0,1,2\n3,4,5\n", {}, {0, 1, 2, 3, 4, 5}, {}, {});
  expect("2019,2020\n1,2\n", {}, {2019, 2020, 1, 2}, {}, {});
}

TEST(TableLayout, AsksWhereANumberGoneWrongMayBeAName) {
  const std::string_view text = "5,6,7.5x\n1,2,3\n4,5,6\n";

  expect_asks(text, "\"7.5x\" in column 3");
  EXPECT_EQ(refusal(text, with(false, {})), "A.csv: line 1, column 3: \"7.5x\" is not a number");
  expect(text, with(true, {}), {1, 2, 3, 4, 5, 6}, {"5", "6", "7.5x"}, {});
  expect_asks("5x,6,7\n1,2,3\n", "header =");
  expect_asks("7.5x\n1\n2\n", "header =");
  expect_asks("2019,total\n1,2\n", "header =");
  expect("chr1,chr2,X\n1,2,3\n", {}, {1, 2, 3}, {"chr1", "chr2", "X"}, {});
}

TEST(TableLayout, TakesQuotesAloneForText) {
  expect("\"2001\",\"2002\"\n1,2\n", {}, {1, 2}, {"2001", "2002"}, {});
  expect("\"\",\"2001\",\"2002\"\n\"1\",5,6\n\"2\",7,8\n", {}, {5, 6, 7, 8}, {"2001", "2002"},
         {"1", "2"});
  expect("a,b,c\n\"10\",5,6\n\"11\",7,8\n", {}, {5, 6, 7, 8}, {"b", "c"}, {"10", "11"});
}

TEST(TableLayout, AsksWhereTheFirstColumnLooksLikeLabels) {
  const std::string_view text = "id,a,b\n0,5,6\n1,8,9\n2,1,1\n";

  expect_asks(text, "index = 1");
  expect(text, with({}, 1), {5, 6, 8, 9, 1, 1}, {"a", "b"}, {"0", "1", "2"});
  expect(text, with({}, 0), {0, 5, 6, 1, 8, 9, 2, 1, 1}, {"id", "a", "b"}, {},
         "columns named id, a, b; no row names");
  expect_asks("t,a\n0.1,5\n0.3,6\n0.4,2\n0.7,1\n0.9,9\n1.1,3\n1.2,1\n1.9,0\n", "index =");
  expect_asks("id,a\n71,5.5\n12,6.5\n33,0.5\n", "index =");
  expect_asks("year,2019\n1,2\n", "index =");
  expect("Unnamed: 0,a\n0,5\n1,6\n2,9\n", {}, {5, 6, 9}, {"a"}, {"0", "1", "2"});
}

TEST(TableLayout, AsksWhereFewLinesCountUpOrCodesStandInTheFirstColumn) {
  expect_asks("comp,a,b\n1,1,0\n2,0,1\n", "index =");
  expect_asks("zip,a\n01234,1\n00501,3\n02999,5\n", "index =");
  expect_asks("GeneID,s1,s2\n100287102,10.5,20\n653635,30,40\n102466751,5,6\n", "index =");
  expect("a,b,c\n5,1,0\n2,0,1\n", {}, {5, 1, 0, 2, 0, 1}, {"a", "b", "c"}, {});
}

TEST(TableLayout, RefusesAColumnOfDataWithoutAName) {
  const std::string_view text = ",,a,b\np,1,10,20\np,2,30,40\n";
  io::TableRequest request;

  EXPECT_EQ(refusal(text),
            "A.csv: the header leaves column 2 without a name; give it one, or let drop_columns = "
            "'' leave out such columns, as further levels of row names are");
  request.drop_columns = {""};
  expect(text, request, {10, 20, 30, 40}, {"a", "b"}, {"p", "p"});
  EXPECT_NE(refusal("a,,b\n1,2,3\n").find("leaves column 2"), std::string::npos);
}

TEST(TableLayout, TakesRowNamesFromAnyColumn) {
  expect("a,id,b\n1,x,2\n3,y,4\n", with({}, 2), {1, 2, 3, 4}, {"a", "b"}, {"x", "y"},
         "columns named a, b; column 2 as row names");
  EXPECT_EQ(refusal("a,b\n1,2\n", with({}, 3)),
            "A.csv: index = 3: must be the number of a column, from 1 to 2, or 0 for none");
}

TEST(TableLayout, ReadsRsHeaderAboveNumericRowNames) {
  expect("x,y\n1,5,6\n2,7,8\n", with({}, 1), {5, 6, 7, 8}, {"x", "y"}, {"1", "2"});
}

TEST(TableLayout, LeavesOutTheEmptyCellsBehindTheLastDelimiter) {
  const std::string_view text = "n\ta\tb\tc\ng1\t5\t6\t7.5\t\ng2\t8\t9\t1\t\n";
  io::TableRequest tabs;
  tabs.dialect = io::CsvDialect::tab;

  for (const io::MissingCells missing : {io::MissingCells::refused, io::MissingCells::nan}) {
    tabs.missing = missing;
    expect(text, tabs, {5, 6, 7.5, 8, 9, 1}, {"a", "b", "c"}, {"g1", "g2"},
           "columns named a, b, c; first column as row names; the empty cell at the end of each "
           "line left out");
  }
  expect("a,b,\n1,2,\n3,4,\n", {}, {1, 2, 3, 4}, {"a", "b"}, {});
  // More lines than are looked at before the layout is known.
  std::string late = "a,b,\n";
  for (int line = 0; line < 150; ++line) late += "1,2,\n";
  EXPECT_EQ(
      refusal(late + "3,4,5\n"),
      "A.csv: line 152, column 3: \"5\" is there, but the lines above end in a delimiter with "
      "nothing behind it; every row needs the same number of cells");
}

TEST(TableLayout, ReadsTruthValuesAsNumbers) {
  expect(",x,y\na,True,False\nb,FALSE,TRUE\n", {}, {1, 0, 0, 1}, {"x", "y"}, {"a", "b"});
}

TEST(TableLayout, SaysWhatToDoAboutAColumnOfText) {
  const std::string_view text = "cell,a,celltype,b\nc1,1,T,2\nc2,3,B,4\n";
  io::TableRequest request;

  EXPECT_EQ(refusal(text),
            "A.csv: line 2, column 3: \"T\" is not a number; let drop_columns = \"celltype\" leave "
            "that column of "
            "text out, or index = 3 take it for names of the rows");
  request.drop_columns = {"celltype"};
  expect(text, request, {1, 2, 3, 4}, {"a", "b"}, {"c1", "c2"},
         "columns named a, b; first column as row names; left out: celltype");
  request.drop_columns = {"celltype", "nothing"};
  EXPECT_EQ(refusal(text, request),
            "A.csv: has no column \"nothing\" to drop; its columns are \"cell\", \"a\", "
            "\"celltype\", \"b\"");
  request.drop_columns = {"cell", "a", "celltype", "b"};
  EXPECT_EQ(refusal(text, request), "A.csv: has no columns but those to drop");
}

TEST(TableLayout, DropsColumnsWithoutNamesByNumber) {
  io::TableRequest request;
  request.drop_columns = {"2"};

  expect("1,T,2\n3,B,4\n", request, {1, 2, 3, 4}, {}, {});
  request.drop_columns = {"4"};
  EXPECT_EQ(
      refusal("1,T,2\n3,B,4\n", request),
      "A.csv: has no names of columns, and \"4\" is no number of one; they count from 1 to 3");
}

}  // namespace
}  // namespace nonneg::test
