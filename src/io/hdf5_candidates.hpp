/// The matrices that an HDF5 file holds.
#pragma once

#include <string>

#include "io/hdf5_file.hpp"

namespace nonneg::io {

/// Returns whether a group holds the arrays of a sparse matrix: data, indices and indptr.
bool holds_sparse(const Hdf5File& file, const std::string& group);

/// Returns where the matrix to be read lies: `asked`, which must be one, or where that is empty
/// AnnData's /X, 10x Genomics' /matrix, or the only one that there is. Throws InvalidArgument with
/// what there is to choose from.
std::string choose_matrix(const Hdf5File& file, const std::string& asked);

}  // namespace nonneg::io
