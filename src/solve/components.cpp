// SPDX-License-Identifier: Apache-2.0
#include "nonneg/components.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/host_memory.hpp"

namespace nonneg {

namespace {

enum class Norm { l1, l2, max };

bool of_h(Normalization what) noexcept {
  return what == Normalization::h_l1 || what == Normalization::h_l2 || what == Normalization::h_max;
}

Norm norm_of(Normalization what) noexcept {
  switch (what) {
    case Normalization::h_l1:
    case Normalization::w_l1:
      return Norm::l1;
    case Normalization::h_l2:
    case Normalization::w_l2:
      return Norm::l2;
    case Normalization::none:
    case Normalization::h_max:
    case Normalization::w_max:
      break;
  }
  return Norm::max;
}

/// The largest entry of each column.
template <class T>
std::vector<double> column_maxima(MatrixView<const T> factor) {
  std::vector<double> maxima(static_cast<std::size_t>(factor.cols()), 0.0);
  for (Index i = 0; i < factor.rows(); ++i) {
    for (std::size_t q = 0; q < maxima.size(); ++q) {
      maxima[q] = std::max(maxima[q], static_cast<double>(factor.row(i)[q]));
    }
  }
  return maxima;
}

/// Sums over a column divided by its largest entry, which neither overflow nor vanish.
struct ColumnSums {
  std::vector<double> maxima;
  std::vector<double> sums;
  std::vector<double> squares;
};

template <class T>
ColumnSums sums_of(MatrixView<const T> factor) {
  const auto columns = static_cast<std::size_t>(factor.cols());
  ColumnSums all{column_maxima(factor), std::vector<double>(columns, 0.0),
                 std::vector<double>(columns, 0.0)};
  for (Index i = 0; i < factor.rows(); ++i) {
    for (std::size_t q = 0; q < columns; ++q) {
      if (!(all.maxima[q] > 0)) continue;
      const double part = static_cast<double>(factor.row(i)[q]) / all.maxima[q];
      all.sums[q] += part;
      all.squares[q] += part * part;
    }
  }
  return all;
}

/// The norm of each column; 0 of a column of zeros.
template <class T>
std::vector<double> column_norms(MatrixView<const T> factor, Norm norm) {
  if (norm == Norm::max) return column_maxima(factor);
  const ColumnSums all = sums_of(factor);
  std::vector<double> norms;
  for (std::size_t q = 0; q < all.maxima.size(); ++q) {
    norms.push_back(all.maxima[q] * (norm == Norm::l1 ? all.sums[q] : std::sqrt(all.squares[q])));
  }
  return norms;
}

template <class T>
void require_factors(const Result<T>& result) {
  require_readable(Subject::W, result.W.view());
  require_readable(Subject::H, result.Ht.view());
  if (result.W.cols() == result.Ht.cols()) return;
  throw InvalidArgument(
      Subject::H,
      fmt::format("Ht is {} x {} and W is {} x {}: both must have the same columns",
                  result.Ht.rows(), result.Ht.cols(), result.W.rows(), result.W.cols()));
}

/// factor(i, q)·scales[q], or divided by it.
template <class T>
void scale_columns(MatrixView<T> factor, const std::vector<double>& scales, bool divide) {
  for (Index i = 0; i < factor.rows(); ++i) {
    for (std::size_t q = 0; q < scales.size(); ++q) {
      if (scales[q] == 1) continue;
      const auto entry = static_cast<double>(factor.row(i)[q]);
      factor.row(i)[q] = static_cast<T>(divide ? entry / scales[q] : entry * scales[q]);
    }
  }
}

/// Throws where a factor whose column's largest entries are `maxima` would leave T.
template <class T>
void require_room(Subject factor, const std::vector<double>& maxima,
                  const std::vector<double>& scales, Normalization what) {
  for (std::size_t q = 0; q < maxima.size(); ++q) {
    if (maxima[q] * scales[q] <= static_cast<double>(std::numeric_limits<T>::max())) continue;
    throw InvalidArgument(
        factor, fmt::format("component {}: its largest entry of {}, {:g}, times its scale, {:g}, "
                            "overflows {}; normalize to {}-max, or use precision = float64",
                            q + 1, to_string(factor), maxima[q], scales[q],
                            element_name(ElementTypeOf<T>::value), of_h(what) ? 'h' : 'w'));
  }
}

/// The columns of `factor` in another order.
template <class T>
Matrix<T> permuted(const Matrix<T>& factor, const std::vector<Index>& from) {
  Matrix<T> moved(factor.rows(), factor.cols());
  for (Index i = 0; i < factor.rows(); ++i) {
    for (Index q = 0; q < factor.cols(); ++q) {
      moved(i, q) = factor(i, from[static_cast<std::size_t>(q)]);
    }
  }
  return moved;
}

template <class Value>
std::vector<Value> permuted(const std::vector<Value>& values, const std::vector<Index>& from) {
  std::vector<Value> moved;
  if (values.empty()) return moved;
  for (const Index q : from) moved.push_back(values[static_cast<std::size_t>(q)]);
  return moved;
}

std::vector<Index> ascending(Index count) {
  std::vector<Index> indices(static_cast<std::size_t>(count));
  std::iota(indices.begin(), indices.end(), Index{0});
  return indices;
}

}  // namespace

template <class T>
void normalize(Result<T>& result, Normalization what) {
  if (what == Normalization::none) return;
  require_factors(result);
  const bool h_is_scaled = of_h(what);
  const MatrixView<T> scaled = h_is_scaled ? result.Ht.view() : result.W.view();
  const MatrixView<T> other = h_is_scaled ? result.W.view() : result.Ht.view();
  std::vector<double> scales = column_norms<T>(scaled, norm_of(what));
  for (double& scale : scales) {
    if (!(scale > 0)) scale = 1;
  }
  require_room<T>(h_is_scaled ? Subject::W : Subject::H, column_maxima<T>(other), scales, what);
  scale_columns(scaled, scales, true);
  scale_columns(other, scales, false);
  result.normalization = what;
  result.scales.resize(scales.size(), 1.0);
  for (std::size_t q = 0; q < scales.size(); ++q) {
    result.scales[q] *= h_is_scaled ? scales[q] : 1 / scales[q];
  }
}

template <class T>
void order(Result<T>& result, ComponentOrder by) {
  if (by == ComponentOrder::none) return;
  require_factors(result);
  const std::vector<double>& amounts = result.explained.amounts;
  if (std::ssize(amounts) != result.W.cols()) {
    throw InvalidArgument(
        Subject::W, fmt::format("the result has {} components and says of {} what they explain: "
                                "evaluate its factors anew, by a run with max_iterations = 0 that "
                                "starts from them",
                                result.W.cols(), amounts.size()));
  }
  // Shares are in the same order, and of tiny data amounts may all have become 0.
  const std::vector<double>& shares = result.explained.shares;
  const bool told =
      shares.size() == amounts.size() &&
      std::all_of(shares.begin(), shares.end(), [](double share) { return std::isfinite(share); });
  const std::vector<double>& by_size = told ? shares : amounts;
  std::vector<Index> from = ascending(result.W.cols());
  std::stable_sort(from.begin(), from.end(), [&by_size](Index a, Index b) {
    return by_size[static_cast<std::size_t>(a)] > by_size[static_cast<std::size_t>(b)];
  });
  result.W = permuted(result.W, from);
  result.Ht = permuted(result.Ht, from);
  result.explained.shares = permuted(result.explained.shares, from);
  result.explained.amounts = permuted(amounts, from);
  result.scales = permuted(result.scales, from);
  result.places = result.places.empty() ? from : permuted(result.places, from);
}

template <class T>
std::vector<double> sparseness(MatrixView<const T> factor) {
  require_readable(Subject::A, factor);
  const ColumnSums all = sums_of(factor);
  const double root = std::sqrt(static_cast<double>(factor.rows()));
  std::vector<double> values;
  for (std::size_t q = 0; q < all.maxima.size(); ++q) {
    const bool defined = factor.rows() > 1 && all.maxima[q] > 0;
    const double value = (root - all.sums[q] / std::sqrt(all.squares[q])) / (root - 1);
    values.push_back(defined ? std::clamp(value, 0.0, 1.0)
                             : std::numeric_limits<double>::quiet_NaN());
  }
  return values;
}

template <class T>
std::vector<TopFeature> top_features(MatrixView<const T> Ht, Index count) {
  require_readable(Subject::H, Ht);
  if (count < 1) {
    throw InvalidArgument(Subject::H,
                          fmt::format("count = {} of top features: must be at least 1", count));
  }
  const std::vector<double> sums = column_norms(Ht, Norm::l1);
  const auto part = [&](Index j, Index q) {
    const double sum = sums[static_cast<std::size_t>(q)];
    return sum > 0 ? static_cast<double>(Ht(j, q)) / sum : 0.0;
  };
  std::vector<TopFeature> top;
  std::vector<Index> features;
  for (Index q = 0; q < Ht.cols(); ++q) {
    features.clear();
    for (Index j = 0; j < Ht.rows(); ++j) {
      if (Ht(j, q) > 0) features.push_back(j);
    }
    const auto larger = [&](Index a, Index b) {
      return Ht(a, q) > Ht(b, q) || (Ht(a, q) == Ht(b, q) && a < b);
    };
    const auto kept = features.begin() + std::min<Index>(count, std::ssize(features));
    std::partial_sort(features.begin(), kept, features.end(), larger);
    for (auto j = features.begin(); j != kept; ++j) {
      double total = 0;
      for (Index l = 0; l < Ht.cols(); ++l) total += part(*j, l);
      top.push_back({.component = q,
                     .place = j - features.begin(),
                     .feature = *j,
                     .weight = static_cast<double>(Ht(*j, q)),
                     .score = part(*j, q) / total});
    }
  }
  return top;
}

template NONNEG_EXPORT void normalize(Result<float>&, Normalization);
template NONNEG_EXPORT void normalize(Result<double>&, Normalization);
template NONNEG_EXPORT void order(Result<float>&, ComponentOrder);
template NONNEG_EXPORT void order(Result<double>&, ComponentOrder);
template NONNEG_EXPORT std::vector<double> sparseness(MatrixView<const float>);
template NONNEG_EXPORT std::vector<double> sparseness(MatrixView<const double>);
template NONNEG_EXPORT std::vector<TopFeature> top_features(MatrixView<const float>, Index);
template NONNEG_EXPORT std::vector<TopFeature> top_features(MatrixView<const double>, Index);

}  // namespace nonneg
