// SPDX-License-Identifier: Apache-2.0
/// A result's components as people want to read them: scaled, ordered, with their top features.
#pragma once

#include <vector>

#include "nonneg/any.hpp"
#include "nonneg/export.hpp"
#include "nonneg/matrix.hpp"
#include "nonneg/result.hpp"

namespace nonneg {

/// Scales each component so that the norm is 1, and keeps its scale in the other factor: W·H stays
/// as it is, to rounding. A component whose norm is 0 (a dead one) stays as it is; none leaves all
/// as they are. What the result says of the run, its losses and objective above all, is that of the
/// factors before: under penalties these had another objective. Result::scales says what was done.
/// Throws InvalidArgument (Subject::W, H) where the factors do not fit each other, or an entry
/// would leave the type.
template <class T>
NONNEG_EXPORT void normalize(Result<T>& result, Normalization what);
/// The same of a result whose type is known at run time.
inline void normalize(AnyResult& result, Normalization what) {
  result.visit([&](auto& typed) { normalize(typed, what); });
}

/// Arranges the components by Result::explained, the largest amount first and equal ones as they
/// stand, with all that the result has of each; none leaves them as they are. Result::places says
/// where they stood. Throws InvalidArgument (Subject::W) where the result does not say what its
/// components explain, as one that an older version wrote.
template <class T>
NONNEG_EXPORT void order(Result<T>& result, ComponentOrder by);
/// The same of a result whose type is known at run time.
inline void order(AnyResult& result, ComponentOrder by) {
  result.visit([&](auto& typed) { order(typed, by); });
}

/// The sparseness of each column of a factor, W (m × k) or Ht (n × k), on the host: for rows r
///   (√r − ‖f_q‖₁ / ‖f_q‖₂) / (√r − 1),
/// 0 where all entries are equal and 1 where one alone is not 0 (Hoyer, JMLR 5, 2004). NaN for a
/// column of zeros, and where there is one row.
template <class T>
NONNEG_EXPORT std::vector<double> sparseness(MatrixView<const T> factor);
/// The same of a factor of a result.
template <class T>
std::vector<double> sparseness(const Matrix<T>& factor) {
  return sparseness<T>(factor.view());
}

/// A feature, a column of A, among the largest of a component.
struct TopFeature {
  /// From 0.
  Index component = 0;
  /// 0 is the largest of the component.
  Index place = 0;
  /// The column of A and of H.
  Index feature = 0;
  /// The entry of H.
  double weight = 0;
  /// How far the feature is the component's own: its share p_q = u_q / Σ_l u_l over all components,
  /// u_l the feature's part of component l's sum, Ht(j, l) / ‖h_l‖₁. 1/k of a feature that all have
  /// alike, 1 of one that no other has; it does not depend on how components are scaled. These are
  /// the shares p that the entropy of Kim & Park's feature score is of (Bioinformatics 23, 2007).
  double score = 0;
};

/// The `count` largest features of each component of Ht (n × k, on the host), component by
/// component, the largest first and of equal ones the first; zeros are left out. Throws
/// InvalidArgument (Subject::H) for a count below 1.
template <class T>
NONNEG_EXPORT std::vector<TopFeature> top_features(MatrixView<const T> Ht, Index count);
/// The same of a result's.
template <class T>
std::vector<TopFeature> top_features(const Result<T>& result, Index count) {
  return top_features<T>(result.Ht.view(), count);
}
/// The same of a result whose type is known at run time.
inline std::vector<TopFeature> top_features(const AnyResult& result, Index count) {
  return result.visit([&](const auto& typed) { return top_features(typed, count); });
}

}  // namespace nonneg
