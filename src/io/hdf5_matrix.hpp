// SPDX-License-Identifier: Apache-2.0
/// The matrix of an HDF5 file that is open in this process.
#pragma once

#include <string>

#include "io/hdf5_contents.hpp"
#include "io/hdf5_file.hpp"

namespace nonneg::io {

/// Reads the matrix at `data_set`, or where that is empty the one that choose_matrix finds, into
/// the file's memory. Throws as read_hdf5 does. An Hdf5Session must live.
Hdf5Contents read_contents(Hdf5File& file, const std::string& data_set);

}  // namespace nonneg::io
