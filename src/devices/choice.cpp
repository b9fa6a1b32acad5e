// SPDX-License-Identifier: Apache-2.0
// Which devices there are, which backend a run gets, and that backend.
#include <fmt/format.h>

#include "cpu/cpu_backend.hpp"
#include "data/readable.hpp"
#include "devices/make_backend.hpp"
#include "devices/plugin_loader.hpp"
#include "nonneg/devices.hpp"
#include "options/resolve.hpp"

namespace nonneg {

namespace {

std::string device_name(const DeviceInfo& device) {
  return fmt::format("cuda:{}, {}", device.index, device.name);
}

/// The device that options ask for, or any from that one on, or why none can be had. One that has
/// too little memory is taken where it was asked for: the plan then says how much a run takes.
BackendChoice cuda_choice(const Options& options) {
  const DeviceList list = devices();
  if (list.devices.empty()) return {BackendKind::cpu, list.reason};
  const bool any = options.backend == BackendKind::automatic;
  const auto counts = [&](int index) {
    return any ? index >= options.device : index == options.device;
  };
  std::string reasons;
  const auto pass_over = [&](const std::string& reason) {
    reasons += (reasons.empty() ? "" : "; ") + reason;
  };
  for (const UnusableDevice& device : list.unusable) {
    if (counts(device.index)) pass_over(device.reason);
  }
  for (const DeviceInfo& device : list.devices) {
    if (!counts(device.index)) continue;
    using Kind = cuda::DeviceAnswer::Kind;
    const cuda::DeviceAnswer answer = cuda_plugin().plugin->open(device.index);
    if (answer.kind == Kind::usable || (answer.kind == Kind::full && !any)) {
      const std::string name = device_name(device);
      return {BackendKind::cuda, reasons.empty() ? name : fmt::format("{} ({})", name, reasons),
              device.index};
    }
    pass_over(answer.reason);
  }
  if (reasons.empty()) {
    reasons =
        fmt::format("there is no device {}; `nonneg info` lists those there are", options.device);
  }
  return {BackendKind::cpu, reasons};
}

/// What a device takes before its first sweep: a context and cuBLAS, some 0.5 s, and the upload of
/// A over a bus of 10 GB/s.
double device_start_seconds(const DataView& A) {
  return 0.5 + static_cast<double>(A.bytes()) / 1e10;
}

/// What all iterations that options allow take here, at 20 Gflop/s a thread and 6 flops for each
/// entry that counts and each component: two products with A, and a third where a loss needs the
/// model.
double host_seconds(const Options& options, const DataView& A) {
  const double entries = A.sparse() ? static_cast<double>(A.stored().entries())
                                    : static_cast<double>(A.rows()) * static_cast<double>(A.cols());
  const auto rank = static_cast<double>(options.rank);
  const double grams =
      (static_cast<double>(A.rows()) + static_cast<double>(A.cols())) * rank * rank;
  const int threads = sweep_threads(A.rows(), A.cols(), options.rank, options.threads);
  const auto iterations = static_cast<double>(resolve(options, A).max_iterations.value_or(0));
  return iterations * 6 * (entries * rank + grams) / (2e10 * threads);
}

}  // namespace

DeviceList devices() {
  const LoadedPlugin& loaded = cuda_plugin();
  if (loaded.plugin == nullptr) return {.devices = {}, .reason = loaded.reason};
  return loaded.plugin->devices();
}

BackendChoice choose_backend(const Options& options) {
  const bool tf32 = options.precision == Precision::tf32;
  if (options.backend == BackendKind::cpu) {
    if (tf32) {
      throw InvalidArgument(
          Subject::precision,
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
  if (A.sparse()) require_readable_offsets(Subject::A, A.stored());
  const bool unordered = A.sparse() && options.deterministic;
  const bool open =
      options.backend == BackendKind::automatic && options.precision != Precision::tf32;
  if (open && host_seconds(options, A) < device_start_seconds(A)) {
    return {BackendKind::cpu, "a run this small ends before a device has started"};
  }
  if (!unordered || options.backend == BackendKind::cpu) return choose_backend(options);
  if (options.backend == BackendKind::cuda) {
    throw NotAvailable(
        "backend = cuda: adds up the stored entries of sparse data in any order; use backend = cpu "
        "for deterministic results, or leave deterministic off");
  }
  return {BackendKind::cpu, "deterministic results of sparse data take the CPU"};
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

template std::unique_ptr<Backend<float>> make_backend(const Options&);
template std::unique_ptr<Backend<double>> make_backend(const Options&);

}  // namespace nonneg
