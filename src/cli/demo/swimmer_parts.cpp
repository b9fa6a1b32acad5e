// SPDX-License-Identifier: Apache-2.0
#include "cli/demo/swimmer_parts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "cli/demo/demo_data.hpp"

namespace nonneg::cli {
namespace {

/// The pixels that any part uses.
constexpr Index kTop = 4;
constexpr Index kBottom = 28;
constexpr Index kLeft = 7;
constexpr Index kRight = 25;

/// A pixel is shown when it reaches this part of the component's largest.
constexpr float kVisible = 0.2F;

float largest(MatrixView<const float> Ht, Index column) {
  float most = 0;
  for (Index pixel = 0; pixel < Ht.rows(); ++pixel) most = std::max(most, Ht(pixel, column));
  return most;
}

}  // namespace

Index FoundParts::count() const {
  return std::count_if(cosine.begin(), cosine.end(), [](double c) { return c >= kFoundCosine; });
}

FoundParts match_parts(MatrixView<const float> parts, MatrixView<const float> Ht) {
  FoundParts found;
  for (Index part = 0; part < parts.rows(); ++part) {
    double best = 0;
    Index best_component = 0;
    for (Index c = 0; c < Ht.cols(); ++c) {
      double product = 0;
      double part_square = 0;
      double component_square = 0;
      for (Index pixel = 0; pixel < Ht.rows(); ++pixel) {
        const double p = parts(part, pixel);
        const double h = Ht(pixel, c);
        product += p * h;
        part_square += p * p;
        component_square += h * h;
      }
      const double norms = std::sqrt(part_square * component_square);
      const double cosine = norms > 0 ? product / norms : 0;
      if (cosine > best) {
        best = cosine;
        best_component = c;
      }
    }
    found.cosine.push_back(best);
    found.component.push_back(best_component);
  }
  return found;
}

std::string draw_components(MatrixView<const float> Ht, const std::vector<Index>& columns,
                            bool unicode) {
  // Indexed by upper + 2 * lower.
  constexpr std::array<std::string_view, 4> kBlocks{" ", "▀", "▄", "█"};
  constexpr std::array<std::string_view, 4> kAscii{" ", "'", ".", ":"};
  const auto& pixels = unicode ? kBlocks : kAscii;
  std::string out;
  for (Index row = kTop; row < kBottom; row += 2) {
    std::string line;
    for (const Index column : columns) {
      const float visible = std::max(kVisible * largest(Ht, column), 1e-30F);
      for (Index x = kLeft; x < kRight; ++x) {
        const bool upper = Ht(row * kSwimmerSide + x, column) >= visible;
        const bool lower = Ht((row + 1) * kSwimmerSide + x, column) >= visible;
        line += pixels.at((upper ? 1U : 0U) + (lower ? 2U : 0U));
      }
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

}  // namespace nonneg::cli
