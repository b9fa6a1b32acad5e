// SPDX-License-Identifier: Apache-2.0
/// The CUDA backend as libnonneg sees it: a shared library of its own, libnonneg_cuda, that is
/// loaded when it and its CUDA libraries are there.
#pragma once

#include <memory>
#include <string>

#include "backend/buffers.hpp"
#include "nonneg/devices.hpp"
#include "nonneg/plan.hpp"

namespace nonneg::cuda {

/// What a try to take a device came to.
struct DeviceAnswer {
  enum class Kind {
    usable,
    /// It can be had, and has less memory free than any run takes.
    full,
    /// It cannot be had.
    refused,
  };
  Kind kind = Kind::usable;
  /// Why not, naming the device; empty where it is usable.
  std::string reason{};
};

struct Plugin {
  /// version() of the libnonneg that it was built with; another one does not load it.
  const char* version;
  /// Throw NotAvailable where options.device cannot be used.
  std::unique_ptr<Backend<float>> (*make_float32)(const Options& options);
  std::unique_ptr<Backend<double>> (*make_float64)(const Options& options);
  Plan (*plan)(const DataView& A, const Options& options, bool scaled, const Buffers& held);
  /// Makes no context.
  DeviceList (*devices)();
  /// Makes a context on the device, and leaves it there where that can be done. Never throws for
  /// want of it.
  DeviceAnswer (*open)(int device);
};

/// What the library exports under this name: `const Plugin* nonneg_cuda_plugin()`.
inline constexpr const char* kPluginEntry = "nonneg_cuda_plugin";
using PluginEntry = const Plugin* (*)();

}  // namespace nonneg::cuda
