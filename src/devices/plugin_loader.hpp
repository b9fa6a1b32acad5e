// SPDX-License-Identifier: Apache-2.0
/// Finds and loads the CUDA backend.
#pragma once

#include <string>

#include "backend/plugin.hpp"

namespace nonneg {

/// What loading it gave: the plugin, or why there is none.
struct LoadedPlugin {
  const cuda::Plugin* plugin = nullptr;
  std::string reason;
};

/// Loads libnonneg_cuda from the directory of this library, else from where the dynamic linker
/// looks. Done once per process; the library is never unloaded.
const LoadedPlugin& cuda_plugin();

}  // namespace nonneg
