// SPDX-License-Identifier: Apache-2.0
#include "page/top_entries.hpp"

#include <algorithm>

namespace nonneg::page {
namespace {

template <class Value>
std::vector<Entry> largest(Index size, std::size_t count, const Value& value) {
  std::vector<Entry> top;
  for (Index i = 0; i < size; ++i) {
    const double v = value(i);
    // False for NaN as well.
    const bool wanted = v > 0 && (top.size() < count || v > top.back().value);
    if (!wanted) continue;
    if (top.size() == count) top.pop_back();
    const auto place = std::upper_bound(top.begin(), top.end(), v,
                                        [](double x, const Entry& y) { return x > y.value; });
    top.insert(place, Entry{i, v});
  }
  return top;
}

}  // namespace

template <class T>
std::vector<Entry> top_rows(const FactorsView<T>& factors, Index c, std::size_t count) {
  return largest(factors.W.rows(), count, [&](Index i) { return factors.W(i, c); });
}

template <class T>
std::vector<Entry> top_columns(const FactorsView<T>& factors, Index c, std::size_t count) {
  return largest(factors.cols, count, [&](Index j) { return factors.h(c, j); });
}

template std::vector<Entry> top_rows(const FactorsView<float>&, Index, std::size_t);
template std::vector<Entry> top_rows(const FactorsView<double>&, Index, std::size_t);
template std::vector<Entry> top_columns(const FactorsView<float>&, Index, std::size_t);
template std::vector<Entry> top_columns(const FactorsView<double>&, Index, std::size_t);

}  // namespace nonneg::page
