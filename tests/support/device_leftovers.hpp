// SPDX-License-Identifier: Apache-2.0
/// What a test leaves behind on the emulated device.
#pragma once

#include <emulated_device.h>
#include <gtest/gtest.h>

namespace nonneg::test {

/// Fails a test that leaves more on the emulated device than it found there, that made a stream
/// which waits for the default stream, or that has findings. What no test waited for is run first:
/// work whose memory was freed too soon shows. On a GPU, and without a device, nothing is looked
/// at.
class DeviceLeftovers final : public ::testing::EmptyTestEventListener {
 public:
  void OnTestStart(const ::testing::TestInfo& /*test*/) override {
    if (emulated::Control::present()) before_ = emulated::Control::objects();
  }

  void OnTestEnd(const ::testing::TestInfo& /*test*/) override {
    using emulated::Control;
    if (!Control::present()) return;
    Control::run_pending();
    const nonneg_emu_objects after = Control::objects();
    EXPECT_EQ(after.device_allocations, before_.device_allocations);
    EXPECT_EQ(after.pinned_allocations, before_.pinned_allocations);
    EXPECT_EQ(after.streams, before_.streams);
    EXPECT_EQ(after.events, before_.events);
    EXPECT_EQ(after.graphs, before_.graphs);
    EXPECT_EQ(after.executable_graphs, before_.executable_graphs);
    EXPECT_EQ(after.blas_handles, before_.blas_handles);
    EXPECT_EQ(after.blocking_streams_made, before_.blocking_streams_made);
    EXPECT_EQ(Control::take_findings(), "");
    // What went wrong in this test is not the next one's.
    Control::clear_errors();
  }

 private:
  nonneg_emu_objects before_{};
};

}  // namespace nonneg::test
