// SPDX-License-Identifier: Apache-2.0
// Dense data sets of HDF5 files, and which matrix of a file is meant.
#include <fstream>

#include "nonneg/error.hpp"
#include "sparse_files.hpp"

namespace nonneg::test {
namespace {

using Values = std::vector<double>;

template <class E>
void expect_dense(const std::string& name, const std::vector<double>& expected,
                  bool mapped = true) {
  const MatrixFile file = MatrixFile::open(sparse_file(name));
  EXPECT_FALSE(file.view().sparse()) << name;
  EXPECT_EQ(file.mapped(), mapped) << name;
  const std::vector<E> found = entries<E>(file.view());
  EXPECT_EQ(Values(found.begin(), found.end()), expected) << name;
}

std::string refusal(const std::string& name, const std::string& dataset = {}) {
  OpenOptions options;
  options.dataset = dataset;
  return words_of<InvalidArgument>([&] { MatrixFile::open(sparse_file(name), options); });
}

TEST(Hdf5, MapsADataSetThatLiesInOnePiece) {
  expect_dense<std::uint8_t>("dense_uint8.h5", script_matrix(4));
  expect_dense<std::int16_t>("dense_int16.h5", script_matrix(4));
  expect_dense<std::uint32_t>("dense_uint32.h5", script_matrix(4));
  expect_dense<std::int64_t>("dense_int64.h5", script_matrix(4));
  expect_dense<float>("dense_float32.h5", script_matrix(4));
  expect_dense<double>("dense_float64.h5", script_matrix(4));
}

TEST(Hdf5, ReadsADataSetThatIsCompressedOrOfAnotherByteOrder) {
  expect_dense<double>("dense_chunked.hdf5", script_matrix(), false);
  expect_dense<float>("dense_big_endian.h5", script_matrix(4), false);
  const MatrixFile file = MatrixFile::open(sparse_file("dense_chunked.hdf5"));
  EXPECT_EQ(file.dataset(), "/group/A");
  EXPECT_EQ(file.format(), "hdf5");
}

TEST(Hdf5, ReadsBinary16AndBooleans) {
  const MatrixFile halves = MatrixFile::open(sparse_file("dense_float16.h5"));
  EXPECT_TRUE(halves.mapped());
  EXPECT_EQ(halves.view().type(), ElementType::float16);
  EXPECT_EQ(entry<Half>(halves.view(), 0, 1).bits, 0x4000);
  const MatrixFile booleans = MatrixFile::open(sparse_file("bool.h5"));
  EXPECT_EQ(entry<std::uint8_t>(booleans.view(), 0, 1), 1);
  EXPECT_EQ(entry<std::uint8_t>(booleans.view(), 0, 2), 0);
}

TEST(Hdf5, TakesThePlaceFromThePathOrTheOptions) {
  OpenOptions options;
  options.dataset = "deeper/B";
  const MatrixFile by_option = MatrixFile::open(sparse_file("two_data_sets.h5"), options);
  const MatrixFile by_path = MatrixFile::open(sparse_file("two_data_sets.h5:/deeper/B"));

  EXPECT_EQ(entry<double>(by_option.view(), 0, 1), 4);
  EXPECT_EQ(entry<double>(by_path.view(), 0, 1), 4);
  EXPECT_EQ(by_path.path(), sparse_file("two_data_sets.h5"));
  EXPECT_EQ(by_path.dataset(), "/deeper/B");
  EXPECT_NE(refusal("two_data_sets.h5:/A", "/deeper/B").find("give one of them"),
            std::string::npos);
}

TEST(Hdf5, NamesWhatThereIsToChooseFrom) {
  const std::string two = sparse_file("two_data_sets.h5");
  EXPECT_EQ(refusal("two_data_sets.h5"), two +
                                             ": holds 2 matrices, and one must be chosen with "
                                             "--dataset PATH or as " +
                                             two + ":PATH; it has /A, /deeper/B");
  EXPECT_EQ(refusal("two_data_sets.h5", "/C"),
            two + ": /C is not in it; the file holds /A, /deeper/B");
  EXPECT_EQ(refusal("dense_chunked.hdf5", "/group/vector"),
            sparse_file("dense_chunked.hdf5") +
                ": /group/vector is no matrix of numbers; the file holds /group/A");
}

TEST(Hdf5, RefusesAFileWithoutAMatrix) {
  const std::string words = refusal("no_matrix.h5");

  EXPECT_NE(words.find("holds no matrix"), std::string::npos) << words;
  EXPECT_NE(words.find("have a group /matrix"), std::string::npos) << words;
}

TEST(Hdf5, SaysInLibhdf5sWordsWhatIsDamagedAndPrintsNothing) {
  const std::string cut = sparse_file("cut_short_cell_ranger.h5");
  testing::internal::CaptureStderr();

  const std::string words = words_of<IoError>([&] { MatrixFile::open(cut); });

  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_TRUE(words.starts_with(cut + ": cannot open: truncated file")) << words;
  const TemporaryDirectory directory;
  const std::string text = directory.write("A.h5", "1,2,3\n");
  EXPECT_TRUE(words_of<InvalidArgument>([&] {
                MatrixFile::open(text);
              }).starts_with(text + ": is not an HDF5 file"));
  const std::string empty = directory.write("B.h5ad", "");
  EXPECT_TRUE(words_of<InvalidArgument>([&] {
                MatrixFile::open(empty);
              }).starts_with(empty + ": is empty"));
  const std::string missing = directory.file("C.h5");
  EXPECT_EQ(words_of<IoError>([&] { MatrixFile::open(missing + ":/X"); }),
            missing + ": cannot open: No such file or directory");
}

TEST(Hdf5, SurvivesAnyByteBeingWrong) {
  // Bytes of the metadata in turn: an answer or an Error, whatever it is.
  const std::string good = read_file(sparse_file("dense_uint8.h5"));
  const TemporaryDirectory directory;
  int refused = 0;
  for (std::size_t at = 8; at < good.size(); at += 61) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
    const std::string path = directory.write("A.h5", bytes);
    try {
      MatrixFile::open(path);
    } catch (const Error& error) {
      ++refused;
      EXPECT_TRUE(std::string_view(error.what()).starts_with(path)) << error.what();
    }
  }
  EXPECT_GT(refused, 1);
}

}  // namespace
}  // namespace nonneg::test
