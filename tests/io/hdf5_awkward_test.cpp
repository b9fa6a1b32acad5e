// SPDX-License-Identifier: Apache-2.0
// HDF5 files that need another filter or another file, that are damaged, or have unusual types.
#include <hdf5.h>

#include <tuple>

#include "nonneg/error.hpp"
#include "sparse_files.hpp"

namespace nonneg::test {
namespace {

MatrixFile open(const std::string& name) { return MatrixFile::open(sparse_file(name)); }

TEST(Hdf5, ReadsAShapeOfAnyIntegers) {
  EXPECT_EQ(open("shape_uint64.h5").view().rows(), 5);
  EXPECT_EQ(open("shape_uint64.h5").view().cols(), 4);
}

TEST(Hdf5, ReadsBinary16OfTheOtherByteOrder) {
  const MatrixFile file = open("dense_float16_big_endian.h5");

  EXPECT_FALSE(file.mapped());
  ASSERT_EQ(file.view().type(), ElementType::float16);
  EXPECT_EQ(entry<Half>(file.view(), 0, 1).bits, 0x4000);
  EXPECT_EQ(entry<Half>(file.view(), 3, 2).bits, 0x4700);
}

TEST(Hdf5, NamesACompressionThatIsNotRead) {
  for (const auto& [name, number, filter] :
       {std::tuple{"lzf.h5", 32000, "lzf (HDF5 filter 32000)"},
        std::tuple{"zstd.h5", 32015, "zstd (HDF5 filter 32015)"}}) {
    // A plugin may be installed that undoes it.
    if (H5Zfilter_avail(number) > 0) continue;
    const std::string words = words_of<NotAvailable>([&, file = name] { open(file); });
    EXPECT_EQ(words, sparse_file(name) + ":/A: is compressed with " + filter +
                         ", which the libhdf5 here cannot undo; write it anew with gzip or "
                         "uncompressed (h5py: compression=\"gzip\")");
  }
}

TEST(Hdf5, NamesTheChunkThatIsDamaged) {
  EXPECT_EQ(words_of<IoError>([] { open("damaged_chunk.h5"); }),
            sparse_file("damaged_chunk.h5") +
                ":/A: is damaged: cannot read the chunk of 10 x 10 entries at (20, 10): inflate() "
                "failed; copy the file again");
}

TEST(Hdf5, RefusesAVirtualDataSetWhoseSourceIsGone) {
  const MatrixFile whole = open("virtual.h5");
  EXPECT_EQ(entry<std::int64_t>(whole.view(), 0, 1), 2);
  EXPECT_EQ(entry<std::int64_t>(whole.view(), 2, 0), 0);

  const std::string tail =
      ", and what lies there would be read as fill values; put it where the "
      "file names it";
  EXPECT_EQ(words_of<IoError>([] { open("virtual_gone.h5"); }),
            sparse_file("virtual_gone.h5") + ":/A: its source gone.h5 cannot be opened" + tail);
  const std::string part = sparse_file("virtual_part.h5");
  EXPECT_EQ(words_of<IoError>([] { open("virtual_no_data_set.h5"); }),
            sparse_file("virtual_no_data_set.h5") + ":/A: its source " + part +
                " has no data set other" + tail);
}

}  // namespace
}  // namespace nonneg::test
