// SPDX-License-Identifier: Apache-2.0
#include "options/resolve.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/thread_team.hpp"
#include "options/loss_mode.hpp"

namespace nonneg {

namespace {

/// NaN is for dense data, zeros for sparse data; and only with zeros does sparse data take weights.
void require_kind_of_missing(Missing missing, const DataView& A) {
  if (missing == Missing::nan && A.sparse()) {
    throw InvalidArgument(
        Subject::missing,
        "missing = nan: A is sparse; use missing = zeros where what is not stored is not observed");
  }
  if (missing == Missing::zeros && !A.sparse()) {
    throw InvalidArgument(
        Subject::missing,
        "missing = zeros: A is dense; hand it in sparse, or mark missing entries with NaN or "
        "weights of 0");
  }
  if (A.sparse() && A.weights() != nullptr && missing != Missing::zeros) {
    throw InvalidArgument(
        Subject::weights,
        "weights of sparse data apply to its stored entries alone: they need missing = zeros; or "
        "hand in A and its weights dense");
  }
}

/// NNDSVD is made of the singular vectors of A, all of it, and needs as many as components.
void require_decomposable(const Options& options, const DataView& A) {
  if (options.init == Init::random || options.init == Init::custom) return;
  const auto refuse = [&](std::string_view why) {
    throw InvalidArgument(Subject::init,
                          fmt::format("init = {}: {}", to_string(options.init), why));
  };
  if (options.missing != Missing::none) {
    refuse(
        fmt::format("takes the singular vectors of the whole of A, and missing = {} leaves entries "
                    "open; use init = random",
                    to_string(options.missing)));
  }
  if (A.weights() != nullptr) {
    refuse(
        "takes the singular vectors of A, in which every entry counts alike, and A has weights; "
        "use init = random");
  }
  const Index least = std::min(A.rows(), A.cols());
  if (!A.empty() && options.rank > least) {
    refuse(
        fmt::format("takes one pair of singular vectors for each component, and A, {} x {}, has "
                    "{}: rank = {} is more; use init = random, or fewer components",
                    A.rows(), A.cols(), least, options.rank));
  }
}

}  // namespace

bool is_weighted(const Options& options, const DataView& A) noexcept {
  return options.missing != Missing::none || A.weights() != nullptr;
}

Options resolve(Options options, const DataView& A) {
  validate(options);
  options.beta = beta_of(options);
  require_kind_of_missing(options.missing, A);
  require_decomposable(options, A);
  const bool gram = LossMode(options, A).gram_rules_serve;
  if (options.algorithm == Algorithm::automatic) {
    options.algorithm = gram ? Algorithm::hals : Algorithm::mu;
  }
  if (!options.max_iterations) options.max_iterations = gram ? 200 : 1000;
  if (gram) return options;

  const std::string why = options.beta == kFrobenius ? "weights and missing entries"
                                                     : fmt::format("beta = {:g}", options.beta);
  if (options.algorithm != Algorithm::mu) {
    throw InvalidArgument(Subject::algorithm,
                          fmt::format("algorithm = {}: takes only the Frobenius loss of complete "
                                      "data; use algorithm = mu for {}",
                                      to_string(options.algorithm), why));
  }
  if (options.extrapolation.value_or(false)) {
    throw InvalidArgument(Subject::extrapolation,
                          fmt::format("extrapolation = on: judges each sweep by the Frobenius loss "
                                      "of complete data; leave it "
                                      "off for {}",
                                      why));
  }
  if (options.inner_repeats > 1) {
    throw InvalidArgument(Subject::inner_repeats,
                          fmt::format("inner_repeats = {}: the products of an update hold for one "
                                      "pass only with {}; use 1, or 0",
                                      options.inner_repeats, why));
  }
  if (options.precision == Precision::tf32) {
    throw InvalidArgument(
        Subject::precision,
        fmt::format(
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

int sweep_threads(Index rows, Index cols, Index rank, int asked) {
  if (asked > 0) return asked;
  // Threads meet a few times in a sweep, and wait for whatever else the machine does: a thread pays
  // from about this many multiplications per sweep.
  constexpr double kMinWork = 1 << 22;
  const double work =
      static_cast<double>(rows) * static_cast<double>(cols) * static_cast<double>(rank);
  return static_cast<int>(std::clamp(work / kMinWork, 1.0, static_cast<double>(usable_threads())));
}

}  // namespace nonneg
