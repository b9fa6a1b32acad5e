/// The numbers behind each picture of a snapshot: means over the plan's bins, row-major.
#pragma once

#include <vector>

#include "page/display_plan.hpp"
#include "page/factors_view.hpp"

namespace nonneg::page {

/// Lines x components.
template <class T>
std::vector<float> pooled_w(const DisplayPlan& plan, const FactorsView<T>& factors);
/// Components x lines.
template <class T>
std::vector<float> pooled_h(const DisplayPlan& plan, const FactorsView<T>& factors);
/// Points x 2: rows of W*H.
template <class T>
std::vector<float> points(const DisplayPlan& plan, const FactorsView<T>& factors);
/// Arrows x 2: rows of H.
template <class T>
std::vector<float> arrows(const DisplayPlan& plan, const FactorsView<T>& factors);
/// Images x pixels: rows of H.
template <class T>
std::vector<float> images(const DisplayPlan& plan, const FactorsView<T>& factors);
/// Pairs x pixels: rows of W*H.
template <class T>
std::vector<float> reconstructions(const DisplayPlan& plan, const FactorsView<T>& factors);
/// One row of A, an image, as the pixels that the page shows.
std::vector<float> pooled_image(const DisplayPlan& plan, const std::vector<float>& row);

}  // namespace nonneg::page
