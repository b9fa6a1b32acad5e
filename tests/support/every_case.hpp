// SPDX-License-Identifier: Apache-2.0
/// Every rule × loss × kind of data × backend × precision, and what the tests of all of them share.
/// tests/solve/every_case_test.cpp has the properties; where they are run is said in
/// tests/solve/every_case_on_cpu.cpp and tests/cuda/every_case_on_device.cpp.
#pragma once

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "support/counted_cases.hpp"
#include "support/device.hpp"
#include "support/solver_cases.hpp"

namespace nonneg::test {

struct Case {
  Algorithm algorithm = Algorithm::mu;
  double beta = kFrobenius;
  /// Compressed rows, else dense.
  bool sparse = false;
  /// float64, else float32.
  bool wide = true;
  BackendKind backend = BackendKind::cpu;

  /// hals and anls are for the Frobenius loss only.
  bool served() const { return algorithm == Algorithm::mu || beta == kFrobenius; }
  /// Zeros have a divergence.
  bool takes_zeros() const { return beta > 0; }

  /// mu_kl_dense_cpu_float32, mu_beta_minus_0_5_sparse_cuda_float64
  std::string name() const {
    std::string loss(loss_name(beta));
    if (loss == "beta") {
      const auto tenths = static_cast<int>(std::lround(10 * std::abs(beta)));
      loss += (beta < 0 ? "_minus_" : "_") + std::to_string(tenths / 10) + "_" +
              std::to_string(tenths % 10);
    }
    return std::string(to_string(algorithm)) + "_" + loss + (sparse ? "_sparse_" : "_dense_") +
           std::string(to_string(backend)) + (wide ? "_float64" : "_float32");
  }
};

inline std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name(); }

struct CaseName {
  std::string operator()(const ::testing::TestParamInfo<Case>& info) const {
    return info.param.name();
  }
};

/// All cases of a backend for which `wanted` holds.
template <class Wanted>
std::vector<Case> cases_of(BackendKind backend, const Wanted& wanted) {
  std::vector<Case> cases;
  for (const Algorithm algorithm : {Algorithm::mu, Algorithm::hals, Algorithm::anls}) {
    for (const double beta : {-0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0}) {
      for (const bool sparse : {false, true}) {
        for (const bool wide : {false, true}) {
          const Case one{algorithm, beta, sparse, wide, backend};
          if (wanted(one)) cases.push_back(one);
        }
      }
    }
  }
  return cases;
}

inline std::vector<Case> served_cases(BackendKind backend) {
  return cases_of(backend, [](const Case& c) { return c.served(); });
}
inline std::vector<Case> refused_cases(BackendKind backend) {
  return cases_of(backend, [](const Case& c) { return !c.served(); });
}
/// Each rule and loss once per precision.
inline std::vector<Case> rule_cases(BackendKind backend) {
  return cases_of(backend, [](const Case& c) { return c.served() && !c.sparse; });
}

/// A rounded to T, dense or as the entries that are not 0.
template <class T>
class CaseData {
 public:
  CaseData(const Dense& A, bool sparse)
      : is_sparse_(sparse), dense_(to_matrix<T>(A)), sparse_(to_sparse<T>(A)) {}
  DataView view() const { return is_sparse_ ? DataView(sparse_.view()) : DataView(dense_.view()); }

 private:
  bool is_sparse_;
  Matrix<T> dense_;
  SparseMatrix sparse_;
};

/// Base of the tests of a case. The emulated device takes a hundred times as long as a CPU: there,
/// matrices are smaller, sweeps and variants fewer.
class EveryCase : public ::testing::TestWithParam<Case> {
 protected:
  static constexpr Index kRank = 3;

  void SetUp() override {
    if (GetParam().backend == BackendKind::cuda) require_device();
  }

  static bool on_device() { return GetParam().backend == BackendKind::cuda; }
  static Index rows() { return on_device() ? 13 : 23; }
  static Index cols() { return on_device() ? 9 : 17; }
  static Index sweeps(Index cpu, Index device) { return on_device() ? device : cpu; }

  /// Calls body(T{}) for the case's precision.
  template <class Body>
  static void in_precision(const Body& body) {
    if (GetParam().wide) {
      body(double{});
    } else {
      body(float{});
    }
  }

  static Options options(Index iterations) {
    Options options;
    options.rank = kRank;
    options.algorithm = GetParam().algorithm;
    options.beta = GetParam().beta;
    options.backend = GetParam().backend;
    options.max_iterations = iterations;
    options.tolerance = 0;
    options.threads = 1;
    options.seed = 3;
    // By itself hals repeats by the stored entries of a row: not as often for sparse data.
    if (options.algorithm == Algorithm::hals) options.inner_repeats = 2;
    return options;
  }

  template <class T>
  static Result<T> run(const Dense& A, const Options& options) {
    const CaseData<T> data(A, GetParam().sparse);
    return factorize<T>(data.view(), options);
  }

  /// Noise on a planted matrix, about half of its entries 0 where the loss takes zeros.
  static Dense data(std::uint64_t seed) {
    Dense A = noisy_planted(rows(), cols(), kRank, seed);
    const Dense mask = sparse_matrix(rows(), cols(), seed + 3, 0.5);
    for (std::size_t e = 0; e < A.entries.size(); ++e) {
      A.entries[e] = GetParam().takes_zeros() && mask.entries[e] == 0 ? 0 : A.entries[e] + 0.05;
    }
    return A;
  }

  /// Whole numbers to 7, from 0 on where the loss takes zeros: times a power of 2 they are exact,
  /// subnormal or huge.
  static Dense whole_numbers(std::uint64_t seed) {
    Dense A = random_matrix(rows(), cols(), seed, GetParam().takes_zeros() ? -3 : 1, 8);
    for (double& a : A.entries) a = std::max(std::floor(a), 0.0);
    return A;
  }

  /// How far two runs that round differently may lie apart: 4 for the powers in each sweep.
  template <class T>
  static double agreement(Index sweeps) {
    return 4 * sweep_tolerance<T>(rows(), sweeps);
  }

  template <class T>
  static void expect_same(const Result<T>& actual, const Result<T>& expected, Index sweeps) {
    const double allowed = agreement<T>(sweeps);
    EXPECT_LE(relative_distance(to_dense<T>(actual.W), to_dense<T>(expected.W)), allowed);
    EXPECT_LE(relative_distance(to_dense<T>(actual.Ht), to_dense<T>(expected.Ht)), allowed);
    EXPECT_NEAR(actual.relative_error, expected.relative_error, allowed);
    const double loss = expected.loss_history.back().loss;
    EXPECT_NEAR(actual.loss_history.back().loss, loss,
                allowed * (loss + static_cast<double>(rows() * cols())));
  }

  /// The run must be refused, saying all of `parts`.
  template <class T>
  static void expect_refused(const Dense& A, const Options& options,
                             const std::vector<std::string>& parts) {
    const std::string message = message_of<InvalidArgument>([&] { run<T>(A, options); });
    for (const std::string& part : parts) EXPECT_TRUE(mentions(message, part));
  }
};

/// The properties that are not one of dense or of sparse data.
class EveryRule : public EveryCase {};

/// What the library does not have.
class EveryRefusedCase : public EveryCase {};

}  // namespace nonneg::test
