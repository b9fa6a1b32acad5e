// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "base/enumerations.hpp"
#include "base/number_words.hpp"
#include "nonneg/options.hpp"

namespace nonneg {

namespace {

void require_at_least(Subject field, Index value, Index least, std::string_view hint = {}) {
  if (value < least) {
    throw InvalidArgument(
        field, fmt::format("{} = {}: must be at least {}{}", to_string(field), value, least, hint));
  }
}

/// More components than any machine holds, of which a plan can still count some multiples.
constexpr Index kMaxRank = Index{1} << 57;

void require_rank(Index rank) {
  require_at_least(Subject::rank, rank, 1);
  if (rank > kMaxRank) {
    throw InvalidArgument(Subject::rank,
                          fmt::format("rank = {}: must be at most {}", rank, kMaxRank));
  }
}

void require_finite_and_nonnegative(Subject field, double value) {
  if (!(value >= 0) || std::isinf(value)) {
    throw InvalidArgument(field, fmt::format("{} = {}: must be a finite number >= 0",
                                             to_string(field), number_words(value)));
  }
}

/// Sub-problems that are solved exactly leave nothing to repeat, and nothing of a step to carry on.
void require_exact_updates(const Options& options) {
  if (options.inner_repeats > 1) {
    throw InvalidArgument(
        Subject::inner_repeats,
        fmt::format("inner_repeats = {}: algorithm = anls solves for a factor at once; use 1, or 0",
                    options.inner_repeats));
  }
  if (options.extrapolation.value_or(false)) {
    throw InvalidArgument(
        Subject::extrapolation,
        "extrapolation = on: algorithm = anls takes exact steps; leave it off, or use algorithm = "
        "hals");
  }
}

/// Refuses what a cast has made, or memory that nobody has set.
template <class E>
void require_known(Subject field, E value) {
  if (line_of<Enumeration<E>>(value) != nullptr) return;
  throw InvalidArgument(
      field,
      fmt::format("{} = {}: is no value of that enumeration; use one of {}", to_string(field),
                  static_cast<int>(value), fmt::join(names_of<Enumeration<E>>(), ", ")));
}

}  // namespace

double beta_of(const Options& options) {
  if (!options.loss) return options.beta;
  require_known(Subject::loss, *options.loss);
  const double beta = beta_of(*options.loss);
  if (options.beta != kFrobenius && options.beta != beta) {
    throw InvalidArgument(Subject::loss,
                          fmt::format("loss = {} is beta = {:g}, and beta = {}: set one of the two",
                                      loss_name(beta), beta, number_words(options.beta)));
  }
  return beta;
}

void validate(const Options& options) {
  require_rank(options.rank);
  require_known(Subject::algorithm, options.algorithm);
  require_known(Subject::missing, options.missing);
  require_known(Subject::init, options.init);
  require_known(Subject::precision, options.precision);
  require_known(Subject::backend, options.backend);
  if (options.max_iterations) {
    require_at_least(Subject::max_iterations, *options.max_iterations, 0,
                     " (0: first factors are evaluated)");
  }
  require_at_least(Subject::check_every, options.check_every, 1);
  require_at_least(Subject::inner_repeats, options.inner_repeats, 0,
                   " (0: chosen by the algorithm)");
  require_at_least(Subject::panel_rows, options.panel_rows, 0, " (0: chosen for the machine)");
  require_at_least(Subject::device, options.device, 0);
  require_at_least(Subject::threads, options.threads, 0, " (0: all that this process may use)");
  require_finite_and_nonnegative(Subject::tolerance, options.tolerance);
  if (!std::isfinite(options.beta)) {
    throw InvalidArgument(Subject::beta, fmt::format("beta = {}: must be a finite number",
                                                     number_words(options.beta)));
  }
  beta_of(options);
  if (options.floor) require_finite_and_nonnegative(Subject::floor, *options.floor);
  require_finite_and_nonnegative(Subject::l1_w, options.penalties.l1_w);
  require_finite_and_nonnegative(Subject::l1_h, options.penalties.l1_h);
  require_finite_and_nonnegative(Subject::l2_w, options.penalties.l2_w);
  require_finite_and_nonnegative(Subject::l2_h, options.penalties.l2_h);
  if (options.algorithm == Algorithm::anls) require_exact_updates(options);
}

}  // namespace nonneg
