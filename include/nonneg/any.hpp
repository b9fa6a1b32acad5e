// SPDX-License-Identifier: Apache-2.0
/// Factorization in a precision that is chosen at run time.
#pragma once

#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "nonneg/data_view.hpp"
#include "nonneg/error.hpp"
#include "nonneg/export.hpp"
#include "nonneg/options.hpp"
#include "nonneg/result.hpp"
#include "nonneg/solver.hpp"

namespace nonneg {

/// A result in float32 or in float64: what a factorization gives back where A's precision, or the
/// caller's choice of one, is known at run time only.
class AnyResult {
 public:
  /// An empty result, of 0 × 0 in float32.
  AnyResult() = default;
  /// A result in float32.
  // NOLINTNEXTLINE(google-explicit-constructor): every result is one of these
  AnyResult(Result<float> result) : result_(std::move(result)) {}
  /// A result in float64.
  // NOLINTNEXTLINE(google-explicit-constructor): every result is one of these
  AnyResult(Result<double> result) : result_(std::move(result)) {}

  /// float32 or float64: the type of the factors' entries.
  ElementType type() const noexcept {
    return holds<float>() ? ElementType::float32 : ElementType::float64;
  }
  /// Whether it is a Result<T>.
  template <class T>
  bool holds() const noexcept {
    return std::holds_alternative<Result<T>>(result_);
  }
  /// The Result<T> that it is. Throws InvalidArgument where it is the other one.
  template <class T>
  const Result<T>& as() const {
    if (const auto* result = std::get_if<Result<T>>(&result_)) return *result;
    throw InvalidArgument("a result in " + std::string(element_name(type())) +
                          " was asked for as the other type: type() says which it is");
  }
  /// Calls visitor(result) with the Result<float> or Result<double>, and returns what that does.
  template <class Visitor>
  decltype(auto) visit(Visitor&& visitor) const {
    return std::visit(std::forward<Visitor>(visitor), result_);
  }

  /// The same of a result that may be changed.
  template <class Visitor>
  decltype(auto) visit(Visitor&& visitor) {
    return std::visit(std::forward<Visitor>(visitor), result_);
  }

  /// m: rows of A and of W.
  Index rows() const {
    return visit([](const auto& result) { return result.W.rows(); });
  }
  /// n: columns of A and of H.
  Index cols() const {
    return visit([](const auto& result) { return result.Ht.rows(); });
  }
  /// k: columns of W and rows of H.
  Index rank() const {
    return visit([](const auto& result) { return result.W.cols(); });
  }
  /// Entry (i, c) of W, which must lie within.
  double w(Index i, Index c) const {
    return visit([&](const auto& result) { return static_cast<double>(result.W(i, c)); });
  }
  /// Entry (c, j) of H, which must lie within.
  double h(Index c, Index j) const {
    return visit([&](const auto& result) { return static_cast<double>(result.Ht(j, c)); });
  }
  /// W (m × k), of type(); valid as long as this object lives, so that a temporary has none.
  DataView W() const& {
    return visit([](const auto& result) { return DataView(result.W.view()); });
  }
  DataView W() const&& = delete;
  /// H transposed (n × k), of type(); likewise.
  DataView Ht() const& {
    return visit([](const auto& result) { return DataView(result.Ht.view()); });
  }
  DataView Ht() const&& = delete;

  /// The checks of the run, as Result has them.
  const std::vector<LossRecord>& loss_history() const {
    return visit([](const auto& result) -> const auto& { return result.loss_history; });
  }
  /// Why the sweeps ended.
  StopReason stop_reason() const {
    return visit([](const auto& result) { return result.stop_reason; });
  }
  /// Sweeps that were done.
  Index iterations() const {
    return visit([](const auto& result) { return result.iterations; });
  }
  /// Of the factors, as LossRecord has it.
  double relative_error() const {
    return visit([](const auto& result) { return result.relative_error; });
  }
  /// What the caller should know, one sentence each.
  const std::vector<std::string>& warnings() const {
    return visit([](const auto& result) -> const auto& { return result.warnings; });
  }

 private:
  std::variant<Result<float>, Result<double>> result_;
};

/// Factorizes A in the precision that choose_precision() finds: by the loss that options.loss or
/// options.beta asks for, on the backend that options get. Throws as Solver does.
NONNEG_EXPORT AnyResult factorize_any(const DataView& A, const Options& options,
                                      std::stop_token stop = {},
                                      const CheckCallback& on_check = {});

/// The factors of a former result, to go on from: factorize(A, options, start_from(former)), in
/// that one's precision.
inline const AnyResult& start_from(const AnyResult& former) noexcept { return former; }
const AnyResult& start_from(const AnyResult&& former) = delete;

/// As above, from the factors of a former result (a warm start), in its precision where
/// options.precision leaves that open. Throws InvalidArgument, too, where options ask for another
/// precision than the former result's, or its shape is not A's.
NONNEG_EXPORT AnyResult factorize_any(const DataView& A, const Options& options,
                                      const AnyResult& former, std::stop_token stop = {},
                                      const CheckCallback& on_check = {});

}  // namespace nonneg
