// SPDX-License-Identifier: Apache-2.0
/// Reads matrices from HDF5 files: dense data sets, and the sparse groups of 10x Genomics and
/// AnnData. libhdf5 reads them in a program of its own (hdf5_program.hpp), so that no file brings
/// this process down.
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

/// For how long libhdf5 may compute without progress before the file is said to be damaged.
inline constexpr double kHdf5Seconds = 10;

/// Reads the matrix at `data_set`, or where that is empty the one that choose_matrix finds. Throws
/// InvalidArgument for content that cannot be used, with its place; IoError, with libhdf5's words,
/// or where it crashes, loops, or takes more memory than the file warrants; OutOfMemory where the
/// matrix takes more than `max_bytes`; NotAvailable in a build without libhdf5, or where the
/// program that reads it is not found.
Hdf5Matrix read_hdf5(const std::string& path, const std::string& data_set, std::uint64_t max_bytes,
                     double seconds = kHdf5Seconds);

}  // namespace nonneg::io
