// SPDX-License-Identifier: Apache-2.0
// Two solvers on one device at once, each in a host thread of its own.
#include <thread>

#include "cuda/emulated_fixture.hpp"

namespace nonneg::test {
namespace {

Options options_of(std::uint64_t seed) {
  Options options = options_for(BackendKind::cuda, 3);
  options.algorithm = seed % 2 == 0 ? Algorithm::mu : Algorithm::hals;
  options.seed = seed;
  options.max_iterations = 6;
  options.check_every = 2;
  options.panel_rows = 10;
  return options;
}

/// Calls body(0) and body(1) at once.
template <class Body>
void at_once(const Body& body) {
  std::thread other([&] { body(1); });
  body(0);
  other.join();
}

class ThreadsTest : public DeviceTest {
 protected:
  const Matrix<float> A = to_matrix<float>(noisy_planted(31, 13, 3, 51));
};

TEST_F(ThreadsTest, TwoSolversAtOnceGiveTheBitsThatEachGivesAlone) {
  const Outcome alone[] = {run_of<float>(A.view(), options_of(0)),
                           run_of<float>(A.view(), options_of(1))};
  for (int round = 0; round < 5; ++round) {
    Outcome together[2];
    at_once([&](std::size_t i) { together[i] = run_of<float>(A.view(), options_of(i)); });
    EXPECT_TRUE(same(together[0], alone[0]));
    EXPECT_TRUE(same(together[1], alone[1]));
  }
}

TEST_F(ThreadsTest, AnErrorOfOneLeavesTheOtherAlone) {
  const Outcome alone = run_of<float>(A.view(), options_of(0));
  const auto give_up = [](const LossRecord&) { throw DeviceError("given up at a check"); };
  Outcome together;
  std::string message;
  at_once([&](std::size_t i) {
    if (i == 0) {
      together = run_of<float>(A.view(), options_of(0));
      return;
    }
    message = message_of<DeviceError>(
        [&] { factorize<float>(A.view(), options_of(1), std::stop_token(), give_up); });
    message += message_of<NotAvailable>([&] {
      Options elsewhere = options_of(1);
      elsewhere.device = 99;
      factorize<float>(A.view(), elsewhere);
    });
  });
  EXPECT_TRUE(mentions(message, "given up"));
  EXPECT_TRUE(same(together, alone));
}

class FaultyThreadsTest : public EmulatedTest {};

TEST_F(FaultyThreadsTest, AFaultEndsOneOfTwoSolversAtMost) {
  const Matrix<float> A = to_matrix<float>(noisy_planted(31, 13, 3, 52));
  const Outcome alone[] = {run_of<float>(A.view(), options_of(0)),
                           run_of<float>(A.view(), options_of(1))};
  for (std::uint64_t call = 20; call <= 220; call += 10) {
    SCOPED_TRACE(call);
    Outcome together[2];
    std::string message[2];
    Control::fail_at(call);
    at_once([&](std::size_t i) {
      try {
        together[i] = run_of<float>(A.view(), options_of(i));
      } catch (const Error& error) {
        message[i] = error.what();
      }
    });
    EXPECT_GE(Control::failable_calls(), call);
    Control::fail_at(0);
    EXPECT_TRUE(message[0].empty() || message[1].empty()) << message[0] << '\n' << message[1];
    for (int i = 0; i < 2; ++i) {
      if (message[i].empty()) {
        EXPECT_TRUE(same(together[i], alone[i]));
      }
    }
    EXPECT_EQ(Control::live_allocations(), 0);
    EXPECT_EQ(Control::take_findings(), "");
  }
}

}  // namespace
}  // namespace nonneg::test
