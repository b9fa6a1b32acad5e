// SPDX-License-Identifier: Apache-2.0
// The PTX that nvcc embeds in a program.
#pragma once

#include <string>

namespace nonneg::emulated {

struct EmbeddedPtx {
  std::string text;      ///< empty: none found
  int architecture = 0;  ///< 75 for compute_75
};

/// The PTX of the lowest architecture in a fat binary. Throws std::runtime_error where it cannot be
/// decompressed.
EmbeddedPtx ptx_of_fat_binary(const char* data);

}  // namespace nonneg::emulated
