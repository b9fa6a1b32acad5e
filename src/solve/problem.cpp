// SPDX-License-Identifier: Apache-2.0
#include "solve/problem.hpp"

#include <cmath>

#include "data/readable.hpp"
#include "devices/make_backend.hpp"
#include "options/checks.hpp"
#include "options/resolve.hpp"

namespace nonneg {

namespace {

template <class T>
Options resolved(const Options& given, const DataView& A) {
  require_readable(Subject::A, A);
  Options options = resolve(given, A);
  options.threads = sweep_threads(A.rows(), A.cols(), options.rank, options.threads);
  options.precision = require_precision<T>(options);
  return options;
}

template <class T>
std::shared_ptr<Backend<T>> backend_for(Options options, const BackendChoice& choice,
                                        KeptBackend<T>* kept) {
  if (kept != nullptr && kept->backend && kept->kind == choice.kind &&
      kept->threads == options.threads) {
    return kept->backend;
  }
  options.backend = choice.kind;
  options.device = choice.device;
  std::shared_ptr<Backend<T>> made = make_backend<T>(options);
  if (kept != nullptr) *kept = {made, choice.kind, options.threads};
  return made;
}

}  // namespace

template <class T>
Problem<T>::Problem(const DataView& A, const Options& options, KeptBackend<T>* kept)
    : A_(A),
      options_(resolved<T>(options, A)),
      choice_(choose_backend(options_, A)),
      backend_(backend_for<T>(options_, choice_, kept)),
      summary_(summarize(A, options_, backend_->threads())),
      mode_(options_, A) {
  A_ = with_weights_scaled(A, summary_.weight_scale);
}

template <class T>
ProblemUnits Problem<T>::units() const {
  const double root = std::sqrt(summary_.scale);
  return {.data = summary_.scale,
          .w = root,
          .h = root,
          .weights = summary_.weight_scale,
          .beta = options_.beta};
}

template <class T>
Plan Problem<T>::plan(Index components, const Buffers& held) const {
  Options options = options_;
  options.rank = components;
  Plan plan = backend_->plan(A_, options, summary_.scale != 1, held);
  require_memory(plan);
  return plan;
}

template <class T>
RuleSettings<T> Problem<T>::rule_settings(Index components, const FactorUpdates<T>& updates) const {
  return {.mode = mode_,
          .algorithm = options_.algorithm,
          .updates = updates,
          .least = least_model<T>(summary_.scaled_mean, options_.beta),
          .cols = A_.cols(),
          .rank = components};
}

template <class T>
Index Problem<T>::row_entries() const {
  return A_.sparse() ? A_.stored().entries() / A_.rows() : A_.cols();
}

template <class T>
Index Problem<T>::column_entries() const {
  return A_.sparse() ? A_.stored().entries() / A_.cols() : A_.rows();
}

template class Problem<float>;
template class Problem<double>;

}  // namespace nonneg
