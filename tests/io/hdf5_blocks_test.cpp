// SPDX-License-Identifier: Apache-2.0
// HDF5 data sets in chunks, larger than what is read at a time.
#include <array>

#include "io/hdf5_file.hpp"
#include "nonneg/error.hpp"
#include "sparse_files.hpp"

namespace nonneg::test {
namespace {

constexpr Index kRows = 3001;
constexpr Index kCols = 4003;
constexpr Index kBytes = kRows * kCols * Index{sizeof(std::uint16_t)};

std::uint16_t entry_at(Index i, Index j) { return static_cast<std::uint16_t>(31 * i + j); }

/// A file with /A, kRows x kCols numbers in compressed chunks.
std::string chunked_file(const TemporaryDirectory& directory, hsize_t chunk_rows,
                         hsize_t chunk_cols) {
  std::string path = directory.file("A.h5");
  const io::Hdf5Session session;
  const io::Hdf5Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT),
                            H5Fclose);
  const std::array<hsize_t, 2> sizes{kRows, kCols};
  const std::array<hsize_t, 2> chunk{chunk_rows, chunk_cols};
  const io::Hdf5Handle space(H5Screate_simple(2, sizes.data(), nullptr), H5Sclose);
  const io::Hdf5Handle layout(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_chunk(layout.id(), 2, chunk.data());
  H5Pset_deflate(layout.id(), 1);
  const io::Hdf5Handle data(
      H5Dcreate2(file.id(), "A", H5T_STD_U16LE, space.id(), H5P_DEFAULT, layout.id(), H5P_DEFAULT),
      H5Dclose);
  std::vector<std::uint16_t> entries;
  for (Index i = 0; i < kRows; ++i) {
    for (Index j = 0; j < kCols; ++j) entries.push_back(entry_at(i, j));
  }
  EXPECT_GE(H5Dwrite(data.id(), H5T_NATIVE_UINT16, H5S_ALL, H5S_ALL, H5P_DEFAULT, entries.data()),
            0);
  return path;
}

TEST(Hdf5Blocks, AreReadIntoOneMatrixWhateverTheChunks) {
  const TemporaryDirectory directory;
  for (const auto& [chunk_rows, chunk_cols] :
       std::vector<std::pair<hsize_t, hsize_t>>{{7, 1000}, {2999, 50}, {1, kCols}}) {
    const MatrixFile file = MatrixFile::open(chunked_file(directory, chunk_rows, chunk_cols));
    EXPECT_FALSE(file.mapped());
    ASSERT_EQ(file.view().type(), ElementType::uint16);
    Index wrong = 0;
    for (Index i = 0; i < kRows; ++i) {
      for (Index j = 0; j < kCols; ++j) {
        wrong += entry<std::uint16_t>(file.view(), i, j) == entry_at(i, j) ? 0 : 1;
      }
    }
    EXPECT_EQ(wrong, 0) << chunk_rows << " x " << chunk_cols;
  }
}

TEST(Hdf5Blocks, TakeTheMatrixOnceAndAChunkTwiceOfTheMemory) {
  const TemporaryDirectory directory;
  const std::string path = chunked_file(directory, 100, 1000);
  constexpr Index kNeeded = kBytes + 2 * 100 * 1000 * Index{sizeof(std::uint16_t)};
  const io::Hdf5Session session;
  std::vector<std::byte> entries;
  const auto memory = [&entries](std::uint64_t bytes) {
    entries.resize(bytes);
    return entries.data();
  };
  io::Hdf5File enough(path, kNeeded, memory);
  const io::Hdf5Array array = enough.read("/A");
  EXPECT_EQ(array.entries, entries.data());
  EXPECT_EQ(entries.size(), kBytes);

  io::Hdf5File file(path, kNeeded - 1, memory);
  try {
    file.read("/A");
    FAIL() << "expected OutOfMemory";
  } catch (const OutOfMemory& error) {
    EXPECT_EQ(error.bytes_requested(), kNeeded);
    EXPECT_TRUE(std::string_view(error.what()).starts_with(path + ":/A: cannot allocate "))
        << error.what();
  }
}

}  // namespace
}  // namespace nonneg::test
