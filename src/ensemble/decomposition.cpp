// SPDX-License-Identifier: Apache-2.0
#include "ensemble/decomposition.hpp"

#include <algorithm>
#include <numeric>

#include "ensemble/component_match.hpp"
#include "nonneg/transform.hpp"

namespace nonneg::ensemble {
namespace {

double sum_of(const double* row, Index count) { return std::accumulate(row, row + count, 0.0); }

/// The rows that `which` names, each divided by its sum.
Matrix<double> as_parts(MatrixView<const double> rows, const std::vector<Index>& which) {
  Matrix<double> parts(std::ssize(which), rows.cols());
  for (Index i = 0; i < parts.rows(); ++i) {
    const double* row = rows.row(which[static_cast<std::size_t>(i)]);
    const double sum = sum_of(row, rows.cols());
    for (Index j = 0; j < rows.cols(); ++j) parts(i, j) = row[j] / sum;
  }
  return parts;
}

/// References that are in a fit, each at sum 1, and what each counts in it.
struct Fit {
  std::vector<Index> references;
  std::vector<double> weights;
  double cosine = 0;
};

/// Fits a row, at sum 1, by those of the references that `among` names, and keeps those that count.
Fit fitted(MatrixView<const double> row, MatrixView<const double> references,
           const std::vector<Index>& among) {
  Fit fit;
  if (among.empty()) return fit;
  const Matrix<double> parts = as_parts(references, among);
  Options options;
  options.rank = parts.rows();
  options.algorithm = Algorithm::anls;
  options.backend = BackendKind::cpu;
  options.threads = 1;
  options.precision = Precision::float64;
  const Matrix<double> W = transform<double>(DataView(row), parts.view(), options);
  Matrix<double> model(1, row.cols());
  std::fill_n(model.data(), model.size(), 0.0);
  for (Index r = 0; r < parts.rows(); ++r) {
    if (!(W(0, r) > 0)) continue;
    fit.references.push_back(among[static_cast<std::size_t>(r)]);
    fit.weights.push_back(W(0, r));
    for (Index j = 0; j < row.cols(); ++j) model(0, j) += W(0, r) * parts(r, j);
  }
  fit.cosine = cosines(row, model.view())(0, 0);
  return fit;
}

std::vector<Index> without(std::vector<Index> references, std::size_t at) {
  references.erase(references.begin() + static_cast<std::ptrdiff_t>(at));
  return references;
}

/// The fit that is left when one reference after the other has gone.
Fit reduced(Fit fit, MatrixView<const double> row, MatrixView<const double> references,
            double allowed_fall) {
  while (fit.references.size() > 1) {
    Fit best;
    for (std::size_t at = 0; at < fit.references.size(); ++at) {
      Fit tried = fitted(row, references, without(fit.references, at));
      if (tried.cosine > best.cosine) best = std::move(tried);
    }
    if (!(fit.cosine - best.cosine < allowed_fall)) break;
    fit = std::move(best);
  }
  return fit;
}

}  // namespace

std::vector<Decomposition> decompose(MatrixView<const double> components,
                                     MatrixView<const double> references, double allowed_fall) {
  std::vector<Index> live;
  for (Index r = 0; r < references.rows(); ++r) {
    if (sum_of(references.row(r), references.cols()) > 0) live.push_back(r);
  }
  std::vector<Decomposition> found(static_cast<std::size_t>(components.rows()));
  for (Index q = 0; q < components.rows(); ++q) {
    const double sum = sum_of(components.row(q), components.cols());
    if (!(sum > 0)) continue;
    const Matrix<double> row = as_parts(components, {q});
    const MatrixView<const double> view = row.view();
    const Fit fit = reduced(fitted(view, references, live), view, references, allowed_fall);
    Decomposition& own = found[static_cast<std::size_t>(q)];
    own.cosine = fit.cosine;
    const double total = std::accumulate(fit.weights.begin(), fit.weights.end(), 0.0);
    for (std::size_t r = 0; r < fit.weights.size(); ++r) {
      const double reference_sum = sum_of(references.row(fit.references[r]), references.cols());
      own.parts.push_back({.reference = fit.references[r],
                           .weight = fit.weights[r] * (sum / reference_sum),
                           .share = fit.weights[r] / total});
    }
    std::stable_sort(
        own.parts.begin(), own.parts.end(),
        [](const ReferencePart& a, const ReferencePart& b) { return a.share > b.share; });
  }
  return found;
}

}  // namespace nonneg::ensemble
