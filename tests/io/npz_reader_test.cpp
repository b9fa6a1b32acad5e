// SPDX-License-Identifier: Apache-2.0
#include "io/npz_reader.hpp"

#include "nonneg/error.hpp"
#include "sparse_files.hpp"

namespace nonneg::test {
namespace {

using Values = std::vector<double>;

constexpr std::uint64_t kPlenty = std::uint64_t{1} << 30;

MatrixFile open(const std::string& name) { return MatrixFile::open(sparse_file(name + ".npz")); }

std::string refusal(const std::string& name) {
  const std::string path = sparse_file(name + ".npz");
  const std::string words = words_of<InvalidArgument>([&] { MatrixFile::open(path); });
  EXPECT_TRUE(words.starts_with(path + ": ")) << words;
  return words.substr(std::min(words.size(), path.size() + 2));
}

TEST(Npz, ReadsWhatScipySaves) {
  expect_sparse_file(open("csr_float64"), ElementType::float64, script_matrix());
  expect_sparse_file(open("csc_float32"), ElementType::float32, script_matrix());
  expect_sparse_file(open("csr_int64_indices"), ElementType::float64, script_matrix());
  expect_sparse_file(open("coo_int64"), ElementType::float32, script_matrix(4));
  EXPECT_EQ(open("csr_float64").format(), "npz");
  EXPECT_EQ(open("csr_float64").view().stored().entries(), 5);
}

TEST(Npz, ReadsBooleansAsOnes) {
  const MatrixFile file = open("csr_bool");

  EXPECT_EQ(file.view().stored().entries(), 5);
  EXPECT_EQ(dense_entries(file.view().stored())[1], 1);
}

TEST(Npz, SortsAndSumsWhatScipyDidNot) {
  Values third_row(20);
  third_row[10] = 3;
  third_row[13] = 4.5;
  expect_sparse_file(open("csr_unsorted"), ElementType::float64, third_row);
  expect_sparse_file(open("csc_repeated"), ElementType::float64, {0, 4.5, 0, 0, 3, 0});
}

TEST(Npz, ReadsAMatrixWithoutColumns) {
  EXPECT_EQ(open("empty_3x0").view().rows(), 3);
  EXPECT_EQ(open("empty_3x0").view().cols(), 0);
}

TEST(Npz, ReadsTheOnlyDenseArray) {
  const MatrixFile file = open("dense");

  EXPECT_FALSE(file.view().sparse());
  const std::vector<float> floats = entries<float>(file.view());
  EXPECT_EQ(Values(floats.begin(), floats.end()), script_matrix());
}

TEST(Npz, ReadsTheOnlyMatrixAmongOtherArrays) {
  const std::vector<float> floats = entries<float>(open("matrix_and_labels").view());
  EXPECT_EQ(Values(floats.begin(), floats.end()), script_matrix());
}

TEST(Npz, ReadsTheDenseArrayThatIsNamed) {
  OpenOptions options;
  options.dataset = "B";
  const MatrixFile file = MatrixFile::open(sparse_file("two_arrays.npz"), options);

  EXPECT_EQ(entry<double>(file.view(), 2, 3), 9);
  EXPECT_FALSE(file.view().row_major());
  options.dataset = "C";
  EXPECT_NE(words_of<InvalidArgument>([&] {
              MatrixFile::open(sparse_file("two_arrays.npz"), options);
            }).find("holds no array C; it has A, B"),
            std::string::npos);
  EXPECT_NE(words_of<InvalidArgument>([&] {
              MatrixFile::open(sparse_file("csr_float64.npz"), options);
            }).find("holds one sparse matrix, and no array C"),
            std::string::npos);
}

TEST(Npz, NamesWhatThereIsToChooseFrom) {
  EXPECT_EQ(refusal("two_arrays"),
            "holds 2 arrays, and one must be chosen with --dataset NAME; it has A, B");
}

TEST(Npz, RefusesOtherFormatsAndTypesWithTheRemedy) {
  EXPECT_EQ(refusal("refused_dia"),
            "the sparse format \"dia\" is not read; save A.tocsr() with scipy.sparse.save_npz");
  EXPECT_NE(refusal("refused_complex").find("data.npy: dtype complex128 is not read"),
            std::string::npos);
}

TEST(Npz, RefusesArraysThatMakeNoMatrixWithPositionAndValue) {
  EXPECT_EQ(refusal("broken_index_outside"), "csr: columns[1] is 3, outside 0 ... 2");
  EXPECT_EQ(refusal("broken_index_negative"), "csr: columns[0] is -1, outside 0 ... 2");
  EXPECT_EQ(refusal("broken_offsets_descend"),
            "csr: offsets[2] is 2, below the 3 before it: offsets must ascend");
  EXPECT_EQ(refusal("broken_offsets_too_few"), "csr: 2 offsets for 2 rows: there must be 3");
  EXPECT_EQ(refusal("broken_values_too_few"),
            "csr: 2 indices, but 1 values: each entry has one of both");
  EXPECT_EQ(refusal("broken_float_indices"), "csr: columns are float64: they must be integers");
  EXPECT_EQ(refusal("broken_shape_3d"), "shape.npy: must be two integers; save the matrix again");
  EXPECT_EQ(refusal("broken_columns_huge"),
            "csr: 2147483648 columns: a sparse matrix may have at most 2147483647 columns");
  EXPECT_EQ(refusal("broken_no_indices"), "indices.npy: is missing; save the matrix again");
}

TEST(Npz, RefusesADamagedArchive) {
  EXPECT_TRUE(refusal("cut_short_csr_float64").starts_with("is no .npz file: "));
  const std::string damaged = sparse_file("damaged_values.npz");
  EXPECT_NE(words_of<IoError>([&] { MatrixFile::open(damaged); }).find("data.npy: cannot read"),
            std::string::npos);
}

TEST(Npz, TakesNoMoreMemoryThanItMay) {
  const std::string bytes = read_file(sparse_file("csr_float64.npz"));

  EXPECT_TRUE(io::read_npz(bytes, "A.npz", {}, kPlenty).view.sparse());
  EXPECT_NE(
      words_of<OutOfMemory>([&] { io::read_npz(bytes, "A.npz", {}, 150); }).find("cannot allocate"),
      std::string::npos);
}

}  // namespace
}  // namespace nonneg::test
