#include "nonneg/options.hpp"

#include <fmt/format.h>

#include <cmath>

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
  if (options.floor) require_finite_and_nonnegative("floor", *options.floor);
  require_finite_and_nonnegative("l1_w", options.penalties.l1_w);
  require_finite_and_nonnegative("l1_h", options.penalties.l1_h);
  require_finite_and_nonnegative("l2_w", options.penalties.l2_w);
  require_finite_and_nonnegative("l2_h", options.penalties.l2_h);
}

bool extrapolates(const Options& options) noexcept {
  return options.extrapolation.value_or(options.algorithm == Algorithm::hals);
}

Precision resolve(Precision precision, ElementType stored) noexcept {
  if (precision != Precision::automatic) return precision;
  return stored == ElementType::float64 ? Precision::float64 : Precision::float32;
}

std::string_view to_string(Algorithm value) noexcept {
  return value == Algorithm::hals ? "hals" : "mu";
}

std::string_view to_string(Loss /*value*/) noexcept { return "frobenius"; }

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
