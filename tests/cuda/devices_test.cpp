// SPDX-License-Identifier: Apache-2.0
// Several devices: no device but the one that a run takes is touched, and one that cannot be had
// does not hide the others.
#include "nonneg/devices.hpp"

#include "cuda/emulated_fixture.hpp"

namespace nonneg::test {
namespace {

class DevicesTest : public EmulatedTest {
 protected:
  static constexpr std::uint32_t kFirst = 1;
  static constexpr std::uint32_t kSecond = 2;

  void SetUp() override {
    EmulatedTest::SetUp();
    if (Control::present()) Control::set_devices(3);
  }

  void TearDown() override {
    if (Control::present()) Control::set_devices(1);
    EmulatedTest::TearDown();
  }

  static Options on_device(int device) {
    Options options = options_for(BackendKind::cuda, 3);
    options.device = device;
    options.max_iterations = 4;
    options.check_every = 2;
    options.panel_rows = 10;
    return options;
  }

  /// The device of the calling thread, as its own CUDA code sees it.
  static int thread_device() {
    int device = -1;
    reinterpret_cast<int (*)(int*)>(dlsym(RTLD_DEFAULT, "cudaGetDevice"))(&device);
    return device;
  }

  const Matrix<float> A = to_matrix<float>(noisy_planted(31, 13, 3, 61));
};

TEST_F(DevicesTest, AListOfDevicesTouchesNone) {
  EXPECT_EQ(devices().devices.size(), 3U);
  EXPECT_EQ(Control::contexts(), 0U);
}

TEST_F(DevicesTest, AListLeavesOutADeviceThatDoesNotAnswer) {
  Control::fail_at(2);  // after cudaGetDeviceCount, of the first device
  const DeviceList list = devices();
  ASSERT_EQ(list.devices.size(), 2U);
  EXPECT_EQ(list.devices.front().index, 1);
  EXPECT_EQ(list.reason, "");
  ASSERT_EQ(list.unusable.size(), 1U);
  EXPECT_EQ(list.unusable.front().index, 0);
  EXPECT_TRUE(mentions(list.unusable.front().reason, "cuda:0 does not answer"));
}

TEST_F(DevicesTest, ADeviceThatIsThereButUnusableIsRefusedWithItsReason) {
  Control::fail_at(2);
  Options options = options_for(BackendKind::cuda, 3);
  EXPECT_TRUE(mentions(message_of<NotAvailable>([&] { choose_backend(options); }),
                       "cuda:0 does not answer"));
  EXPECT_EQ(Control::contexts(), 0U);
}

TEST_F(DevicesTest, ARunTouchesItsDeviceAloneAndGivesTheSameBitsThere) {
  const Outcome second = run_of<float>(A.view(), on_device(1));
  EXPECT_EQ(Control::contexts(), kSecond);
  EXPECT_TRUE(same(second, run_of<float>(A.view(), on_device(0))));
}

TEST_F(DevicesTest, APlanAsksItsDeviceAloneForFreeMemory) {
  constexpr std::uint64_t kFree = std::uint64_t{1} << 30;
  ASSERT_TRUE(Control::set_device(1, "usable", kFree));
  EXPECT_EQ(make_plan(A.view(), on_device(1)).device_free_bytes, kFree - kFree / 16);
  EXPECT_EQ(Control::contexts(), kSecond);
}

TEST_F(DevicesTest, AThreadThatUsesADeviceKeepsIt) {
  run_of<float>(A.view(), on_device(0));
  ASSERT_EQ(thread_device(), 0);
  run_of<float>(A.view(), on_device(1));
  EXPECT_EQ(thread_device(), 0);
}

TEST_F(DevicesTest, AutoPassesOverADeviceThatCannotBeHad) {
  for (const char* condition : {"exclusive", "broken", "no code"}) {
    SCOPED_TRACE(condition);
    Control::set_devices(3);
    ASSERT_TRUE(Control::set_device(0, condition, kAllMemory));
    const BackendChoice choice = choose_backend(options_for(BackendKind::automatic, 3));
    EXPECT_EQ(choice.kind, BackendKind::cuda);
    EXPECT_EQ(choice.device, 1);
    EXPECT_TRUE(mentions(choice.reason, "cuda:1, nonneg emulated device (cuda:0 cannot be had: "));
    const bool refused_in_a_context = condition == std::string_view("no code");
    EXPECT_EQ(Control::contexts(), refused_in_a_context ? kFirst | kSecond : kSecond);
  }
}

TEST_F(DevicesTest, ADeviceThatTheDriverHasNoCodeForIsRefusedBeforeARun) {
  ASSERT_TRUE(Control::set_device(0, "no code", kAllMemory));
  Control::reset_ledger();
  const std::string message =
      message_of<NotAvailable>([&] { run_of<float>(A.view(), on_device(0)); });
  EXPECT_TRUE(mentions(message, "backend = cuda: cuda:0 cannot be had"));
  EXPECT_TRUE(mentions(message, "cudaErrorNoKernelImageForDevice"));
  EXPECT_EQ(Control::totals().kernel_launches, 0U);
  EXPECT_EQ(Control::live_allocations(), 0);
}

TEST_F(DevicesTest, AutoPassesOverADeviceWithoutFreeMemory) {
  ASSERT_TRUE(Control::set_device(0, "usable", 1 << 20));
  const BackendChoice choice = choose_backend(options_for(BackendKind::automatic, 3));
  EXPECT_EQ(choice.device, 1);
  EXPECT_EQ(Control::contexts(), kFirst | kSecond);
  EXPECT_THROW(run_of<float>(A.view(), on_device(0)), OutOfMemory);
}

TEST_F(DevicesTest, ARunByAutoIsOnTheDeviceThatWasChosen) {
  ASSERT_TRUE(Control::set_device(0, "broken", kAllMemory));
  Options options = on_device(0);
  options.backend = BackendKind::automatic;
  options.max_iterations = 1'000'000'000;  // no run that is too small for a device
  std::stop_source stop;
  const Result<float> result = factorize<float>(A.view(), options, stop.get_token(),
                                                [&](const LossRecord&) { stop.request_stop(); });
  EXPECT_EQ(result.backend, "cuda");
  EXPECT_TRUE(mentions(result.backend_reason, "cuda:1"));
  EXPECT_EQ(Control::contexts(), kSecond);
}

TEST_F(DevicesTest, WhereNoneCanBeHadAutoTakesTheCpuAndSaysWhy) {
  ASSERT_TRUE(Control::set_device(0, "exclusive", kAllMemory));
  ASSERT_TRUE(Control::set_device(1, "broken", kAllMemory));
  ASSERT_TRUE(Control::set_device(2, "usable", 1 << 20));
  const BackendChoice choice = choose_backend(options_for(BackendKind::automatic, 3));
  EXPECT_EQ(choice.kind, BackendKind::cpu);
  EXPECT_TRUE(mentions(choice.reason, "cuda:0 cannot be had"));
  EXPECT_TRUE(mentions(choice.reason, "cuda:1 cannot be had"));
  EXPECT_TRUE(mentions(choice.reason, "cuda:2 has 1"));
}

TEST_F(DevicesTest, ADeviceThatIsAskedForIsTakenOrRefused) {
  ASSERT_TRUE(Control::set_device(0, "exclusive", kAllMemory));
  const std::string message =
      message_of<NotAvailable>([&] { factorize<float>(A.view(), on_device(0)); });
  EXPECT_TRUE(mentions(message, "backend = cuda: cuda:0 cannot be had"));
  EXPECT_TRUE(mentions(message, "cudaErrorDevicesUnavailable"));
  EXPECT_EQ(Control::contexts(), 0U);
}

}  // namespace
}  // namespace nonneg::test
