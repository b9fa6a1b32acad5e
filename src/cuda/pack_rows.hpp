/// Rows of the caller's matrix as one span, for a copy to a device.
#pragma once

#include <cstddef>

#include "nonneg/data_view.hpp"

namespace nonneg::cuda {

/// Writes the rows to `to`, row-major without gaps, in their stored type, on up to `threads`
/// threads.
void pack_rows(const DataView& rows, std::byte* to, int threads);

}  // namespace nonneg::cuda
