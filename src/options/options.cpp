#include "nonneg/options.hpp"

#include <fmt/format.h>

#include <cmath>

#include "rules/gram_rule.hpp"

namespace nonneg {

namespace {

void require_at_least(std::string_view field, Index value, Index least,
                      std::string_view hint = {}) {
  if (value < least) {
    throw InvalidArgument(fmt::format("{} = {}: must be at least {}{}", field, value, least, hint));
  }
}

void require_finite_and_nonnegative(std::string_view field, double value) {
  if (!(value >= 0) || std::isinf(value)) {
    throw InvalidArgument(fmt::format("{} = {}: must be a finite number >= 0", field, value));
  }
}

/// NaN is for dense data, zeros for sparse data; and only with zeros does sparse data take weights.
void require_kind_of_missing(Missing missing, const DataView& A) {
  if (missing == Missing::nan && A.sparse()) {
    throw InvalidArgument(
        "missing = nan: A is sparse; use missing = zeros where what is not stored is not observed");
  }
  if (missing == Missing::zeros && !A.sparse()) {
    throw InvalidArgument(
        "missing = zeros: A is dense; hand it in sparse, or mark missing entries with NaN or "
        "weights of 0");
  }
  if (A.sparse() && A.weights() != nullptr && missing != Missing::zeros) {
    throw InvalidArgument(
        "weights of sparse data apply to its stored entries alone: they need missing = zeros; or "
        "hand in A and its weights dense");
  }
}

/// Sub-problems that are solved exactly leave nothing to repeat, and nothing of a step to carry on.
void require_exact_updates(const Options& options) {
  if (options.inner_repeats > 1) {
    throw InvalidArgument(
        fmt::format("inner_repeats = {}: algorithm = anls solves for a factor at once; use 1, or 0",
                    options.inner_repeats));
  }
  if (options.extrapolation.value_or(false)) {
    throw InvalidArgument(
        "extrapolation = on: algorithm = anls takes exact steps; leave it off, or use algorithm = "
        "hals");
  }
}

}  // namespace

void validate(const Options& options) {
  require_at_least("rank", options.rank, 1);
  require_at_least("max_iterations", options.max_iterations, 1);
  require_at_least("check_every", options.check_every, 1);
  require_at_least("inner_repeats", options.inner_repeats, 0, " (0: chosen by the algorithm)");
  require_at_least("panel_rows", options.panel_rows, 0, " (0: chosen for the machine)");
  require_at_least("device", options.device, 0);
  require_at_least("threads", options.threads, 0, " (0: all that this process may use)");
  require_finite_and_nonnegative("tolerance", options.tolerance);
  if (!std::isfinite(options.beta)) {
    throw InvalidArgument(fmt::format("beta = {}: must be a finite number", options.beta));
  }
  if (options.floor) require_finite_and_nonnegative("floor", *options.floor);
  require_finite_and_nonnegative("l1_w", options.penalties.l1_w);
  require_finite_and_nonnegative("l1_h", options.penalties.l1_h);
  require_finite_and_nonnegative("l2_w", options.penalties.l2_w);
  require_finite_and_nonnegative("l2_h", options.penalties.l2_h);
  if (options.algorithm == Algorithm::anls) require_exact_updates(options);
}

bool is_weighted(const Options& options, const DataView& A) noexcept {
  return options.missing != Missing::none || A.weights() != nullptr;
}

Options settled(Options options, const DataView& A) {
  validate(options);
  require_kind_of_missing(options.missing, A);
  const bool gram = gram_rules_serve(options, A);
  if (options.algorithm == Algorithm::automatic) {
    options.algorithm = gram ? Algorithm::hals : Algorithm::mu;
  }
  if (gram) return options;

  const std::string why = options.beta == kFrobenius ? "weights and missing entries"
                                                     : fmt::format("beta = {:g}", options.beta);
  if (options.algorithm != Algorithm::mu) {
    throw InvalidArgument(
        fmt::format("algorithm = {}: takes only the Frobenius loss of complete "
                    "data; use algorithm = mu for {}",
                    to_string(options.algorithm), why));
  }
  if (options.extrapolation.value_or(false)) {
    throw InvalidArgument(fmt::format(
        "extrapolation = on: judges each sweep by the Frobenius loss of complete data; leave it "
        "off for {}",
        why));
  }
  if (options.inner_repeats > 1) {
    throw InvalidArgument(fmt::format(
        "inner_repeats = {}: the products of an update hold for one pass only with {}; use 1, or 0",
        options.inner_repeats, why));
  }
  if (options.precision == Precision::tf32) {
    throw InvalidArgument(fmt::format(
        "precision = tf32: takes only the Frobenius loss of complete data; use float32 for {}",
        why));
  }
  return options;
}

bool extrapolates(const Options& options) noexcept {
  return options.extrapolation.value_or(options.algorithm == Algorithm::hals);
}

Precision resolve(Precision precision, ElementType stored) noexcept {
  if (precision != Precision::automatic) return precision;
  return stored == ElementType::float64 ? Precision::float64 : Precision::float32;
}

std::string_view to_string(Algorithm value) noexcept {
  switch (value) {
    case Algorithm::automatic:
      return "auto";
    case Algorithm::hals:
      return "hals";
    case Algorithm::mu:
      return "mu";
    case Algorithm::anls:
      return "anls";
  }
  return "unknown";
}

std::string_view to_string(Missing value) noexcept {
  switch (value) {
    case Missing::none:
      return "none";
    case Missing::nan:
      return "nan";
    case Missing::zeros:
      return "zeros";
  }
  return "unknown";
}

std::string_view loss_name(double beta) noexcept {
  if (beta == kFrobenius) return "frobenius";
  if (beta == kKullbackLeibler) return "kl";
  return beta == kItakuraSaito ? "is" : "beta";
}

std::string_view to_string(Init value) noexcept {
  return value == Init::random ? "random" : "custom";
}

std::string_view to_string(Precision value) noexcept {
  switch (value) {
    case Precision::automatic:
      return "auto";
    case Precision::float32:
      return "float32";
    case Precision::float64:
      return "float64";
    case Precision::tf32:
      return "tf32";
  }
  return "unknown";
}

std::string_view to_string(BackendKind value) noexcept {
  switch (value) {
    case BackendKind::automatic:
      return "auto";
    case BackendKind::cpu:
      return "cpu";
    case BackendKind::cuda:
      return "cuda";
  }
  return "unknown";
}

}  // namespace nonneg
