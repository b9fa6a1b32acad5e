// SPDX-License-Identifier: Apache-2.0
// What OpenOptions ask of a file, whatever its format: another format than its name says, its
// transpose, some of its columns; and folders.
#include <filesystem>

#include "io_testing.hpp"
#include "nonneg/error.hpp"
#include "nonneg/matrix_file.hpp"

namespace nonneg::test {
namespace {

using Names = std::vector<std::string>;
using Values = std::vector<double>;

constexpr std::string_view kSparse =
    "%%MatrixMarket matrix coordinate integer general\n2 3 3\n1 1 1\n1 3 2\n2 2 3\n";

TEST(Opening, TakesTheFormatThatIsAskedFor) {
  const TemporaryDirectory directory;
  OpenOptions options;
  options.format = "csv";
  EXPECT_EQ(entries<double>(MatrixFile::open(directory.write("A.txt", "1,2\n"), options).view()),
            (Values{1, 2}));
  EXPECT_EQ(MatrixFile::open(directory.write("A.txt.gz", gzipped("1,2\n")), options).format(),
            "csv.gz");
  options.format = "csv.gz";
  EXPECT_EQ(
      entries<double>(MatrixFile::open(directory.write("A.csv", gzipped("1,2\n")), options).view()),
      (Values{1, 2}));
  options.format = "triplets";
  const MatrixFile triplets =
      MatrixFile::open(directory.write("A.csv.gz", gzipped("u,i,r\na,x,1\n")), options);
  EXPECT_EQ(dense_entries(triplets.view().stored()), (Values{1}));
  EXPECT_EQ(triplets.format(), "triplets.gz");
  options.format = "xlsx";
  EXPECT_NE(words_of<InvalidArgument>([&] {
              MatrixFile::open(directory.file("A.csv"), options);
            }).find("format = xlsx: is none that nonneg reads"),
            std::string::npos);
}

TEST(Opening, NamesTheFormatThatAFileBeginsAs) {
  const TemporaryDirectory directory;
  const auto words = [&](const char* name, std::string_view bytes) {
    return words_of<InvalidArgument>([&] { MatrixFile::open(directory.write(name, bytes)); });
  };
  EXPECT_NE(words("A.csv", gzipped("1,2\n")).find("format = csv.gz"), std::string::npos);
  EXPECT_NE(words("B.npy", gzipped("1,2\n")).find("format = npy.gz"), std::string::npos);
  EXPECT_NE(words("C.csv", kSparse).find("a MatrixMarket file, not csv"), std::string::npos);
  EXPECT_NE(words("D.mtx", "\x89HDF\r\n\x1a\n").find("format = h5"), std::string::npos);
  EXPECT_NE(words("E.csv", "PAR1\x15").find("a Parquet file"), std::string::npos);
}

TEST(Opening, TransposesWithTheNames) {
  const TemporaryDirectory directory;
  OpenOptions options;
  options.transpose = true;

  const MatrixFile dense =
      MatrixFile::open(directory.write("A.csv", "id,x,y\nann,1,2\nbob,3,4\ncy,5,6\n"), options);
  EXPECT_EQ(entries<double>(dense.view()), (Values{1, 3, 5, 2, 4, 6}));
  EXPECT_EQ(dense.row_names(), (Names{"x", "y"}));
  EXPECT_EQ(dense.column_names(), (Names{"ann", "bob", "cy"}));

  const MatrixFile sparse = MatrixFile::open(directory.write("A.mtx", kSparse), options);
  EXPECT_EQ(sparse.view().rows(), 3);
  EXPECT_EQ(dense_entries(sparse.view().stored()), (Values{1, 0, 0, 3, 2, 0}));

  const MatrixFile mapped = MatrixFile::open(
      directory.write("A.npy", npy_bytes("{'descr':'|u1','fortran_order':False,'shape':(2,3)}",
                                         "\x01\x02\x03\x04\x05\x06")),
      options);
  EXPECT_TRUE(mapped.mapped());
  EXPECT_EQ(entries<std::uint8_t>(mapped.view()), (std::vector<std::uint8_t>{1, 4, 2, 5, 3, 6}));
}

TEST(Opening, KeepsTheColumnsOfAList) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("A.csv", "id,x,y,z,z\nann,1,2,3,4\nbob,5,6,7,8\n");
  OpenOptions options;
  options.select_columns = directory.write("list.txt", "y\nx\n");
  const MatrixFile file = MatrixFile::open(path, options);
  EXPECT_EQ(entries<double>(file.view()), (Values{1, 2, 5, 6}));
  EXPECT_EQ(file.column_names(), (Names{"x", "y"}));

  options.column_names = directory.write("names.txt", "a\ny\nx\n");
  const MatrixFile sparse = MatrixFile::open(directory.write("A.mtx", kSparse), options);
  EXPECT_EQ(dense_entries(sparse.view().stored()), (Values{0, 2, 3, 0}));

  options.column_names.clear();
  options.select_columns = directory.write("list.txt", "x\nnothing\nnobody\n");
  EXPECT_EQ(words_of<InvalidArgument>([&] { MatrixFile::open(path, options); }),
            options.select_columns + ": names 2 columns that " + path +
                " does not have: nothing, nobody; take them out of the list");
  options.select_columns = directory.write("list.txt", "z\n");
  EXPECT_NE(
      words_of<InvalidArgument>([&] { MatrixFile::open(path, options); }).find("more than once"),
      std::string::npos);
  EXPECT_NE(words_of<InvalidArgument>([&] {
              MatrixFile::open(directory.write("B.csv", "1,2\n"), options);
            }).find("column_names"),
            std::string::npos);
}

TEST(Opening, TransposesBeforeColumnsAreKept) {
  const TemporaryDirectory directory;
  OpenOptions options;
  options.transpose = true;
  options.select_columns = directory.write("genes.txt", "g2\n");

  const MatrixFile file =
      MatrixFile::open(directory.write("A.csv", "gene,s1,s2\ng1,1,2\ng2,3,4\ng3,5,6\n"), options);

  EXPECT_EQ(entries<double>(file.view()), (Values{3, 4}));
  EXPECT_EQ(file.row_names(), (Names{"s1", "s2"}));
  EXPECT_EQ(file.column_names(), Names{"g2"});
}

TEST(Opening, ReadsTenXFolders) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path() / "cells");
  directory.write("cells/matrix.mtx.gz", gzipped(kSparse));
  directory.write("cells/barcodes.tsv.gz", gzipped("AA-1\nCC-1\nGG-1\n"));
  const std::string folder = directory.file("cells");
  EXPECT_NE(words_of<InvalidArgument>([&] {
              MatrixFile::open(folder);
            }).find("is a folder without features.tsv"),
            std::string::npos);
  directory.write("cells/features.tsv.gz",
                  gzipped("ENSG0\tTP53\tGene Expression\nENSG1\tKRAS\tGene Expression\n"));

  const MatrixFile file = MatrixFile::open(folder);
  EXPECT_EQ(dense_entries(file.view().stored()), (Values{1, 0, 2, 0, 3, 0}));
  EXPECT_EQ(file.row_names(), (Names{"TP53", "KRAS"}));
  EXPECT_EQ(file.column_names(), (Names{"AA-1", "CC-1", "GG-1"}));
  EXPECT_EQ(file.path(), directory.file("cells/matrix.mtx.gz"));

  OpenOptions options;
  options.transpose = true;
  const MatrixFile turned = MatrixFile::open(folder, options);
  EXPECT_EQ(turned.row_names(), (Names{"AA-1", "CC-1", "GG-1"}));
  EXPECT_EQ(turned.column_names(), (Names{"TP53", "KRAS"}));
}

TEST(Opening, ReadsNamesFromCompressedFilesAndRefusesFieldsForNames) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("A.csv", "1,2\n3,4\n");
  OpenOptions options;
  options.row_names = directory.write("names.gz", gzipped("one\ntwo\n"));
  EXPECT_EQ(MatrixFile::open(path, options).row_names(), (Names{"one", "two"}));

  options.row_names = directory.write("names.tsv", "a\tb\nc\td\n");
  EXPECT_NE(words_of<InvalidArgument>([&] { MatrixFile::open(path, options); }).find("cut -f1"),
            std::string::npos);
}

}  // namespace
}  // namespace nonneg::test
