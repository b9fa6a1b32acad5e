// SPDX-License-Identifier: Apache-2.0
/// Whether A is the matrix that earlier runs were of.
#pragma once

#include <cstdint>

#include "nonneg/data_view.hpp"

namespace nonneg::ensemble {

/// Returns a sum of 64 bits over all entries of A, by their bits and their places, its weights left
/// out: the same wherever rows are cut, on any number of threads, and for any strides. It tells one
/// matrix from another, and is no defence against who wants them to look alike. A must lie on the
/// host.
std::uint64_t data_checksum(const DataView& A);

}  // namespace nonneg::ensemble
