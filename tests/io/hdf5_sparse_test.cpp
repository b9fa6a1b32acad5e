// SPDX-License-Identifier: Apache-2.0
// Sparse groups of HDF5 files: 10x Genomics' and AnnData's, with their names.
#include "nonneg/error.hpp"
#include "sparse_files.hpp"

namespace nonneg::test {
namespace {

using Names = std::vector<std::string>;

MatrixFile open(const std::string& name) { return MatrixFile::open(sparse_file(name)); }

std::string refusal(const std::string& name) {
  return words_of<InvalidArgument>([&] { open(name); });
}

std::vector<double> transposed(const std::vector<double>& matrix, std::size_t rows,
                               std::size_t cols) {
  std::vector<double> out(matrix.size());
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < cols; ++j) out[j * rows + i] = matrix[i * cols + j];
  }
  return out;
}

TEST(CellRanger, IsFeaturesByBarcodes) {
  const MatrixFile file = open("cell_ranger.h5");

  expect_sparse_file(file, ElementType::float32, transposed(script_matrix(4), 4, 5));
  EXPECT_EQ(file.dataset(), "/matrix");
  EXPECT_EQ(file.row_names(), kGenes);
  EXPECT_EQ(file.column_names(), kCells);
}

TEST(CellRanger, HasTheFeaturesIdsWhereTheyHaveNoNames) {
  EXPECT_EQ(open("cell_ranger_ids.h5").row_names(),
            (Names{"ENSg1", "ENSg2", "ENSg3", "ENSg4", "ENSg5"}));
}

TEST(CellRanger, RefusesArraysThatMakeNoMatrix) {
  const auto place = [](const std::string& name) { return sparse_file(name) + ":/matrix: "; };
  EXPECT_EQ(refusal("broken_index.h5"),
            place("broken_index.h5") + "rows[4] is 99, outside 0 ... 4");
  EXPECT_EQ(
      refusal("broken_offsets.h5"),
      place("broken_offsets.h5") + "offsets[2] is 1, below the 2 before it: offsets must ascend");
  EXPECT_EQ(refusal("broken_shape.h5"),
            place("broken_shape.h5") + "5 offsets for 9 columns: there must be 10");
  EXPECT_EQ(refusal("broken_barcodes.h5"),
            place("broken_barcodes.h5") + "4 columns, but /matrix/barcodes has 2 names");
  EXPECT_NE(refusal("broken_no_shape.h5").find("neither an attribute encoding-type"),
            std::string::npos);
}

TEST(AnnData, IsObservationsByVariables) {
  const MatrixFile file = open("csr.h5ad");

  expect_sparse_file(file, ElementType::float64, script_matrix());
  EXPECT_EQ(file.dataset(), "/X");
  EXPECT_EQ(file.row_names(), kCells);
  EXPECT_EQ(file.column_names(), kGenes);
}

TEST(AnnData, MayBeStoredByColumnsWithNamesOfFixedLengthUnderAnyName) {
  const MatrixFile file = open("csc.h5ad");

  expect_sparse_file(file, ElementType::float32, script_matrix());
  EXPECT_EQ(file.row_names(), kCells);
  EXPECT_EQ(file.column_names(), kGenes);
}

TEST(AnnData, MayBeDense) {
  const MatrixFile file = open("dense.h5ad");

  EXPECT_FALSE(file.view().sparse());
  EXPECT_EQ(entry<float>(file.view(), 2, 3), 4.5F);
  EXPECT_EQ(file.row_names(), kCells);
  EXPECT_EQ(file.column_names(), kGenes);
}

TEST(AnnData, HasLayersWithTheSameNamesAndOtherMatricesWithout) {
  const MatrixFile layer = open("csr.h5ad:/layers/counts");
  expect_sparse_file(layer, ElementType::float32, script_matrix(4));
  EXPECT_EQ(layer.column_names(), kGenes);
  EXPECT_TRUE(open("csr.h5ad:/obsm/pca").column_names().empty());
}

TEST(AnnData, RefusesNamesThatAreNotAsManyAsRows) {
  EXPECT_EQ(refusal("broken_obs.h5ad"),
            sparse_file("broken_obs.h5ad") + ":/X: 4 rows, but /obs/_index has 3 names");
}

}  // namespace
}  // namespace nonneg::test
