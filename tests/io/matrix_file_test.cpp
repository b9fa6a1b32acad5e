// SPDX-License-Identifier: Apache-2.0
#include "nonneg/matrix_file.hpp"

#include <sys/stat.h>

#include <cstring>
#include <thread>
#include <utility>

#include "base/memory_info.hpp"
#include "io_testing.hpp"
#include "nonneg/error.hpp"
#include "support/as_nobody.hpp"

namespace nonneg::test {
namespace {

using Values = std::vector<double>;

TEST(MatrixFile, FindsTheReaderByTheExtension) {
  const TemporaryDirectory directory;
  const std::string mtx = "%%MatrixMarket matrix array real general\n1 2\n1\n2\n";
  const std::vector<std::pair<std::string, std::string>> files = {{"csv", "1,2\n"},
                                                                  {"tsv", "1\t2\n"},
                                                                  {"mtx", mtx},
                                                                  {"csv.gz", gzipped("1,2\n")},
                                                                  {"tsv.gz", gzipped("1\t2\n")},
                                                                  {"mtx.gz", gzipped(mtx)}};
  for (const auto& [format, content] : files) {
    const MatrixFile file = MatrixFile::open(directory.write("A." + format, content));

    EXPECT_EQ(file.format(), format);
    EXPECT_FALSE(file.mapped());
    EXPECT_EQ(entries<double>(file.view()), (Values{1, 2})) << format;
  }
  EXPECT_EQ(MatrixFile::open(directory.write("B.CSV", "1,2\n")).format(), "csv");
}

TEST(MatrixFile, KeepsTheNamesOfRowsAndColumns) {
  const TemporaryDirectory directory;

  const MatrixFile file = MatrixFile::open(directory.write("A.csv", "id,x,y\nann,1,2\n"));

  EXPECT_EQ(file.row_names(), std::vector<std::string>{"ann"});
  EXPECT_EQ(file.column_names(), (std::vector<std::string>{"x", "y"}));
}

TEST(MatrixFile, KeepsASparseViewWhenMoved) {
  const TemporaryDirectory directory;
  const std::string mtx = "%%MatrixMarket matrix coordinate real general\n2 2 1\n2 1 5\n";
  MatrixFile first = MatrixFile::open(directory.write("A.mtx", mtx));

  const MatrixFile second = std::move(first);

  ASSERT_TRUE(second.view().sparse());
  EXPECT_EQ(dense_entries(second.view().stored()), (Values{0, 0, 5, 0}));
}

TEST(MatrixFile, TakesNamesFromFilesInPlaceOfItsOwn) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("A.csv", "id,x,y\nann,1,2\nbob,3,4\n");
  OpenOptions options;
  options.row_names = directory.write("rows.txt",
                                      "\xEF\xBB\xBF"
                                      "first\r\n second \n");
  options.column_names = directory.write("columns.txt", "\nlast");

  const MatrixFile file = MatrixFile::open(path, options);

  EXPECT_EQ(file.row_names(), (std::vector<std::string>{"first", " second "}));
  EXPECT_EQ(file.column_names(), (std::vector<std::string>{"", "last"}));
}

TEST(MatrixFile, RefusesNamesThatAreNotAsManyAsRowsOrColumns) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("A.csv", "1,2,3\n4,5,6\n");
  OpenOptions rows;
  rows.row_names = directory.write("rows.txt", "one\n");
  OpenOptions columns;
  columns.column_names = directory.write("columns.txt", "1\n2\n3\n4\n");

  EXPECT_EQ(words_of<InvalidArgument>([&] { MatrixFile::open(path, rows); }),
            rows.row_names +
                ": has 1 name, but the matrix has 2 rows; there must be one name a line for each");
  EXPECT_EQ(words_of<InvalidArgument>([&] { MatrixFile::open(path, columns); }),
            columns.column_names +
                ": has 4 names, but the matrix has 3 columns; there must be one "
                "name a line for each");
}

TEST(MatrixFile, RefusesADataSetOfAFileThatHoldsOneMatrix) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("A.csv", "1,2\n");
  OpenOptions options;
  options.dataset = "/X";

  EXPECT_EQ(
      words_of<InvalidArgument>([&] { MatrixFile::open(path, options); }),
      path + ": holds one matrix, and nothing called /X; only HDF5 and .npz files hold several");
}

TEST(MatrixFile, KeepsItsViewWhenMoved) {
  const TemporaryDirectory directory;
  MatrixFile first = MatrixFile::open(directory.write(
      "A.npy", npy_bytes("{'descr':'|u1','fortran_order':False,'shape':(1,2)}", "\x03\x04")));
  MatrixFile second = MatrixFile::open(directory.write("B.csv", "9\n"));

  second = std::move(first);

  EXPECT_TRUE(second.mapped());
  EXPECT_EQ(entries<std::uint8_t>(second.view()), (std::vector<std::uint8_t>{3, 4}));
}

TEST(MatrixFile, ReadsAPipe) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("pipe.npy");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&] {
    std::ofstream(path, std::ios::binary)
        << npy_bytes("{'descr':'|u1','fortran_order':False,'shape':(1,2)}", "\x03\x04");
  });

  const MatrixFile file = MatrixFile::open(path);
  writer.join();

  EXPECT_FALSE(file.mapped());
  EXPECT_EQ(entries<std::uint8_t>(file.view()), (std::vector<std::uint8_t>{3, 4}));
}

TEST(MatrixFile, RefusesAnUnknownExtensionWithThoseItKnows) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("faces.xlsx", "PK");

  EXPECT_EQ(words_of<InvalidArgument>([&] { MatrixFile::open(path); }),
            path +
                ": cannot tell the format from the name; let format = csv or the like say "
                "it; .npy, .csv, .tsv, .tab, .mtx and .triplets are read, each also compressed "
                "with .gz, .zst or "
                ".xz behind it, and .npz, .h5, .hdf5, .h5ad, .h5mu and .loom");
}

TEST(MatrixFile, SaysInTheSystemsWordsWhyItCannotOpen) {
  const TemporaryDirectory directory;
  const std::string missing = directory.file("missing.npy");
  const std::string folder = directory.file("folder.npy");
  std::filesystem::create_directory(folder);

  EXPECT_EQ(words_of<IoError>([&] { MatrixFile::open(missing); }),
            missing + ": cannot open: No such file or directory");
  EXPECT_EQ(words_of<IoError>([&] { MatrixFile::open(folder); }),
            folder + ": cannot read: Is a directory");
}

TEST(MatrixFile, SaysThatItMayNotRead) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("A.npy", "x");
  ASSERT_EQ(::chmod(path.c_str(), 0), 0);
  const AsNobody nobody;

  EXPECT_EQ(words_of<IoError>([&] { MatrixFile::open(path); }),
            path + ": cannot open: Permission denied");
}

TEST(MatrixFile, NamesAnEmptyFileInEveryFormat) {
  const TemporaryDirectory directory;
  for (const char* const format :
       {"npy", "csv", "tsv", "mtx", "npy.gz", "csv.gz", "tsv.gz", "mtx.gz"}) {
    const std::string path = directory.write(std::string("A.") + format, "");
    EXPECT_TRUE(
        words_of<InvalidArgument>([&] { MatrixFile::open(path); }).starts_with(path + ": "));
  }
}

TEST(MemoryInfo, FindsSomeMemory) {
  EXPECT_GT(available_memory_bytes(), std::uint64_t{1} << 20);
  EXPECT_LT(available_memory_bytes(), std::uint64_t{1} << 50);
}

}  // namespace
}  // namespace nonneg::test
