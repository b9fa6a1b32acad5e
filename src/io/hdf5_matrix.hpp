/// The matrix of an HDF5 file that is open.
#pragma once

#include <string>

#include "io/hdf5_file.hpp"
#include "io/hdf5_reader.hpp"

namespace nonneg::io {

/// Does what read_hdf5 does, with a file that is open. An Hdf5Session must live.
Hdf5Matrix read_hdf5_matrix(Hdf5File& file, const std::string& data_set);

}  // namespace nonneg::io
