// SPDX-License-Identifier: Apache-2.0
#include "page/pooled_factors.hpp"

#include <algorithm>
#include <cstddef>

namespace nonneg::page {
namespace {

/// Row i of W*H.
template <class T>
std::vector<float> product_row(const FactorsView<T>& factors, Index i) {
  std::vector<double> sums(static_cast<std::size_t>(factors.cols));
  for (Index c = 0; c < factors.W.cols(); ++c) {
    const double weight = factors.W(i, c);
    if (weight == 0) continue;
    for (Index j = 0; j < factors.cols; ++j) {
      sums[static_cast<std::size_t>(j)] += weight * factors.h(c, j);
    }
  }
  return {sums.begin(), sums.end()};
}

/// Appends the means over blocks of pixels; pixel(j) is entry j of the image.
template <class Pixel>
void append_image(const DisplayPlan& plan, const Pixel& pixel, std::vector<float>& values) {
  const Bins& high = plan.image_high;
  const Bins& wide = plan.image_wide;
  for (Index r = 0; r < high.count; ++r) {
    for (Index c = 0; c < wide.count; ++c) {
      double sum = 0;
      for (Index i = high.first(r); i < high.end(r); ++i) {
        for (Index j = wide.first(c); j < wide.end(c); ++j) sum += pixel(i * wide.size + j);
      }
      const Index pixels = (high.end(r) - high.first(r)) * (wide.end(c) - wide.first(c));
      values.push_back(static_cast<float>(sum / static_cast<double>(pixels)));
    }
  }
}

}  // namespace

template <class T>
std::vector<float> pooled_w(const DisplayPlan& plan, const FactorsView<T>& factors) {
  const Bins& lines = plan.w_lines;
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(lines.count * plan.components));
  std::vector<double> sums(static_cast<std::size_t>(plan.components));
  for (Index line = 0; line < lines.count; ++line) {
    std::fill(sums.begin(), sums.end(), 0.0);
    for (Index i = lines.first(line); i < lines.end(line); ++i) {
      const T* row = factors.W.row(i);
      for (std::size_t c = 0; c < sums.size(); ++c) sums[c] += row[c];
    }
    const auto rows = static_cast<double>(lines.end(line) - lines.first(line));
    for (const double sum : sums) values.push_back(static_cast<float>(sum / rows));
  }
  return values;
}

template <class T>
std::vector<float> pooled_h(const DisplayPlan& plan, const FactorsView<T>& factors) {
  const Bins& lines = plan.h_lines;
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(lines.count * plan.components));
  for (Index c = 0; c < plan.components; ++c) {
    for (Index line = 0; line < lines.count; ++line) {
      double sum = 0;
      for (Index j = lines.first(line); j < lines.end(line); ++j) sum += factors.h(c, j);
      values.push_back(
          static_cast<float>(sum / static_cast<double>(lines.end(line) - lines.first(line))));
    }
  }
  return values;
}

template <class T>
std::vector<float> points(const DisplayPlan& plan, const FactorsView<T>& factors) {
  std::vector<float> values;
  for (const Index i : plan.points) {
    const std::vector<float> row = product_row(factors, i);
    values.insert(values.end(), row.begin(), row.end());
  }
  return values;
}

template <class T>
std::vector<float> arrows(const DisplayPlan& plan, const FactorsView<T>& factors) {
  std::vector<float> values;
  for (Index c = 0; c < plan.arrows; ++c) {
    for (Index j = 0; j < factors.cols; ++j) values.push_back(static_cast<float>(factors.h(c, j)));
  }
  return values;
}

template <class T>
std::vector<float> images(const DisplayPlan& plan, const FactorsView<T>& factors) {
  std::vector<float> values;
  for (Index c = 0; c < plan.images; ++c) {
    append_image(
        plan, [&](Index j) { return static_cast<double>(factors.h(c, j)); }, values);
  }
  return values;
}

std::vector<float> pooled_image(const DisplayPlan& plan, const std::vector<float>& row) {
  std::vector<float> values;
  append_image(
      plan, [&](Index j) { return row[static_cast<std::size_t>(j)]; }, values);
  return values;
}

template <class T>
std::vector<float> reconstructions(const DisplayPlan& plan, const FactorsView<T>& factors) {
  std::vector<float> values;
  for (const Index i : plan.pairs) {
    const std::vector<float> image = pooled_image(plan, product_row(factors, i));
    values.insert(values.end(), image.begin(), image.end());
  }
  return values;
}

template std::vector<float> pooled_w(const DisplayPlan&, const FactorsView<float>&);
template std::vector<float> pooled_w(const DisplayPlan&, const FactorsView<double>&);
template std::vector<float> pooled_h(const DisplayPlan&, const FactorsView<float>&);
template std::vector<float> pooled_h(const DisplayPlan&, const FactorsView<double>&);
template std::vector<float> points(const DisplayPlan&, const FactorsView<float>&);
template std::vector<float> points(const DisplayPlan&, const FactorsView<double>&);
template std::vector<float> arrows(const DisplayPlan&, const FactorsView<float>&);
template std::vector<float> arrows(const DisplayPlan&, const FactorsView<double>&);
template std::vector<float> images(const DisplayPlan&, const FactorsView<float>&);
template std::vector<float> images(const DisplayPlan&, const FactorsView<double>&);
template std::vector<float> reconstructions(const DisplayPlan&, const FactorsView<float>&);
template std::vector<float> reconstructions(const DisplayPlan&, const FactorsView<double>&);

}  // namespace nonneg::page
