#include "io/matrix_market_reader.hpp"

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

TEST(MatrixMarket, ReadsCoordinates) {
  expect_matrix(mtx(banner("coordinate real general",
                           "% a comment\n\n  2 3 3\n1 1 0.5\n% another\n2 3 4e1\n\n1 2 +7\n")),
                2, {0.5, 7, 0, 0, 0, 40});
}

TEST(MatrixMarket, SumsRepeatedEntries) {
  expect_matrix(mtx(banner("coordinate integer general", "1 2 3\n1 2 4\n1 1 1\n1 2 5\n")), 1,
                {1, 9});
}

TEST(MatrixMarket, ReadsAPatternAsOnes) {
  expect_matrix(mtx(banner("coordinate pattern general", "2 2 2\n1 2\n2 1")), 2, {0, 1, 1, 0});
}

TEST(MatrixMarket, MirrorsSymmetricCoordinates) {
  expect_matrix(mtx(banner("coordinate real symmetric", "2 2 2\n1 1 3\n2 1 5\n")), 2, {3, 5, 5, 0});
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
  expect_matrix(mtx("%%matrixmarket MATRIX Coordinate Real General\r\n1 1 1\r\n1 1 2\r\n"), 1, {2});
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

TEST(MatrixMarket, RefusesFewerOrMoreEntriesThanPromised) {
  EXPECT_EQ(refusal("coordinate real general", "2 3 9\n1 1 1\n2 1 1\n"),
            "A.mtx: is cut short: its sizes promise 9 entries, but 2 are there; copy it again, or "
            "correct the sizes");
  EXPECT_EQ(refusal("coordinate real general", "2 3 1\n1 1 1\n2 1 1\n"),
            "A.mtx: line 4: an entry more than the 1 that the sizes promise");
  EXPECT_NE(refusal("array real general", "2 2\n10\n20\n30\n").find("promise 4 entries, but 3"),
            std::string::npos);
  EXPECT_EQ(refusal("array real general", "1 1\n1\n2\n"),
            "A.mtx: line 4: a number more than the 1 that the sizes promise");
}

TEST(MatrixMarket, RefusesAnArrayThatPromisesMoreThanTheFileCouldHold) {
  EXPECT_EQ(refusal("array real general", "100000 100000\n1\n2\n"),
            "A.mtx: line 2: 100000 x 100000 promises 10000000000 numbers, but the 4 bytes that "
            "follow hold 2 at most");
}

TEST(MatrixMarket, RefusesADenseMatrixLargerThanMemory) {
  try {
    mtx(banner("coordinate real general", "100000 64000 1\n1 1 1\n"));
    FAIL() << "threw nothing";
  } catch (const OutOfMemory& error) {
    EXPECT_EQ(error.bytes_requested(), 51'200'000'000U);
    EXPECT_EQ(error.bytes_free(), kPlenty);
    EXPECT_TRUE(std::string_view(error.what())
                    .starts_with("A.mtx: cannot allocate 51.2 GB for it as a dense matrix (100000 "
                                 "x 64000 float64): 1.07 GB free; "))
        << error.what();
  }
}

TEST(MatrixMarket, RefusesSizesThatMakeNoSense) {
  EXPECT_NE(refusal("coordinate real general", "-1 3 1\n").find("none may be negative"),
            std::string::npos);
  EXPECT_NE(refusal("coordinate real general", "4294967296 4294967296 1\n").find("64 bits"),
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

}  // namespace
}  // namespace nonneg::test
