// SPDX-License-Identifier: Apache-2.0
/// What the kernels were compiled to, and which devices can run it: known before a device is
/// touched.
#pragma once

#include <string>
#include <string_view>

namespace nonneg::cuda {

/// The kernels' code. Architectures are written as nvcc has them, with a blank between two: "75
/// 90a".
struct DeviceCode {
  /// Machine code, which a device of its architecture runs as it is.
  std::string_view machine;
  /// PTX, which the driver compiles for a device at the first use of each kernel.
  std::string_view ptx;
  /// The CUDA version of the compiler, as CUDA counts: 13000 is 13.0.
  int version = 0;
};

/// Oldest compute capability that the kernels can be built for.
inline constexpr int kMinComputeMajor = 7;
inline constexpr int kMinComputeMinor = 5;

/// A CUDA version in words: 13000 is 13.0.
std::string version_words(int version);

/// Why a device of compute capability major.minor cannot run `code` where its driver is one for
/// CUDA `driver`; empty where it can. Machine code runs on devices of its major version whose minor
/// version is as high, and on that one capability alone where it ends in a; PTX on any device as
/// new, if the driver knows the compiler's PTX.
std::string why_no_code(const DeviceCode& code, int major, int minor, int driver);

}  // namespace nonneg::cuda
