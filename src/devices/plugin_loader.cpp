#include "devices/plugin_loader.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "backend/backend.hpp"
#include "cpu/cpu_backend.hpp"
#include "cpu/plan.hpp"
#include "nonneg/devices.hpp"
#include "nonneg/version.hpp"

namespace nonneg {

namespace {

constexpr const char* kLibrary = "libnonneg_cuda.so";

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

LoadedPlugin load() {
  const std::string path = library_path();
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

std::string device_name(const DeviceInfo& device) {
  return fmt::format("cuda:{}, {}", device.index, device.name);
}

/// The device that options ask for, or why it cannot be had.
BackendChoice cuda_choice(const Options& options) {
  const DeviceList list = devices();
  if (list.devices.empty()) return {BackendKind::cpu, list.reason};
  for (const DeviceInfo& device : list.devices) {
    if (device.index == options.device) return {BackendKind::cuda, device_name(device)};
  }
  return {
      BackendKind::cpu,
      fmt::format("there is no device {}; `nonneg info` lists those there are", options.device)};
}

}  // namespace

const LoadedPlugin& cuda_plugin() {
  static const LoadedPlugin kLoaded = load();
  return kLoaded;
}

DeviceList devices() {
  const LoadedPlugin& loaded = cuda_plugin();
  if (loaded.plugin == nullptr) return {{}, loaded.reason};
  return loaded.plugin->devices();
}

BackendChoice choose_backend(const Options& options) {
  const bool tf32 = options.precision == Precision::tf32;
  if (options.backend == BackendKind::cpu) {
    if (tf32) {
      throw InvalidArgument(
          "precision = tf32: the CPU has no such products; use precision = float32, or backend = "
          "cuda");
    }
    return {BackendKind::cpu, "asked for"};
  }
  BackendChoice choice = cuda_choice(options);
  if (tf32 && choice.kind != BackendKind::cuda) {
    throw NotAvailable(
        fmt::format("precision = tf32: only a CUDA device has it, and {}; use "
                    "precision = float32",
                    choice.reason));
  }
  if (options.backend == BackendKind::cuda && choice.kind != BackendKind::cuda) {
    throw NotAvailable(fmt::format("backend = cuda: {}; use backend = cpu", choice.reason));
  }
  return choice;
}

BackendChoice choose_backend(const Options& options, const DataView& A) {
  const bool unordered = A.sparse() && options.deterministic;
  if (!unordered || options.backend == BackendKind::cpu) return choose_backend(options);
  if (options.backend == BackendKind::cuda) {
    throw NotAvailable(
        "backend = cuda: adds up the stored entries of sparse data in any order; use backend = cpu "
        "for deterministic results, or leave deterministic off");
  }
  return {BackendKind::cpu, "deterministic results of sparse data take the CPU"};
}

Plan make_plan(const DataView& A, const Options& given, bool scaled) {
  const Options options = settled(given, A);
  if (choose_backend(options, A).kind == BackendKind::cpu) return cpu::plan(A, options, scaled);
  return cuda_plugin().plugin->plan(A, options, scaled);
}

template <class T>
std::unique_ptr<Backend<T>> make_backend(const Options& options) {
  if (choose_backend(options).kind == BackendKind::cpu) {
    return cpu::make_cpu_backend<T>(options.threads);
  }
  const cuda::Plugin& plugin = *cuda_plugin().plugin;
  if constexpr (std::is_same_v<T, float>) {
    return plugin.make_float32(options);
  } else {
    return plugin.make_float64(options);
  }
}

template NONNEG_EXPORT std::unique_ptr<Backend<float>> make_backend(const Options&);
template NONNEG_EXPORT std::unique_ptr<Backend<double>> make_backend(const Options&);

}  // namespace nonneg
