#include <fmt/format.h>

#include <cmath>

#include "base/number_words.hpp"
#include "nonneg/options.hpp"

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
    throw InvalidArgument(
        fmt::format("{} = {}: must be a finite number >= 0", field, number_words(value)));
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
  if (options.max_iterations) {
    require_at_least("max_iterations", *options.max_iterations, 0,
                     " (0: first factors are evaluated)");
  }
  require_at_least("check_every", options.check_every, 1);
  require_at_least("inner_repeats", options.inner_repeats, 0, " (0: chosen by the algorithm)");
  require_at_least("panel_rows", options.panel_rows, 0, " (0: chosen for the machine)");
  require_at_least("device", options.device, 0);
  require_at_least("threads", options.threads, 0, " (0: all that this process may use)");
  require_finite_and_nonnegative("tolerance", options.tolerance);
  if (!std::isfinite(options.beta)) {
    throw InvalidArgument(
        fmt::format("beta = {}: must be a finite number", number_words(options.beta)));
  }
  if (options.floor) require_finite_and_nonnegative("floor", *options.floor);
  require_finite_and_nonnegative("l1_w", options.penalties.l1_w);
  require_finite_and_nonnegative("l1_h", options.penalties.l1_h);
  require_finite_and_nonnegative("l2_w", options.penalties.l2_w);
  require_finite_and_nonnegative("l2_h", options.penalties.l2_h);
  if (options.algorithm == Algorithm::anls) require_exact_updates(options);
}

}  // namespace nonneg
