// SPDX-License-Identifier: Apache-2.0
/// The matrices that an HDF5 file holds.
#pragma once

#include <string>
#include <vector>

#include "io/hdf5_file.hpp"

namespace nonneg::io {

/// Returns whether a group holds the arrays of a sparse matrix: data, indices and indptr.
bool holds_sparse(const Hdf5File& file, const std::string& group);

/// Returns where the matrix to be read lies: `asked`, which must be one or a group with one that is
/// called X, or where that is empty AnnData's /X, 10x Genomics' or loom's /matrix, MuData's only
/// modality, or the only one that there is. Throws InvalidArgument with what there is to choose
/// from.
std::string choose_matrix(const Hdf5File& file, const std::string& asked);

/// Where AnnData keeps a matrix.
struct AnnDataPlace {
  /// The group of all of it: empty, or "/mod/rna" in MuData's files.
  std::string root;
  /// The place within it: "/X".
  std::string inside;
};
AnnDataPlace anndata_place(const std::string& place);

/// Returns the places of the other matrices of the same rows that AnnData has beside the one at
/// `place`: its layers, X, and X of raw. Empty for another matrix than these.
std::vector<std::string> other_layers(const Hdf5File& file, const std::string& place);

/// Returns whether loom wrote the file: its /matrix is dense, with attributes of rows and columns.
bool is_loom(const Hdf5File& file);

}  // namespace nonneg::io
