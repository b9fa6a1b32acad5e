// SPDX-License-Identifier: Apache-2.0
/// For tests that steer the device they run on: only the emulated one can be steered.
#pragma once

#include <emulated_device.h>

#include <array>
#include <cstdint>
#include <string>

#include "backend/backend.hpp"
#include "cuda/device_fixture.hpp"
#include "devices/make_backend.hpp"
#include "nonneg/plan.hpp"
#include "nonneg/solver.hpp"
#include "support/backends.hpp"
#include "support/solver_cases.hpp"

namespace nonneg::test {

using emulated::Control;

/// Skips on a GPU. The device's settings are taken back.
class EmulatedTest : public DeviceTest {
 protected:
  static constexpr std::uint64_t kAllMemory = std::uint64_t{8} << 30;

  void SetUp() override {
    DeviceTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    if (!Control::present()) GTEST_SKIP() << "this test steers the emulated device: here is a GPU";
    steer_nothing();
  }

  void TearDown() override {
    if (Control::present()) steer_nothing();
  }

 private:
  static void steer_nothing() {
    Control::fail_at(0);
    Control::set_free_memory(kAllMemory);
    Control::set_order("late", 1);
    Control::shuffle_threads(false, 1);
  }
};

/// Whether a call that fails (Control::failed_call) may go unnoticed: destructors wait for their
/// streams, and cannot say that they could not.
inline bool may_fail_unnoticed(const std::string& call) {
  return call.ends_with("drain/cudaStreamSynchronize");
}

/// The factors and the losses of a run, to be compared bit for bit.
struct Outcome {
  Dense W;
  Dense Ht;
  std::vector<double> losses;
  std::vector<double> explained;
};

template <class T>
Outcome outcome_of(const Result<T>& result) {
  Outcome outcome{to_dense(result.W), to_dense(result.Ht), {}, result.explained.amounts};
  for (const LossRecord& record : result.loss_history) outcome.losses.push_back(record.loss);
  return outcome;
}

template <class T>
Outcome run_of(const DataView& A, const Options& options) {
  return outcome_of(factorize<T>(A, options));
}

inline ::testing::AssertionResult same(const Outcome& actual, const Outcome& expected) {
  if (auto equal = entries_equal(actual.W, expected.W); !equal) return equal;
  if (auto equal = entries_equal(actual.Ht, expected.Ht); !equal) return equal;
  if (actual.losses != expected.losses) {
    return ::testing::AssertionFailure() << "the factors are the same, the losses are not";
  }
  if (actual.explained == expected.explained) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "the losses are the same, what components explain is not";
}

/// The plans that a run of A makes as the device's free memory shrinks: of its own backend's, which
/// counts what that holds already.
template <class T>
class RunPlans {
 public:
  RunPlans(const DataView& A, const Options& options, Planned planned = Planned::run)
      : A_(A), options_(options), planned_(planned) {
    options_.precision = sizeof(T) == sizeof(float) ? Precision::float32 : Precision::float64;
    options_.backend = BackendKind::cuda;
    backend_ = make_backend<T>(options_);
    Control::live_allocations(&held_);
  }

  /// With `bytes` of device memory, the backend's own among them.
  Plan at(std::uint64_t bytes) const {
    Control::set_free_memory(bytes);
    return plan_on(*backend_, A_, options_, planned_);
  }

  /// The fewest bytes at which `wanted(plan)` holds; it must hold from there up to `most`.
  template <class Wanted>
  std::uint64_t least(std::uint64_t most, const Wanted& wanted) const {
    std::uint64_t low = held_;
    while (low < most) {
      const std::uint64_t middle = low + (most - low) / 2;
      if (wanted(at(middle))) {
        most = middle;
      } else {
        low = middle + 1;
      }
    }
    return most;
  }

  std::uint64_t held() const { return held_; }

 private:
  DataView A_;
  Options options_;
  Planned planned_;
  std::unique_ptr<Backend<T>> backend_;
  std::uint64_t held_ = 0;
};

/// Leaves the device as much memory as a run of A takes that just cannot keep A there.
template <class T>
void leave_room_for_panels_only(const DataView& A, const Options& options,
                                Planned planned = Planned::run) {
  constexpr std::uint64_t kMax = std::uint64_t{8} << 30;
  std::uint64_t bytes = 0;
  {
    const RunPlans<T> plans(A, options, planned);
    bytes = plans.least(kMax, [](const Plan& plan) { return plan.resident; }) - 1;
    ASSERT_FALSE(plans.at(bytes).resident);
  }
  Control::set_free_memory(bytes);
}

}  // namespace nonneg::test
