// SPDX-License-Identifier: Apache-2.0
// In place of the reader where there is no libhdf5.
#include <fmt/format.h>

#include "io/hdf5_reader.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {

Hdf5Matrix read_hdf5(const std::string& path, const std::string&, std::uint64_t, double) {
  throw NotAvailable(fmt::format(
      "{}: this nonneg was built without libhdf5, which reads HDF5 files; build it where "
      "libhdf5 is installed (Debian: libhdf5-dev), or save the matrix as .npz or .npy",
      path));
}

}  // namespace nonneg::io
