// SPDX-License-Identifier: Apache-2.0
// The command on a device: what it says of devices, plans and choices, and that a fault of any call
// leaves a message and no files.
#include "cli/command.hpp"

#include <emulated_device.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace nonneg::test {
namespace {

using emulated::Control;

::testing::AssertionResult says(const std::string& text, const Words& parts) {
  for (const std::string& part : parts) {
    if (text.find(part) == std::string::npos) {
      return ::testing::AssertionFailure() << "\"" << text << "\" does not say \"" << part << "\"";
    }
  }
  return ::testing::AssertionSuccess();
}

/// The settings of the emulated device come from the command's environment.
class DeviceCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Control::present()) GTEST_SKIP() << "this test sets the emulated device: here is a GPU";
    place.file("A.npy", random_npy(40, 13));
  }

  /// "$NONNEG" with these arguments, under NONNEG_EMU_ settings such as "DEVICES=0".
  Outcome nonneg(const std::string& arguments, const Words& settings = {}) const {
    std::string line;
    for (const std::string& setting : settings) line += "NONNEG_EMU_" + setting + " ";
    return run_in_shell(place, line + "\"$NONNEG\" " + arguments);
  }

  static constexpr const char* kFactorize =
      "factorize A.npy --rank 3 --max-iterations 4 --panel-rows 9 --quiet --backend cuda --out run";
  static constexpr const char* kRun = "factorize A.npy --rank 3 --max-iterations 4 --out run ";

  const Workplace place;
};

TEST_F(DeviceCommandTest, InfoListsTheDevices) {
  const Words settings{"DEVICES=2", "EXCLUSIVE=0", "MEM_MB=100"};
  const Outcome text = nonneg("info", settings);
  EXPECT_EQ(text.status, 0);
  EXPECT_TRUE(says(text.out, {"cuda:0, nonneg emulated device", "compute capability 7.5", "L2",
                              "cuda:1, nonneg emulated device"}));
  const auto json = nlohmann::json::parse(nonneg("info --json", settings).out);
  EXPECT_EQ(json.at("devices").size(), 2U);
  EXPECT_EQ(json.at("devices").at(1).at("index"), 1);
  EXPECT_EQ(json.at("devices").at(1).at("memory_bytes"), 100 << 20);
  EXPECT_EQ(json.at("no_device_reason"), "");
}

TEST_F(DeviceCommandTest, InfoSaysWhyThereIsNoDevice) {
  const Outcome text = nonneg("info", {"DEVICES=0"});
  EXPECT_EQ(text.status, 0);
  EXPECT_TRUE(says(text.out, {"devices", "none: no NVIDIA driver is installed"}));
}

TEST_F(DeviceCommandTest, ADeviceThatThereIsNoCodeForIsNamedWithItsCapability) {
  const Outcome old = nonneg("info", {"CAPABILITY=61"});
  EXPECT_EQ(old.status, 0);
  EXPECT_TRUE(says(old.out, {"none: cuda:0, nonneg emulated device, has compute capability 6.1",
                             "at least 7.5 is needed"}));
  const Outcome newer = nonneg("info", {"CAPABILITY=190"});
  EXPECT_TRUE(says(newer.out, {"cuda:0, nonneg emulated device", "compute capability 19.0"}));
}

TEST_F(DeviceCommandTest, InfoSaysWhichOfSeveralDevicesCannotBeUsedAndWhy) {
  const Outcome text = nonneg("info", {"DEVICES=2", "FAIL_AT=2"});
  EXPECT_TRUE(says(text.out,
                   {"cuda:1, nonneg emulated device, ", "cannot be used: cuda:0 does not answer"}));
  const auto json = nlohmann::json::parse(nonneg("info --json", {"DEVICES=2", "FAIL_AT=2"}).out);
  EXPECT_EQ(json.at("devices").size(), 1U);
  EXPECT_EQ(json.at("unusable_devices").at(0).at("index"), 0);
}

TEST_F(DeviceCommandTest, ADriverTooOldForTheRuntimeIsNamedWithBothVersions) {
  const Outcome outcome = nonneg("info", {"DRIVER=11080"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_TRUE(says(outcome.out, {"none: the NVIDIA driver is too old", "CUDA 11.8"}));
}

TEST_F(DeviceCommandTest, AutoLeavesADeviceThatThereIsNoCodeForToOthers) {
  const Outcome outcome =
      nonneg("factorize A.npy --rank 3 --max-iterations 100000000 --out run", {"CAPABILITY=61"});
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  const auto record = read_json(place.at("run/run.json"));
  EXPECT_EQ(record.at("backend"), "cpu");
  EXPECT_TRUE(says(record.at("backend_reason"), {"6.1", "at least 7.5 is needed"}));
}

TEST_F(DeviceCommandTest, PlanSaysWhatTheDeviceWillHold) {
  const Outcome text = nonneg("plan A.npy --rank 3 --backend cuda");
  EXPECT_EQ(text.status, 0) << text.error;
  EXPECT_TRUE(says(text.out, {"on cuda", "A on the device", "uploaded once", "over the bus"}));
  const auto resident =
      nlohmann::json::parse(nonneg("plan A.npy --rank 3 --json --backend cuda").out);
  EXPECT_EQ(resident.at("backend"), "cuda");
  EXPECT_EQ(resident.at("resident"), true);
  EXPECT_EQ(resident.at("resident_bytes"), 40 * 13 * 4);
  EXPECT_EQ(resident.at("bus_bytes_per_iteration"), 0);
}

TEST_F(DeviceCommandTest, PlanSaysThatADeviceIsTooSmall) {
  const auto plan = nlohmann::json::parse(
      nonneg("plan A.npy --rank 3 --json --backend cuda", {"FREE_MB=10"}).out);
  EXPECT_EQ(plan.at("resident"), false);
  EXPECT_EQ(plan.at("bus_bytes_per_iteration"), 40 * 13 * 4);
  EXPECT_GT(plan.at("total_bytes"), plan.at("device_free_bytes"));
}

TEST_F(DeviceCommandTest, PlanSaysThatSparseDataDoesNotFitAndWhatCrossesTheBus) {
  // One row has two entries (float64), which a panel of one row must hold.
  place.file("S.mtx",
             "%%MatrixMarket matrix coordinate real general\n4 5 3\n1 1 1\n3 2 1\n3 5 2\n");
  const std::string command = "plan S.mtx --rank 3 --backend cuda ";
  const auto plan = nlohmann::json::parse(nonneg(command + "--json", {"FREE_MB=10"}).out);
  EXPECT_EQ(plan.at("resident"), false);
  EXPECT_EQ(plan.at("panels"), 4);
  EXPECT_EQ(plan.at("pinned_bytes"), 3 * (2 * 8 + 2 * (4 + 8)));
  EXPECT_EQ(plan.at("bus_bytes_per_iteration"), (4 + 4) * 8 + 3 * (4 + 8));
  const Outcome asked = nonneg(command + "--panel-rows 3", {"FREE_MB=10"});
  EXPECT_TRUE(says(asked.out, {"does not fit: brought over in panels", "2  of 3 rows"}));
}

TEST_F(DeviceCommandTest, FactorizeRunsOnTheDeviceAndRecordsIt) {
  const Outcome outcome = nonneg(kFactorize);
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  const auto record = read_json(place.at("run/run.json"));
  EXPECT_EQ(record.at("backend"), "cuda");
  EXPECT_TRUE(std::filesystem::exists(place.at("run/W.npy")));
  EXPECT_TRUE(std::filesystem::exists(place.at("run/H.npy")));
}

TEST_F(DeviceCommandTest, AutoTakesTheDeviceWhereThereIsOneAndElseTheCpu) {
  // As many iterations as a device is worth.
  const std::string run =
      "factorize A.npy --rank 3 --max-iterations 100000000 --out run --overwrite";
  const Outcome with = nonneg(run);
  EXPECT_EQ(with.status, 0) << with.error;
  EXPECT_EQ(read_json(place.at("run/run.json")).at("backend"), "cuda");
  const Outcome without = nonneg(run, {"DEVICES=0"});
  EXPECT_EQ(without.status, 0) << without.error;
  EXPECT_EQ(read_json(place.at("run/run.json")).at("backend"), "cpu");
}

TEST_F(DeviceCommandTest, AutoLeavesARunToTheCpuThatEndsBeforeADeviceHasStarted) {
  const Outcome outcome = nonneg(kRun);
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  const auto record = read_json(place.at("run/run.json"));
  EXPECT_EQ(record.at("backend"), "cpu");
  EXPECT_EQ(record.at("backend_reason"), "a run this small ends before a device has started");
}

TEST_F(DeviceCommandTest, BackendCudaNeverFallsBack) {
  for (const std::string command : {"factorize A.npy --rank 3 --backend cuda --out run",
                                    "plan A.npy --rank 3 --backend cuda"}) {
    const Outcome outcome = nonneg(command, {"DEVICES=0"});
    EXPECT_EQ(outcome.status, 3);
    EXPECT_TRUE(says(outcome.error,
                     {"--backend cuda", "no NVIDIA driver is installed", "use --backend cpu"}));
  }
  EXPECT_EQ(place.entries(), Words{"A.npy"});
}

TEST_F(DeviceCommandTest, ADeviceThatIsNotThereIsNamed) {
  const Outcome outcome = nonneg("factorize A.npy --rank 3 --backend cuda --device 7 --out run");
  EXPECT_EQ(outcome.status, 3);
  EXPECT_TRUE(says(outcome.error, {"no device 7", "nonneg info"}));
  EXPECT_EQ(place.entries(), Words{"A.npy"});
}

TEST_F(DeviceCommandTest, ADeviceWithoutRoomIsRefusedWithTheBytes) {
  const Outcome outcome = nonneg(kFactorize, {"FREE_MB=10"});
  EXPECT_EQ(outcome.status, 4);
  EXPECT_TRUE(says(outcome.error, {"cannot allocate", "cuda:0", "10.5 MB free", "--backend cpu"}));
  EXPECT_EQ(place.entries(), Words{"A.npy"});
}

TEST_F(DeviceCommandTest, BenchComparesTheCpuWithAnEmulatedDeviceByCountsAlone) {
  const std::string bench = "bench --size 60,20 --rank 3 --repeats 1 --panel-rows 20 ";
  const Outcome outcome = nonneg(bench + "--algorithm mu --json");
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const auto record = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(record.at("emulated"), true);
  EXPECT_EQ(record.at("gpu_figures"), "emulated: counts, no times");
  EXPECT_TRUE(says(record.at("gpu"), {"cuda:0, nonneg emulated device"}));
  const auto& rank = record.at("ranks").at(0);
  const auto& gpu = rank.at("gpu");
  EXPECT_EQ(gpu.at("sweep_seconds").size(), 0U);
  EXPECT_EQ(gpu.at("error_seconds"), nullptr);
  // Both begin alike, and go alike: to rounding.
  EXPECT_EQ(gpu.at("error_reached"), true);
  EXPECT_NEAR(gpu.at("error_sweeps"), rank.at("cpu").at("error_sweeps"), 5);
  // Of each of three panels three products and an update; of H an update and its Gram matrix.
  EXPECT_EQ(gpu.at("kernels_per_sweep"), 4);
  EXPECT_EQ(gpu.at("products_per_sweep"), 10);
  EXPECT_EQ(gpu.at("bus_bytes_per_sweep"), 0);
  EXPECT_NE(rank.at("modelled"), nullptr);
}

TEST_F(DeviceCommandTest, BenchTakesTheDeviceAloneAndSaysWhyThereIsNone) {
  const std::string bench = "bench --size 60,20 --rank 2 --repeats 1 ";
  const Outcome alone = nonneg(bench + "--backend cuda --precision tf32 --json");
  ASSERT_EQ(alone.status, 0) << alone.error;
  const auto record = nlohmann::json::parse(alone.out);
  EXPECT_EQ(record.at("precision"), "tf32");
  EXPECT_EQ(record.at("ranks").at(0).at("cpu"), nullptr);
  EXPECT_EQ(record.at("error_reference"), "gpu");
  const Outcome none = nonneg(bench + "--backend cuda", {"DEVICES=0"});
  EXPECT_EQ(none.status, 3);
  EXPECT_TRUE(says(none.error, {"--backend cuda", "no NVIDIA driver is installed"}));
}

TEST_F(DeviceCommandTest, AFaultOfAnyCallLeavesAMessageAndNoFiles) {
  const Outcome clean = nonneg(kFactorize, {"LOG=1"});
  ASSERT_EQ(clean.status, 0) << clean.error;
  const std::string count = "failable calls=";
  const std::size_t at = clean.error.find(count);
  ASSERT_NE(at, std::string::npos) << clean.error;
  const unsigned long calls = std::stoul(clean.error.substr(at + count.size()));
  ASSERT_GT(calls, 50U);
  const std::string W = read_text(place.at("run/W.npy"));
  std::filesystem::remove_all(place.at("run"));

  int unnoticed = 0;
  constexpr unsigned long kSamples = 24;
  for (unsigned long sample = 0; sample < kSamples; ++sample) {
    const unsigned long call = 1 + sample * (calls - 1) / (kSamples - 1);
    SCOPED_TRACE("call " + std::to_string(call) + " of " + std::to_string(calls));
    const Words fault{"FAIL_AT=" + std::to_string(call), "LEAKS=1"};
    const Outcome outcome = nonneg(kFactorize, fault);
    if (outcome.status == 0) {
      // The end of a wait that nobody needed; or a sweep that is run as it cannot be recorded.
      if (!says(outcome.error, {"while recording"})) ++unnoticed;
      EXPECT_EQ(read_text(place.at("run/W.npy")), W);
      std::filesystem::remove_all(place.at("run"));
      continue;
    }
    EXPECT_TRUE(outcome.status >= 3 && outcome.status <= 5) << outcome.status;
    EXPECT_TRUE(says(outcome.error, {"INJECT", "nonneg: ", "free"}) ||
                says(outcome.error, {"INJECT", "nonneg: ", "cuda"}));
    EXPECT_EQ(place.entries(), Words{"A.npy"});
  }
  EXPECT_LE(unnoticed, 4);
}

TEST_F(DeviceCommandTest, AFaultLeavesTheRunThatItWasToReplace) {
  ASSERT_EQ(nonneg(kFactorize).status, 0);
  const std::string W = read_text(place.at("run/W.npy"));
  std::string record = read_text(place.at("run/run.json"));
  int kept = 0;
  for (const char* call : {"1", "20", "40", "60", "80", "100"}) {
    const Outcome outcome =
        nonneg(std::string(kFactorize) + " --seed 3 --overwrite", {std::string("FAIL_AT=") + call});
    EXPECT_EQ(place.entries(), (Words{"A.npy", "run"}));
    if (outcome.status == 0) {
      // The end of a wait that nobody needed, as above: the run is another one now.
      ASSERT_EQ(nonneg(std::string(kFactorize) + " --overwrite").status, 0);
      EXPECT_EQ(read_text(place.at("run/W.npy")), W);
      record = read_text(place.at("run/run.json"));
      continue;
    }
    ++kept;
    EXPECT_GE(outcome.status, 3) << outcome.error;
    EXPECT_EQ(read_text(place.at("run/W.npy")), W);
    EXPECT_EQ(read_text(place.at("run/run.json")), record);
  }
  EXPECT_GE(kept, 4);
}

TEST_F(DeviceCommandTest, ADeviceThatFailsForGoodEndsTheRunWithItsError) {
  const Outcome outcome = nonneg(kFactorize, {"FAIL_AT=110", "FAIL_STICKY=1"});
  EXPECT_EQ(outcome.status, 5) << outcome.error;
  EXPECT_TRUE(says(outcome.error, {"nonneg: ", "cuda:0"}));
  EXPECT_EQ(place.entries(), Words{"A.npy"});
}

}  // namespace
}  // namespace nonneg::test
