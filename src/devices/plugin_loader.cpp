// SPDX-License-Identifier: Apache-2.0
#include "devices/plugin_loader.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "nonneg/version.hpp"

namespace nonneg {

namespace {

constexpr const char* kLibrary = "libnonneg_cuda.so";
constexpr const char* kDriver = "libcuda.so.1";

/// The library beside the object that this code lies in; only its name where that is not known.
std::string library_path() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&cuda_plugin), &info) == 0 ||
      info.dli_fname == nullptr) {
    return kLibrary;
  }
  std::error_code ignored;
  const std::filesystem::path own = std::filesystem::canonical(info.dli_fname, ignored);
  const std::filesystem::path beside = own.parent_path() / kLibrary;
  return std::filesystem::exists(beside, ignored) ? beside.string() : kLibrary;
}

/// Whether the CUDA runtime would find a driver: NVIDIA's is a library of this name. A process that
/// has a runtime already, as on the emulated device, answers for itself.
bool has_driver() {
  if (dlsym(RTLD_DEFAULT, "cudaGetDeviceCount") != nullptr) return true;
  return dlopen(kDriver, RTLD_LAZY | RTLD_LOCAL) != nullptr;
}

LoadedPlugin load() {
  const std::string path = library_path();
  // The backend brings cuBLAS with it: 70 ms and 200 MB that serve nothing without a driver.
  if (path != kLibrary && !has_driver()) {
    return {nullptr, "no NVIDIA driver is installed"};
  }
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* error = dlerror();
    const std::string message = error != nullptr ? error : "unknown error";
    // The name itself not found: no CUDA backend is installed. Another name: one of its libraries.
    if (path == kLibrary && message.starts_with(kLibrary)) {
      return {nullptr, fmt::format("this nonneg has no CUDA backend ({} is not there)", kLibrary)};
    }
    return {nullptr, fmt::format("the CUDA backend cannot be loaded: {}; it needs the CUDA runtime "
                                 "and cuBLAS libraries",
                                 message)};
  }
  const auto entry = reinterpret_cast<cuda::PluginEntry>(dlsym(library, cuda::kPluginEntry));
  if (entry == nullptr) {
    return {nullptr, fmt::format("{} is not a CUDA backend of nonneg", path)};
  }
  const cuda::Plugin* plugin = entry();
  if (version() != plugin->version) {
    return {nullptr, fmt::format("{} belongs to nonneg {}, and this is nonneg {}", path,
                                 plugin->version, version())};
  }
  return {plugin, {}};
}

}  // namespace

const LoadedPlugin& cuda_plugin() {
  static const LoadedPlugin kLoaded = load();
  return kLoaded;
}

}  // namespace nonneg
