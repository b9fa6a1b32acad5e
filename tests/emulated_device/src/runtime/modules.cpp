// SPDX-License-Identifier: Apache-2.0
#include "modules.hpp"

#include <cuda_runtime_api.h>
#include <unistd.h>

#include <cstdio>
#include <map>
#include <stdexcept>

#include "../ptx/reader.hpp"
#include "../settings.hpp"
#include "../text.hpp"
#include "api.hpp"
#include "fat_binary.hpp"

namespace nonneg::emulated {
namespace {

constexpr int kNoUsablePtx = 97;

struct RegisteredVariable {
  LoadedModule* module = nullptr;
  std::string name;
};

struct Registry {
  std::vector<LoadedModule*> modules;
  std::map<const void*, RegisteredKernel*> kernels;
  std::map<const void*, RegisteredVariable> variables;
};

Registry& registry() {
  static auto* r = new Registry;
  return *r;
}

[[noreturn]] void fail(const std::string& message) {
  std::fprintf(stderr, "NONNEG_EMU: %s\n", message.c_str());
  std::fflush(stdout);
  _exit(kNoUsablePtx);
}

void dump(const std::string& text) {
  static int count = 0;
  if (settings().dump_prefix.empty()) return;
  const std::string path = settings().dump_prefix + "." + std::to_string(count++) + ".ptx";
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) return;
  std::fwrite(text.data(), 1, text.size(), file);
  std::fclose(file);
}

void read_program(LoadedModule& module) {
  std::vector<std::string> texts;
  for (const char* data : module.fat_binaries) {
    const EmbeddedPtx ptx = ptx_of_fat_binary(data);
    if (ptx.text.empty()) continue;
    module.architecture = ptx.architecture;
    texts.push_back(ptx.text);
    dump(ptx.text);
  }
  if (texts.empty())
    throw std::runtime_error(
        "a fat binary has no PTX; build with -gencode arch=compute_XX,code=compute_XX");
  module.program = ptx::read_module(texts, "fat binary").release();
}

/// What nvcc's start-up code hands over.
struct FatBinaryWrapper {
  int magic, version;
  const char* data;
  void* more;  ///< version 2 (relocatable device code): a null-terminated list of fat binaries
};

}  // namespace

const ptx::Module& program_of(LoadedModule& module) {
  if (module.program == nullptr) {
    try {
      read_program(module);
    } catch (const std::exception& e) {
      fail(e.what());
    }
  }
  return *module.program;
}

RegisteredKernel* find_kernel(const void* function) {
  const std::lock_guard lock(api_mutex());
  const auto& kernels = registry().kernels;
  const auto found = kernels.find(function);
  if (found != kernels.end()) return found->second;
  for (const auto& [stub, kernel] : kernels)
    if (kernel == function) return kernel;
  return nullptr;
}

void* find_device_variable(const void* host_symbol, std::size_t* bytes) {
  const std::lock_guard lock(api_mutex());
  const auto found = registry().variables.find(host_symbol);
  if (found == registry().variables.end()) return nullptr;
  const ptx::Module& program = program_of(*found->second.module);
  const auto variable = program.variables.find(found->second.name);
  if (variable == program.variables.end() || variable->second.space == ptx::Space::Shared)
    return nullptr;
  if (bytes != nullptr) *bytes = variable->second.size;
  return reinterpret_cast<void*>(variable->second.address);
}

int compute_capability() {
  constexpr int kDefault = 75;
  if (settings().capability != 0) return settings().capability;
  for (LoadedModule* module : registry().modules) {
    if (module->architecture == 0 && !module->fat_binaries.empty()) {
      try {
        module->architecture = ptx_of_fat_binary(module->fat_binaries[0]).architecture;
      } catch (const std::exception& e) {
        fail(e.what());
      }
    }
    if (module->architecture != 0) return module->architecture;
  }
  return kDefault;
}

}  // namespace nonneg::emulated

using namespace nonneg::emulated;

NONNEG_EMU_EXPORT void** __cudaRegisterFatBinary(void* wrapper_pointer) {
  const std::lock_guard lock(api_mutex());
  const auto* wrapper = static_cast<const FatBinaryWrapper*>(wrapper_pointer);
  auto* module = new LoadedModule;
  if (wrapper->version == 2 && wrapper->more != nullptr) {
    for (auto* data = static_cast<const char**>(wrapper->more); *data != nullptr; ++data)
      module->fat_binaries.push_back(*data);
  } else {
    module->fat_binaries.push_back(wrapper->data);
  }
  registry().modules.push_back(module);
  return reinterpret_cast<void**>(module);
}

NONNEG_EMU_EXPORT void __cudaRegisterFatBinaryEnd(void**) {}

// A library that is unloaded takes its fat binaries and stubs along.
NONNEG_EMU_EXPORT void __cudaUnregisterFatBinary(void** handle) {
  const std::lock_guard lock(api_mutex());
  auto* module = reinterpret_cast<LoadedModule*>(handle);
  Registry& r = registry();
  std::erase(r.modules, module);
  std::erase_if(r.kernels, [&](const auto& entry) { return entry.second->module == module; });
  std::erase_if(r.variables, [&](const auto& entry) { return entry.second.module == module; });
}

NONNEG_EMU_EXPORT char __cudaInitModule(void**) { return 1; }

NONNEG_EMU_EXPORT void __cudaRegisterFunction(void** handle, const char* stub, char*,
                                              const char* device_name, int, uint3*, uint3*, dim3*,
                                              dim3*, int*) {
  const std::lock_guard lock(api_mutex());
  auto* kernel = new RegisteredKernel;
  kernel->module = reinterpret_cast<LoadedModule*>(handle);
  kernel->name = device_name;
  registry().kernels[stub] = kernel;
}

NONNEG_EMU_EXPORT void __cudaRegisterVar(void** handle, char* host_variable, char*,
                                         const char* device_name, int, std::size_t, int, int) {
  const std::lock_guard lock(api_mutex());
  registry().variables[host_variable] = {reinterpret_cast<LoadedModule*>(handle), device_name};
}

NONNEG_EMU_EXPORT void __cudaRegisterManagedVar(void** handle, void** host_pointer, char*,
                                                const char* device_name, int, std::size_t, int,
                                                int) {
  const std::lock_guard lock(api_mutex());
  const ptx::Module& program = program_of(*reinterpret_cast<LoadedModule*>(handle));
  const auto variable = program.variables.find(device_name);
  if (variable != program.variables.end())
    *host_pointer = reinterpret_cast<void*>(variable->second.address);
}
