// SPDX-License-Identifier: Apache-2.0
#include "cuda/device_code.hpp"

#include <fmt/format.h>

#include <charconv>

namespace nonneg::cuda {

namespace {

/// 9.0, or 9.0a: code for that capability alone.
struct Architecture {
  int major = 0;
  int minor = 0;
  char suffix = ' ';

  std::string words() const {
    return fmt::format("{}.{}{}", major, minor, suffix == ' ' ? "" : std::string(1, suffix));
  }
};

/// The first architecture of a list, which loses it.
Architecture take_first(std::string_view& list) {
  int number = 0;
  const char* end = std::from_chars(list.data(), list.data() + list.size(), number).ptr;
  list.remove_prefix(static_cast<std::size_t>(end - list.data()));
  Architecture first{number / 10, number % 10};
  if (!list.empty() && list.front() != ' ') {
    first.suffix = list.front();
    list.remove_prefix(1);
  }
  if (!list.empty()) list.remove_prefix(1);
  return first;
}

bool machine_code_runs(const Architecture& on, int major, int minor) {
  return on.major == major && (on.suffix == 'a' ? on.minor == minor : on.minor <= minor);
}

bool ptx_runs(const Architecture& on, int major, int minor) {
  if (on.suffix != ' ') return machine_code_runs(on, major, minor);
  return on.major < major || (on.major == major && on.minor <= minor);
}

template <class Runs>
bool any_runs(std::string_view list, int major, int minor, const Runs& runs) {
  while (!list.empty()) {
    if (runs(take_first(list), major, minor)) return true;
  }
  return false;
}

std::string list_words(std::string_view list) {
  std::string words;
  while (!list.empty()) words += (words.empty() ? "" : ", ") + take_first(list).words();
  return words.empty() ? "none" : words;
}

}  // namespace

std::string version_words(int version) {
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

std::string why_no_code(const DeviceCode& code, int major, int minor, int driver) {
  if (any_runs(code.machine, major, minor, machine_code_runs)) return {};
  const bool has_ptx = any_runs(code.ptx, major, minor, ptx_runs);
  if (has_ptx && driver >= code.version) return {};
  const std::string capability = fmt::format("compute capability {}.{}", major, minor);
  if (major < kMinComputeMajor || (major == kMinComputeMajor && minor < kMinComputeMinor)) {
    return fmt::format("{}: at least {}.{} is needed", capability, kMinComputeMajor,
                       kMinComputeMinor);
  }
  const std::string held = fmt::format("{}, and this nonneg has machine code for {} and PTX for {}",
                                       capability, list_words(code.machine), list_words(code.ptx));
  const std::string remedy =
      fmt::format("build nonneg with NONNEG_CUDA_ARCHITECTURES={}{}-real", major, minor);
  if (!has_ptx) return fmt::format("{}: {}", held, remedy);
  return fmt::format(
      "{}, which a driver for CUDA {} does not compile, as it is of CUDA {}: update the driver, or "
      "{}",
      held, version_words(driver), version_words(code.version), remedy);
}

}  // namespace nonneg::cuda
