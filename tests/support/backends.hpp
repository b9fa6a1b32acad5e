// SPDX-License-Identifier: Apache-2.0
/// The list that primitive tests are typed over, and matrices in a backend's memory. A new backend
/// is one line in `Backends`.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "devices/make_backend.hpp"
#include "nonneg/plan.hpp"
#include "options/resolve.hpp"
#include "rules/settling_rows.hpp"
#include "solve/plan.hpp"
#include "support/reference.hpp"

namespace nonneg::test {

/// One entry of the list: how to make the backend, in one precision.
template <class T, BackendKind Kind>
struct BackendCase {
  using Scalar = T;
  static std::unique_ptr<Backend<T>> make(int threads = 2) {
    Options options;
    options.rank = 1;
    options.backend = Kind;
    options.threads = threads;
    return make_backend<T>(options);
  }
  static std::string name() {
    return std::string(to_string(Kind)) + (sizeof(T) == sizeof(float) ? "_float32" : "_float64");
  }
};

using Backends =
    ::testing::Types<BackendCase<float, BackendKind::cpu>, BackendCase<double, BackendKind::cpu>,
                     BackendCase<float, BackendKind::cuda>, BackendCase<double, BackendKind::cuda>>;

struct BackendNames {
  template <class Case>
  // NOLINTNEXTLINE(readability-identifier-naming): GoogleTest's name
  static std::string GetName(int /*index*/) {
    return Case::name();
  }
};

/// What is planned: a run, or transform(), which keeps no sums and extrapolates nothing.
enum class Planned { run, transform };

template <class T>
Plan plan_on(const Backend<T>& backend, const DataView& A, const Options& options,
             Planned planned = Planned::run) {
  const Options resolved = resolve(options, A);
  const Buffers held = planned == Planned::run ? run_needs(resolved, A.rows(), A.cols())
                                               : SettlingRows<T>::needs(A.rows());
  return backend.plan(A, resolved, false, held);
}

/// What fills the gaps between rows: nobody may touch it.
inline constexpr double kSentinel = -77.5;

/// A matrix in a backend's memory whose ld exceeds its columns by `padding`. The backend must
/// outlive it.
template <class T>
class Operand {
 public:
  Operand(Backend<T>& backend, const Dense& values, Index padding = 0)
      : backend_(&backend),
        rows_(values.rows),
        cols_(values.cols),
        padding_(padding),
        memory_(backend.allocate(values.rows, values.cols + padding)) {
    Dense all(rows_, cols_ + padding_, kSentinel);
    for (Index i = 0; i < rows_; ++i) {
      for (Index j = 0; j < cols_; ++j) all(i, j) = values(i, j);
    }
    const Matrix<T> host = to_matrix<T>(all);
    backend_->copy(host.view(), memory_.view());
  }

  MatrixView<T> view() { return {memory_.data(), rows_, cols_, cols_ + padding_, memory_.space()}; }

  /// The entries, fetched to the host.
  Dense values() {
    const Dense all = fetched();
    Dense result(rows_, cols_);
    for (Index i = 0; i < rows_; ++i) {
      for (Index j = 0; j < cols_; ++j) result(i, j) = all(i, j);
    }
    return result;
  }

  bool padding_untouched() {
    const Dense all = fetched();
    for (Index i = 0; i < rows_; ++i) {
      for (Index j = cols_; j < cols_ + padding_; ++j) {
        if (all(i, j) != kSentinel) return false;
      }
    }
    return true;
  }

 private:
  Dense fetched() {
    Matrix<T> host(rows_, cols_ + padding_);
    const Matrix<T>& memory = memory_;
    backend_->copy(memory.view(), host.view());
    return to_dense<T>(host);
  }

  Backend<T>* backend_;
  Index rows_;
  Index cols_;
  Index padding_;
  Matrix<T> memory_;
};

/// The first `count` sums, on the host.
template <class T>
std::vector<double> fetch_sums(Backend<T>& backend, const Matrix<double>& sums, Index count) {
  std::vector<double> host(static_cast<std::size_t>(count));
  backend.fetch(sums.data(), host.data(), count);
  return host;
}

/// Base of the fixtures typed over `Backends`. A backend that is not here is skipped, or fails
/// where NONNEG_TEST_REQUIRE_GPU=1.
template <class Case>
class BackendTest : public ::testing::Test {
 protected:
  using Scalar = typename Case::Scalar;

  BackendTest() {
    try {
      backend_ = Case::make();
    } catch (const NotAvailable& error) {
      missing_ = error.what();
    }
  }

  void SetUp() override {
    if (backend_ != nullptr) return;
    const char* required = std::getenv("NONNEG_TEST_REQUIRE_GPU");
    if (required != nullptr && std::string(required) == "1") FAIL() << missing_;
    GTEST_SKIP() << missing_;
  }

  Operand<Scalar> put(const Dense& values, Index padding = 0) {
    return {*backend_, values, padding};
  }
  Backend<Scalar>& backend() { return *backend_; }

 private:
  std::unique_ptr<Backend<Scalar>> backend_;
  std::string missing_;
};

}  // namespace nonneg::test
