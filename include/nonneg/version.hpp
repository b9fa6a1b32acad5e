// SPDX-License-Identifier: Apache-2.0
/// Which nonneg this is, and how it was built.
#pragma once

#include <string>
#include <string_view>

#include "nonneg/export.hpp"

namespace nonneg {

/// How this nonneg was built.
struct BuildInfo {
  /// "0.1.0".
  std::string version;
  /// The compiler and its version.
  std::string compiler;
  /// CMake's: "Release".
  std::string build_type;
  /// What multiplies float32 matrices: "oneDNN 2.6.3" or "Eigen".
  std::string float32_gemm;
  /// The file formats that are read: "npy csv tsv mtx", "npz" with libzip, "hdf5" with libhdf5.
  std::string formats;
  /// "native" where compiled for the building machine's own instruction set, else "portable".
  std::string instruction_set;
  /// True where the CUDA backend is part of this build.
  bool cuda = false;
};

/// "0.1.0". The library's own version at run time.
NONNEG_EXPORT std::string_view version() noexcept;
/// How the library that is linked was built.
NONNEG_EXPORT BuildInfo build_info();

}  // namespace nonneg
