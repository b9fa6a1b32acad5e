// SPDX-License-Identifier: Apache-2.0
/// The other files that a data set's entries lie in: a virtual one's sources, and raw files.
#pragma once

#include <hdf5.h>

#include <optional>
#include <string>

namespace nonneg::io {

/// Returns what of a data set's entries is not there, though libhdf5 would read it as fill values:
/// "its source part.h5 is not there". Nothing where all is there. `file` is the path of the file
/// that the data set is in, and `bytes` are those of its entries.
std::optional<std::string> missing_source(hid_t data_set, const std::string& file, double bytes);

}  // namespace nonneg::io
