// SPDX-License-Identifier: Apache-2.0
// Which devices the kernels' code runs on, of what they were compiled to and the driver.
#include "cuda/device_code.hpp"

#include <gtest/gtest.h>

namespace nonneg::cuda {
namespace {

constexpr int kCuda12 = 12040;
constexpr int kCuda13 = 13000;

/// Whether a driver for CUDA 13.0 runs the code of a compiler of CUDA 13.0.
bool runs(const char* machine, const char* ptx, int major, int minor) {
  return why_no_code({machine, ptx, kCuda13}, major, minor, kCuda13).empty();
}

TEST(DeviceCodeTest, MachineCodeRunsOnItsMajorVersionFromItsMinorOneOn) {
  EXPECT_TRUE(runs("80", "", 8, 0));
  EXPECT_TRUE(runs("80", "", 8, 6));
  EXPECT_FALSE(runs("86", "", 8, 0));
  EXPECT_FALSE(runs("80", "", 9, 0));
  EXPECT_TRUE(runs("75 86 90 120", "", 12, 1));
  EXPECT_FALSE(runs("75 86 90 120", "", 10, 0));
}

TEST(DeviceCodeTest, PtxRunsOnEveryDeviceAsNew) {
  EXPECT_TRUE(runs("", "75", 7, 5));
  EXPECT_TRUE(runs("", "75", 12, 0));
  EXPECT_TRUE(runs("90", "75 120", 8, 0));
  EXPECT_FALSE(runs("", "90", 8, 9));
  EXPECT_FALSE(runs("", "75", 7, 0));
}

TEST(DeviceCodeTest, CodeForOneCapabilityRunsOnThatAndForAFamilyOnItsMajorVersion) {
  EXPECT_TRUE(runs("90a", "", 9, 0));
  EXPECT_FALSE(runs("100a", "", 10, 3));
  EXPECT_TRUE(runs("100f", "", 10, 3));
  EXPECT_FALSE(runs("100f", "", 12, 0));
  EXPECT_TRUE(runs("80", "90a", 9, 0));
  EXPECT_FALSE(runs("80", "90a", 10, 0));
  EXPECT_FALSE(runs("80 90a", "90a", 12, 0));
}

TEST(DeviceCodeTest, ADriverOlderThanTheCompilerRunsItsMachineCodeButNotItsPtx) {
  const DeviceCode code{"90", "75", 12080};
  EXPECT_EQ(why_no_code(code, 9, 0, kCuda12), "");
  EXPECT_EQ(why_no_code(code, 8, 6, kCuda13), "");
  EXPECT_EQ(
      why_no_code(code, 8, 6, kCuda12),
      "compute capability 8.6, and this nonneg has machine code for 9.0 and PTX for 7.5, which "
      "a driver for CUDA 12.4 does not compile, as it is of CUDA 12.8: update the driver, or "
      "build nonneg with NONNEG_CUDA_ARCHITECTURES=86-real");
}

TEST(DeviceCodeTest, WhatIsMissingIsNamedWithTheRemedy) {
  EXPECT_EQ(why_no_code({"75 90a", "", kCuda13}, 12, 0, kCuda13),
            "compute capability 12.0, and this nonneg has machine code for 7.5, 9.0a and PTX for "
            "none: build nonneg with NONNEG_CUDA_ARCHITECTURES=120-real");
  EXPECT_EQ(why_no_code({"90", "75", kCuda13}, 7, 0, kCuda13),
            "compute capability 7.0: at least 7.5 is needed");
}

}  // namespace
}  // namespace nonneg::cuda
