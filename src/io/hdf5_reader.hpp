/// Reads matrices from HDF5 files: dense data sets, 10x Genomics' and AnnData's sparse groups.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "io/loaded_matrix.hpp"

namespace nonneg::io {

struct Hdf5Matrix {
  LoadedMatrix matrix;
  /// Where in the file it was: "/X".
  std::string data_set;
  /// Where its entries lie in the file, if they can be used there; then `matrix` has no entries,
  /// but a view of type and shape with a null pointer.
  std::optional<std::uint64_t> offset;
};

/// Reads the matrix at `data_set`, or where that is empty the one that choose_matrix finds. Throws
/// InvalidArgument for content that cannot be used, with its place; IoError, with libhdf5's words;
/// OutOfMemory where it takes more than `max_bytes`; NotAvailable in a build without libhdf5.
Hdf5Matrix read_hdf5(const std::string& path, const std::string& data_set, std::uint64_t max_bytes);

}  // namespace nonneg::io
