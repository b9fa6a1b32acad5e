// SPDX-License-Identifier: Apache-2.0
/// The numbers behind each picture of a snapshot: means over the plan's bins, row-major.
#pragma once

#include <vector>

#include "page/display_plan.hpp"
#include "page/factors_view.hpp"

namespace nonneg::page {

/// Returns W, lines x components.
template <class T>
std::vector<float> pooled_w(const DisplayPlan& plan, const FactorsView<T>& factors);
/// Returns H, components x lines.
template <class T>
std::vector<float> pooled_h(const DisplayPlan& plan, const FactorsView<T>& factors);
/// Returns points x 2: rows of W*H.
template <class T>
std::vector<float> points(const DisplayPlan& plan, const FactorsView<T>& factors);
/// Returns arrows x 2: rows of H.
template <class T>
std::vector<float> arrows(const DisplayPlan& plan, const FactorsView<T>& factors);
/// Returns images x pixels: rows of H.
template <class T>
std::vector<float> images(const DisplayPlan& plan, const FactorsView<T>& factors);
/// Returns pairs x pixels: rows of W*H.
template <class T>
std::vector<float> reconstructions(const DisplayPlan& plan, const FactorsView<T>& factors);
/// Returns one row of A, an image, as the pixels that the page shows.
std::vector<float> pooled_image(const DisplayPlan& plan, const std::vector<float>& row);

}  // namespace nonneg::page
