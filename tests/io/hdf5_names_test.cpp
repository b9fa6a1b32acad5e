// SPDX-License-Identifier: Apache-2.0
// Names of rows and columns in every form that programs give them in HDF5 files, and the places
// that these programs keep their matrices at.
#include "nonneg/error.hpp"
#include "sparse_files.hpp"

namespace nonneg::test {
namespace {

using Names = std::vector<std::string>;

MatrixFile open(const std::string& name) { return MatrixFile::open(sparse_file(name)); }

std::string refusal(const std::string& name) {
  return words_of<InvalidArgument>([&] { open(name); });
}

TEST(Hdf5Names, AreReadInEveryFormThatAnnDataHasGivenThem) {
  for (const char* form : {"categorical", "referred", "compound"}) {
    const MatrixFile file = open(std::string("names_") + form + ".h5ad");

    EXPECT_EQ(file.row_names(), kCells) << form;
    EXPECT_EQ(file.column_names(), kGenes) << form;
    EXPECT_TRUE(file.warnings().empty()) << form;
  }
}

TEST(Hdf5Names, MayBeNumbers) {
  EXPECT_EQ(open("names_numbers.h5ad").row_names(), (Names{"7", "8", "9", "10"}));
}

TEST(Hdf5Names, ThatAreNotReadAreWarnedOf) {
  const MatrixFile file = open("names_unread.h5ad");
  const std::string path = sparse_file("names_unread.h5ad");

  EXPECT_TRUE(file.row_names().empty());
  EXPECT_EQ(
      file.warnings(),
      (Names{path + ":/obs/id: names of rows are neither texts, numbers nor categories, so that "
                    "rows have no names; --row-names FILE gives them",
             path + ":/var/id: the names of columns should be there and are not, so that "
                    "columns have no names; --column-names FILE gives them"}));
}

TEST(Hdf5Names, RefuseACodeWithoutACategory) {
  EXPECT_EQ(refusal("names_bad_code.h5ad"),
            sparse_file("names_bad_code.h5ad") +
                ":/X: /obs/id/codes[2] is 9, outside the 2 categories of /obs/id/categories");
}

TEST(Hdf5Names, BelongToWhatLiesBesideX) {
  const MatrixFile embedding = open("csr.h5ad:/obsm/pca");

  EXPECT_EQ(embedding.row_names(), kCells);
  EXPECT_TRUE(embedding.column_names().empty());
  EXPECT_TRUE(embedding.warnings().empty());
}

TEST(MuData, IsReadAModalityAtATime) {
  const MatrixFile file = open("two_modalities.h5mu:/mod/rna");

  expect_sparse_file(file, ElementType::float64, script_matrix());
  EXPECT_EQ(file.dataset(), "/mod/rna/X");
  EXPECT_EQ(file.row_names(), kCells);
  EXPECT_EQ(file.column_names(), (Names{"rna-g1", "rna-g2", "rna-g3", "rna-g4", "rna-g5"}));
  EXPECT_EQ(open("one_modality.h5mu").dataset(), "/mod/rna/X");
}

TEST(MuData, ListsItsModalities) {
  const std::string path = sparse_file("two_modalities.h5mu");
  EXPECT_EQ(refusal("two_modalities.h5mu"),
            path + ": holds 2 modalities, and one must be chosen with --dataset PATH or as " +
                path + ":PATH; it has /mod/atac, /mod/rna");
}

TEST(Loom, IsGenesByCells) {
  const MatrixFile file = open("genes_by_cells.loom");

  EXPECT_EQ(file.view().rows(), 5);
  EXPECT_EQ(file.dataset(), "/matrix");
  EXPECT_EQ(entry<float>(file.view(), 3, 2), 4);
  EXPECT_EQ(file.row_names(), kGenes);
  EXPECT_EQ(file.column_names(), kCells);
  EXPECT_EQ(open("genes_by_cells.loom:/layers/spliced").row_names(), kGenes);
}

TEST(AnnData, ListsTheOtherMatricesOfItsRows) {
  EXPECT_EQ(open("z_scored.h5ad").other_layers(),
            (Names{"/layers/centred", "/layers/counts", "/raw/X"}));
  EXPECT_EQ(open("z_scored.h5ad:/layers/counts").other_layers(),
            (Names{"/layers/centred", "/raw/X", "/X"}));
  EXPECT_TRUE(open("two_data_sets.h5:/A").other_layers().empty());
}

}  // namespace
}  // namespace nonneg::test
