// SPDX-License-Identifier: Apache-2.0
/// The lists that solver tests are typed over, and runs on dense references. Suites over
/// `SolverCases` are the CPU's, those over the other lists are also the device's (`*_cuda_float*`).
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "nonneg/reconstruct.hpp"
#include "nonneg/solver.hpp"
#include "nonneg/transform.hpp"
#include "support/cases.hpp"
#include "support/device.hpp"
#include "support/tolerance.hpp"

namespace nonneg::test {

template <class T, Algorithm Rule, BackendKind Kind>
struct SolverCase {
  using Scalar = T;
  static constexpr Algorithm kAlgorithm = Rule;
  static constexpr bool kOnDevice = Kind == BackendKind::cuda;

  /// A size of a test: the emulated device takes a hundred times as long as a CPU.
  static constexpr Index sized(Index cpu, Index device) { return kOnDevice ? device : cpu; }

  static std::string name() {
    return std::string(to_string(Rule)) + "_" + std::string(to_string(Kind)) +
           (sizeof(T) == sizeof(float) ? "_float32" : "_float64");
  }

  /// This case's algorithm and backend, run to `iterations` without a tolerance; on one thread,
  /// which is fastest for matrices as small as those of the tests.
  static Options options(Index rank, Index iterations) {
    Options options;
    options.rank = rank;
    options.algorithm = Rule;
    options.backend = Kind;
    options.max_iterations = iterations;
    options.tolerance = 0;
    options.threads = 1;
    return options;
  }
};

/// Every rule and precision on the CPU, and the cases of a device.
template <class... OnDevice>
using CpuAnd = ::testing::Types<SolverCase<float, Algorithm::mu, BackendKind::cpu>,
                                SolverCase<double, Algorithm::mu, BackendKind::cpu>,
                                SolverCase<float, Algorithm::hals, BackendKind::cpu>,
                                SolverCase<double, Algorithm::hals, BackendKind::cpu>,
                                SolverCase<float, Algorithm::anls, BackendKind::cpu>,
                                SolverCase<double, Algorithm::anls, BackendKind::cpu>, OnDevice...>;

using SolverCases = CpuAnd<>;

/// For what rules do.
using BackendCases = CpuAnd<SolverCase<float, Algorithm::mu, BackendKind::cuda>,
                            SolverCase<double, Algorithm::mu, BackendKind::cuda>,
                            SolverCase<float, Algorithm::hals, BackendKind::cuda>,
                            SolverCase<double, Algorithm::hals, BackendKind::cuda>,
                            SolverCase<float, Algorithm::anls, BackendKind::cuda>,
                            SolverCase<double, Algorithm::anls, BackendKind::cuda>>;

/// For what no rule knows of, runs and their panels: on a device with and without extrapolation.
using RunCases = CpuAnd<SolverCase<double, Algorithm::mu, BackendKind::cuda>,
                        SolverCase<float, Algorithm::hals, BackendKind::cuda>>;

/// Base of the fixtures of suites that are also the device's: skips, or fails, where there is none.
template <class Case>
class SolverTest : public ::testing::Test {
 protected:
  using Scalar = typename Case::Scalar;

  void SetUp() override {
    if (Case::kOnDevice) require_device();
  }
};

struct SolverNames {
  template <class Case>
  // NOLINTNEXTLINE(readability-identifier-naming): GoogleTest's name
  static std::string GetName(int /*index*/) {
    return Case::name();
  }
};

/// factorize() of A rounded to T.
template <class T>
Result<T> factorize_dense(const Dense& A, const Options& options) {
  const Matrix<T> data = to_matrix<T>(A);
  return factorize<T>(data.view(), options);
}

/// factorize() of A rounded to T from W₀ (m × k) and H₀ᵀ (n × k) rounded to T.
template <class T>
Result<T> factorize_dense(const Dense& A, const Options& options, const Factors& start) {
  const Matrix<T> data = to_matrix<T>(A);
  const Matrix<T> W0 = to_matrix<T>(start.W);
  const Matrix<T> H0 = to_matrix<T>(transpose(start.Ht));
  return factorize<T>(data.view(), options, InitialFactors<T>{W0.view(), H0.view()});
}

template <class T>
Factors factors_of(const Result<T>& result) {
  return {to_dense<T>(result.W), to_dense<T>(result.Ht)};
}

/// W·H of a result, in double.
template <class T>
Dense model_of(const Result<T>& result) {
  return model(to_dense<T>(result.W), to_dense<T>(result.Ht));
}

/// Positive first factors, of the size of A's own.
inline Factors random_start(Index m, Index n, Index k, std::uint64_t seed) {
  return {random_matrix(m, k, seed, 0.1, 1), random_matrix(n, k, seed + 1, 0.1, 1)};
}

/// The smallest entry that options.floor allows in a factor of A.
inline double floor_of(const Options& options, const Dense& A) {
  const double chosen = options.algorithm == Algorithm::mu ? 1e-10 : 0.0;
  return options.floor.value_or(chosen) * std::sqrt(mean(A) / static_cast<double>(options.rank));
}

/// How far a loss by the Gram identity may lie from ½‖A − WH‖²: its terms are sums of products over
/// m and n in T, each about ‖A‖² large; 8 for three terms and their factors.
template <class T>
double loss_tolerance(const Dense& A) {
  return 4 * std::sqrt(static_cast<double>(A.rows + A.cols)) * kUnitRoundoff<T> * squared_norm(A);
}

/// The message of the exception of type E that `body` throws; empty (and a failure) if it does not.
template <class E, class Body>
std::string message_of(const Body& body) {
  try {
    body();
  } catch (const E& error) {
    return error.what();
  } catch (const std::exception& error) {
    ADD_FAILURE() << "another exception: " << error.what();
    return {};
  }
  ADD_FAILURE() << "no exception";
  return {};
}

/// What the InvalidArgument that body() throws is about; fails where it throws none.
template <class Body>
Subject subject_of(const Body& body) {
  try {
    body();
  } catch (const InvalidArgument& error) {
    return error.subject();
  }
  ADD_FAILURE() << "nothing was refused";
  return Subject::none;
}

inline ::testing::AssertionResult mentions(const std::string& message, const std::string& part) {
  if (message.find(part) != std::string::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << "\"" << message << "\" does not mention \"" << part << "\"";
}

}  // namespace nonneg::test
