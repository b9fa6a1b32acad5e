// SPDX-License-Identifier: Apache-2.0
// The modules, kernels and device variables that the program's start-up code registers.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "../ptx/program.hpp"

namespace nonneg::emulated {

/// One fat binary; its PTX is read at the first use.
struct LoadedModule {
  std::vector<const char*> fat_binaries;
  const ptx::Module* program = nullptr;
  int architecture = 0;
};

struct RegisteredKernel {
  LoadedModule* module = nullptr;
  std::string name;
  std::size_t dynamic_shared_limit = 48 * 1024;
};

/// Reads the module's PTX if that has not been done. Ends the process with status 97 where there is
/// none.
const ptx::Module& program_of(LoadedModule& module);

/// By the address of its host stub, or by its cudaKernel_t; null: not registered.
RegisteredKernel* find_kernel(const void* function);

/// Device storage of a __device__ or __constant__ variable; null: not registered.
void* find_device_variable(const void* host_symbol, std::size_t* bytes);

/// Compute capability of the device, e.g. 75: that of the program's PTX.
int compute_capability();

}  // namespace nonneg::emulated
