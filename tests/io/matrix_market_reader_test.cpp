// SPDX-License-Identifier: Apache-2.0
#include "io/matrix_market_reader.hpp"

#include <string>

#include "io_testing.hpp"
#include "nonneg/error.hpp"

namespace nonneg::test {
namespace {

using Values = std::vector<double>;

constexpr std::uint64_t kPlenty = std::uint64_t{1} << 30;

io::LoadedMatrix mtx(std::string_view text) {
  return io::read_matrix_market(text, "A.mtx", kPlenty);
}

std::string banner(std::string_view kind, std::string_view rest) {
  return "%%MatrixMarket matrix " + std::string(kind) + "\n" + std::string(rest);
}

std::string refusal(std::string_view kind, std::string_view rest) {
  return words_of<InvalidArgument>([&] { mtx(banner(kind, rest)); });
}

void expect_matrix(const io::LoadedMatrix& matrix, Index rows, const Values& values) {
  EXPECT_TRUE(matrix.view.row_major());
  EXPECT_EQ(matrix.view.rows(), rows);
  EXPECT_EQ(entries<double>(matrix.view), values);
}

void expect_sparse(const io::LoadedMatrix& matrix, Index rows, ElementType type, Index stored,
                   const Values& values) {
  ASSERT_TRUE(matrix.view.sparse());
  EXPECT_EQ(matrix.view.type(), type);
  EXPECT_EQ(matrix.view.rows(), rows);
  EXPECT_EQ(matrix.view.stored().entries(), stored);
  EXPECT_EQ(dense_entries(matrix.view.stored()), values);
}

TEST(MatrixMarket, KeepsCoordinatesSparse) {
  expect_sparse(mtx(banner("coordinate real general",
                           "% a comment\n\n  2 3 3\n1 1 0.5\n% another\n2 3 4e1\n\n1 2 +7\n")),
                2, ElementType::float64, 3, {0.5, 7, 0, 0, 0, 40});
}

TEST(MatrixMarket, SumsRepeatedEntries) {
  expect_sparse(mtx(banner("coordinate integer general", "1 2 3\n1 2 4\n1 1 1\n1 2 5\n")), 1,
                ElementType::float32, 2, {1, 9});
}

TEST(MatrixMarket, KeepsIntegersInFloat32AsLongAsItHoldsThem) {
  const auto text = [](const std::string& last) {
    return banner("coordinate integer general", "1 3 3\n1 1 16777216\n1 2 1\n1 3 " + last + "\n");
  };
  expect_sparse(mtx(text("5")), 1, ElementType::float32, 3, {16777216, 1, 5});
  expect_sparse(mtx(text("16777217")), 1, ElementType::float64, 3, {16777216, 1, 16777217});
  expect_sparse(mtx(text("9007199254740991")), 1, ElementType::float64, 3,
                {16777216, 1, 9007199254740991});
  // A sum that float32 would round.
  expect_sparse(mtx(banner("coordinate integer general", "1 1 2\n1 1 16777216\n1 1 1\n")), 1,
                ElementType::float64, 1, {16777217});
}

TEST(MatrixMarket, ReadsAPatternAsOnes) {
  expect_sparse(mtx(banner("coordinate pattern general", "2 2 2\n1 2\n2 1")), 2,
                ElementType::float32, 2, {0, 1, 1, 0});
}

TEST(MatrixMarket, MirrorsSymmetricCoordinates) {
  expect_sparse(mtx(banner("coordinate real symmetric", "2 2 2\n1 1 3\n2 1 5\n")), 2,
                ElementType::float64, 3, {3, 5, 5, 0});
}

TEST(MatrixMarket, TakesMemoryForEntriesAndNotForSizes) {
  // A dense copy would be 8 PB.
  const io::LoadedMatrix matrix =
      mtx(banner("coordinate real general", "1000000 1000000000 2\n1000000 1000000000 2\n1 1 3\n"));

  ASSERT_TRUE(matrix.view.sparse());
  EXPECT_EQ(matrix.view.rows(), 1'000'000);
  EXPECT_EQ(matrix.view.cols(), 1'000'000'000);
  EXPECT_EQ(matrix.view.stored().columns()[0], 0);
  EXPECT_EQ(matrix.view.stored().columns()[1], 999'999'999);
  EXPECT_LT(matrix.view.bytes(), 8'100'000U);
}

TEST(MatrixMarket, ReadsAnArrayColumnByColumn) {
  expect_matrix(mtx(banner("array real general", "2 3\n1\n2\n3\n4\n5\n6\n")), 2,
                {1, 3, 5, 2, 4, 6});
  expect_matrix(mtx(banner("array integer general", "2 2\n1 2 3\n4")), 2, {1, 3, 2, 4});
}

TEST(MatrixMarket, ReadsTheLowerHalfOfASymmetricArray) {
  expect_matrix(mtx(banner("array real symmetric", "3 3\n1\n2\n3\n4\n5\n6\n")), 3,
                {1, 2, 3, 2, 4, 5, 3, 5, 6});
}

TEST(MatrixMarket, ReadsTheBannerInAnyCaseAndWithCarriageReturns) {
  expect_sparse(mtx("%%matrixmarket MATRIX Coordinate Real General\r\n1 1 1\r\n1 1 2\r\n"), 1,
                ElementType::float64, 1, {2});
}

TEST(MatrixMarket, ReadsAMatrixWithoutEntries) {
  const io::LoadedMatrix matrix = mtx(banner("coordinate real general", "0 4 0\n"));

  EXPECT_EQ(matrix.view.rows(), 0);
  EXPECT_EQ(matrix.view.cols(), 4);
}

TEST(MatrixMarket, RefusesKindsThatItDoesNotRead) {
  EXPECT_EQ(refusal("coordinate complex general", ""),
            "A.mtx: line 1: field \"complex\" is not read; real, integer and pattern are");
  EXPECT_NE(refusal("coordinate real skew-symmetric", "").find("has negative entries"),
            std::string::npos);
  EXPECT_NE(refusal("coordinate real hermitian", "").find("\"hermitian\" is not read"),
            std::string::npos);
  EXPECT_NE(refusal("sparse real general", "").find("form \"sparse\" is unknown"),
            std::string::npos);
  EXPECT_NE(refusal("array pattern general", "").find("pattern goes with coordinate"),
            std::string::npos);
  EXPECT_NE(words_of<InvalidArgument>([] { mtx("1 1 1\n"); }).find("line 1: a MatrixMarket file"),
            std::string::npos);
  EXPECT_NE(words_of<InvalidArgument>([] { mtx(""); }).find("line 1: a MatrixMarket file"),
            std::string::npos);
}

TEST(MatrixMarket, RefusesIndicesOutsideWithTheLine) {
  EXPECT_EQ(refusal("coordinate real general", "2 3 2\n1 1 1\n3 1 1\n"),
            "A.mtx: line 4: row 3 lies outside 1 ... 2");
  EXPECT_EQ(refusal("coordinate real general", "2 3 1\n% zero-based\n1 0 1\n"),
            "A.mtx: line 4: column 0 lies outside 1 ... 3");
}

TEST(MatrixMarket, RefusesFewerOrMoreEntriesThanPromisedWithTheLineThatPromises) {
  EXPECT_EQ(refusal("coordinate real general", "2 3 3\n1 1 1000\n2 1 1000\n"),
            "A.mtx: is cut short: line 2 promises 3 entries, but 2 are there; copy it again, or "
            "correct that line");
  EXPECT_EQ(refusal("coordinate real general", "2 3 9\n1 1 1\n2 1 1\n"),
            "A.mtx: line 2: 2 x 3 promises 9 entries, but the 12 bytes that follow hold 3 at most");
  EXPECT_EQ(refusal("coordinate real general", "2 3 1\n1 1 1\n2 1 1\n"),
            "A.mtx: line 4: an entry more than the 1 that line 2 promises");
  EXPECT_NE(refusal("array real general", "2 2\n10\n20\n30\n").find("promises 4 entries, but 3"),
            std::string::npos);
  EXPECT_EQ(refusal("array real general", "1 1\n1\n2\n"),
            "A.mtx: line 4: a number more than the 1 that line 2 promises");
}

TEST(MatrixMarket, ReadsTheShortestLinesThatThereAre) {
  expect_sparse(mtx(banner("coordinate pattern general", "1 1 1\n1 1")), 1, ElementType::float32, 1,
                {1});
  expect_sparse(mtx(banner("coordinate real general", "1 2 2\n1 1 1\n1 2 1")), 1,
                ElementType::float64, 2, {1, 1});
}

TEST(MatrixMarket, RefusesSizesBeyondWhatASparseMatrixMayHave) {
  EXPECT_EQ(refusal("coordinate real general", "1 2147483648 0\n"),
            "A.mtx: line 2: 2147483648 columns: a sparse matrix may have at most 2147483647 "
            "columns");
  for (const char* rows : {"1000000000000", "9223372036854775807"}) {
    EXPECT_NE(words_of<OutOfMemory>([&] {
                mtx(banner("coordinate real general", rows + std::string(" 1 0\n")));
              }).find(std::string(rows) + " x 1 with 0 entries"),
              std::string::npos);
  }
}

TEST(MatrixMarket, RefusesAnArrayThatPromisesMoreThanTheFileCouldHold) {
  EXPECT_EQ(refusal("array real general", "100000 100000\n1\n2\n"),
            "A.mtx: line 2: 100000 x 100000 promises 10000000000 numbers, but the 4 bytes that "
            "follow hold 2 at most");
}

TEST(MatrixMarket, RefusesADenseMatrixLargerThanMemory) {
  try {
    std::string numbers;
    for (int i = 0; i < 20000; ++i) numbers += "1\n";
    io::read_matrix_market(banner("array real general", "200 100\n" + numbers), "A.mtx", 1000);
    FAIL() << "threw nothing";
  } catch (const OutOfMemory& error) {
    EXPECT_EQ(error.bytes_requested(), 160'000U);
    EXPECT_EQ(error.bytes_free(), 1000U);
    EXPECT_TRUE(std::string_view(error.what())
                    .starts_with("A.mtx: cannot allocate 160 kB for it as a dense matrix (200 x "
                                 "100 float64): 1.00 kB free; "))
        << error.what();
  }
}

TEST(MatrixMarket, RefusesSizesThatMakeNoSense) {
  EXPECT_NE(refusal("coordinate real general", "-1 3 1\n").find("none may be negative"),
            std::string::npos);
  EXPECT_NE(refusal("array real general", "4294967296 4294967296\n").find("64 bits"),
            std::string::npos);
  EXPECT_NE(refusal("coordinate real general", "99999999999999999999 1 1\n").find("64 bits"),
            std::string::npos);
  EXPECT_EQ(refusal("coordinate real general", "2 3\n"),
            "A.mtx: line 2: the number of entries is missing");
  EXPECT_EQ(refusal("coordinate real general", "2 3 1 7\n"),
            "A.mtx: line 2: \"7\" follows where the line should end");
  EXPECT_NE(refusal("coordinate real symmetric", "2 3 0\n").find("a symmetric matrix is square"),
            std::string::npos);
  EXPECT_NE(refusal("array real general", "% nothing\n").find("ends before its sizes"),
            std::string::npos);
}

TEST(MatrixMarket, RefusesEntriesThatMakeNoSense) {
  EXPECT_EQ(refusal("coordinate real general", "2 3 1\n1 1 x\n"),
            "A.mtx: line 3: \"x\" is not a number");
  EXPECT_EQ(refusal("coordinate real general", "2 3 1\n1.5 1 1\n"),
            "A.mtx: line 3: the row is \"1.5\", which is not an integer");
  EXPECT_EQ(refusal("coordinate real general", "2 3 1\n1 1\n"),
            "A.mtx: line 3: the value of entry (1, 1) is missing");
  EXPECT_EQ(refusal("coordinate pattern general", "2 3 1\n1 1 1\n"),
            "A.mtx: line 3: \"1\" follows where the line should end");
  EXPECT_NE(refusal("coordinate real symmetric", "2 2 1\n1 2 1\n").find("above the diagonal"),
            std::string::npos);
  EXPECT_NE(refusal("array real general", "1 2\n1\n1e999\n").find("larger than a float64"),
            std::string::npos);
}

TEST(MatrixMarket, ReadsWhatSciPyFortranAndWindowsWrite) {
  expect_sparse(mtx(banner("coordinate unsigned-integer general", "%\n2 2 2\n1 2 4\n2 1 7\n")), 2,
                ElementType::float32, 2, {0, 4, 7, 0});
  expect_matrix(mtx(banner("array real general", "3 1\n1.5D+03\n2d-1\n-.5D0\n")), 3,
                {1500, 0.2, -0.5});
  expect_matrix(mtx("\xEF\xBB\xBF" + banner("array real general", "1 1\n2\n")), 1, {2});
  EXPECT_NE(refusal("array real general", "1 1\n1D\n").find("\"1D\" is not a number"),
            std::string::npos);
}

}  // namespace
}  // namespace nonneg::test
