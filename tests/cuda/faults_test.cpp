// SPDX-License-Identifier: Apache-2.0
// Every CUDA and cuBLAS call of a short run that can fail does so in turn: a typed error that says
// what failed, nothing left on the device, and the next run in the process as if nothing had been.
#include <functional>
#include <regex>

#include "cuda/emulated_fixture.hpp"
#include "cuda/uneven_sparse.hpp"
#include "support/recording_sink.hpp"

namespace nonneg::test {
namespace {

class FaultsTest : public EmulatedTest {
 protected:
  /// What a run with a fault came to: the error's message, or empty where it did not notice, and
  /// then its outcome.
  struct Faulted {
    /// The call that failed.
    std::string call;
    std::string message;
    Outcome outcome;
    /// A sweep that could not be recorded is run as it is.
    bool while_recording = false;
  };

  template <class T>
  static Faulted run_with_fault(std::uint64_t call, const DataView& A, const Options& options) {
    Control::fail_at(call);
    Faulted faulted;
    try {
      faulted.outcome = run_of<T>(A, options);
    } catch (const OutOfMemory& error) {
      faulted.message = error.what();
    } catch (const DeviceError& error) {
      faulted.message = error.what();
    } catch (const NotAvailable& error) {
      faulted.message = error.what();
    } catch (const std::exception& error) {
      ADD_FAILURE() << "call " << call << ": an error of another type: " << error.what();
    }
    faulted.call = Control::failed_call();
    EXPECT_NE(faulted.call, "") << "the run never came to the call that fails";
    faulted.while_recording = Control::failed_while_recording();
    Control::fail_at(0);
    return faulted;
  }

  static Options options_of(Algorithm algorithm) {
    Options options = options_for(BackendKind::cuda, 2);
    options.algorithm = algorithm;
    options.max_iterations = 2;  // a replayed sweep is among them
    options.check_every = 2;
    options.panel_rows = 4;  // more panels than a staged run has buffers
    return options;
  }

  template <class T>
  static void every_call_fails(const DataView& A, const Options& options) {
    const Outcome clean = run_of<T>(A, options);
    Control::fail_at(0);
    run_of<T>(A, options);
    const std::uint64_t calls = Control::failable_calls();
    ASSERT_GT(calls, 50U);
    for (std::uint64_t call = 1; call <= calls; ++call) {
      SCOPED_TRACE(::testing::Message() << "call " << call << " of " << calls);
      const Faulted faulted = run_with_fault<T>(call, A, options);
      EXPECT_EQ(Control::live_allocations(), 0);
      EXPECT_EQ(Control::take_findings(), "");
      if (faulted.message.empty()) {
        EXPECT_TRUE(may_fail_unnoticed(faulted.call) || faulted.while_recording) << faulted.call;
        EXPECT_TRUE(same(faulted.outcome, clean)) << faulted.call;
      } else {
        EXPECT_TRUE(std::regex_search(faulted.message, std::regex("cuda|page-locked")))
            << faulted.message;
      }
      EXPECT_TRUE(same(run_of<T>(A, options), clean)) << "the next run";
    }
  }
};

/// The run alone: each fault is an error, or may go unnoticed by its name.
void every_call_fails_once(const std::function<void()>& run) {
  ASSERT_NO_THROW(run());
  for (std::uint64_t call = 1;; ++call) {
    Control::fail_at(call);
    bool noticed = false;
    try {
      run();
    } catch (const Error&) {
      noticed = true;
    }
    const std::string name = Control::failed_call();
    const bool while_recording = Control::failed_while_recording();
    Control::fail_at(0);
    EXPECT_EQ(Control::take_findings(), "") << name;
    if (name.empty()) {
      EXPECT_GT(call, 50U);
      return;
    }
    EXPECT_TRUE(noticed || while_recording || may_fail_unnoticed(name))
        << "call " << call << ", " << name;
  }
}

template <class T>
void every_call_fails_once(const DataView& A, const Options& options) {
  every_call_fails_once([&] { factorize<T>(A, options); });
}

TEST_F(FaultsTest, EveryCallOfAResidentRunFailsInTurnByMu) {
  const Matrix<float> A = to_matrix<float>(noisy_planted(13, 7, 2, 31));
  every_call_fails<float>(A.view(), options_of(Algorithm::mu));
}

TEST_F(FaultsTest, EveryCallOfAResidentRunFailsInTurnByHals) {
  const Matrix<double> A = to_matrix<double>(noisy_planted(13, 7, 2, 32));
  every_call_fails<double>(A.view(), options_of(Algorithm::hals));
}

TEST_F(FaultsTest, EveryCallOfAStagedRunFailsInTurnByMu) {
  const Matrix<double> A = to_matrix<double>(noisy_planted(13, 7, 2, 33));
  const Options options = options_of(Algorithm::mu);
  leave_room_for_panels_only<double>(A.view(), options);
  every_call_fails<double>(A.view(), options);
}

TEST_F(FaultsTest, EveryCallOfAStagedRunOfStoredIntegersFailsInTurnByHals) {
  std::vector<std::uint8_t> entries(13 * 7);
  for (std::size_t e = 0; e < entries.size(); ++e) {
    entries[e] = static_cast<std::uint8_t>(1 + e % 11);
  }
  const DataView A(entries.data(), ElementType::uint8, 13, 7, 7, 1);
  const Options options = options_of(Algorithm::hals);
  leave_room_for_panels_only<float>(A, options);
  every_call_fails<float>(A, options);
}

TEST_F(FaultsTest, EveryCallOfAResidentRunOfWeightedSparseDataFailsInTurnByMu) {
  const UnevenSparse A(13, 7, ElementType::float64, true);
  Options options = options_of(Algorithm::mu);
  options.missing = Missing::zeros;
  every_call_fails<float>(A.view(), options);
}

TEST_F(FaultsTest, EveryCallOfAStagedRunOfWeightedSparseDataFailsInTurnByMu) {
  const UnevenSparse A(13, 7, ElementType::float64, true);
  Options options = options_of(Algorithm::mu);
  options.missing = Missing::zeros;
  leave_room_for_panels_only<float>(A.view(), options);
  every_call_fails<float>(A.view(), options);
}

TEST_F(FaultsTest, EveryCallOfAShortRunOfEveryOtherRuleFailsInTurn) {
  const Matrix<float> A = to_matrix<float>(random_matrix(13, 7, 35, 0.5, 1.5));
  struct Case {
    const char* what;
    Algorithm algorithm;
    double beta;
    Precision precision;
    bool staged;
  };
  for (const Case& c :
       {Case{"anls", Algorithm::anls, kFrobenius, Precision::float32, false},
        Case{"tf32", Algorithm::mu, kFrobenius, Precision::tf32, false},
        Case{"Kullback-Leibler", Algorithm::mu, kKullbackLeibler, Precision::float32, false},
        Case{"Itakura-Saito", Algorithm::mu, kItakuraSaito, Precision::float32, true}}) {
    SCOPED_TRACE(c.what);
    Options options = options_of(c.algorithm);
    options.beta = c.beta;
    options.precision = c.precision;
    options.panel_rows = 13;
    Control::set_free_memory(kAllMemory);
    if (c.staged) leave_room_for_panels_only<float>(A.view(), options);
    every_call_fails_once<float>(A.view(), options);
  }
}

TEST_F(FaultsTest, EveryCallOfARunWithSnapshotsFailsInTurn) {
  const Matrix<float> A = to_matrix<float>(noisy_planted(13, 7, 2, 36));
  Options options = options_of(Algorithm::mu);
  options.panel_rows = 13;
  SnapshotOptions every_sweep;
  every_sweep.schedule.kind = SnapshotSchedule::Kind::every;
  every_call_fails_once([&] {
    RecordingSink<float> sink;
    Solver<float> solver(A.view(), options);
    solver.stream_to(sink, every_sweep);
    solver.run();
  });
}

TEST_F(FaultsTest, ASolverThatMeetsAFaultLeavesAnotherOneAlone) {
  const Matrix<float> A = to_matrix<float>(noisy_planted(13, 7, 2, 34));
  const Options options = options_of(Algorithm::mu);
  const Outcome alone = run_of<float>(A.view(), options);
  Solver<float> steady(A.view(), options);
  steady.step();
  Solver<float> failing(A.view(), options);
  failing.step();
  Control::fail_at(1);
  EXPECT_THROW(failing.step(), DeviceError);
  Control::fail_at(0);
  steady.run();
  EXPECT_TRUE(same(outcome_of(steady.result()), alone));
}

}  // namespace
}  // namespace nonneg::test
