// SPDX-License-Identifier: Apache-2.0
#include "render/point_cloud.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "nonneg/reconstruct.hpp"

namespace nonneg::render {
namespace {

/// Told apart from viridis and from each other, also by those who confuse red and green.
constexpr std::array kArrowColours{"#d62728", "#ff7f0e", "#e377c2", "#7f7f7f"};
/// More components than that are a bundle in which nothing is seen.
constexpr Index kMaxArrows = 12;

/// 1, 2 or 5 times a power of ten, such that `length` takes a few of them.
double round_step(double length) {
  const double power = std::pow(10, std::floor(std::log10(length)));
  for (const double factor : {0.2, 0.5, 1.0}) {
    if (length / (factor * power) <= 6) return factor * power;
  }
  return 2 * power;
}

double round_limit(double largest) {
  if (!(largest > 0) || !std::isfinite(largest)) return 1;
  const double half_step = round_step(largest) / 2;
  return half_step * std::ceil(largest * 1.04 / half_step);
}

/// Points (p × 2) with the value that colours them.
void add_points(Script& script, std::string_view name, MatrixView<const double> points,
                MatrixView<const double> observed) {
  script.line("${} << EOD", name);
  for (Index i = 0; i < points.rows(); ++i) {
    script.line("{:.6g} {:.6g} {:.6g}", points(i, 0), points(i, 1), observed(i, 0));
  }
  script.line("EOD");
}

void set_axes(Script& script, const Rectangle& axes, const AxisLimits& limits) {
  script.place(axes);
  script.line("set xrange [0:{:.6g}]", limits.x);
  script.line("set yrange [0:{:.6g}]", limits.y);
  script.line("set cbrange [0:{:.6g}]", limits.x);
  const double step = std::max(round_step(limits.x), round_step(limits.y));
  script.line("set xtics {:.6g}", step);
  script.line("set ytics {:.6g}", step);
}

/// Filled, then the edge about each.
void plot_points(Script& script, std::string_view name, Index count) {
  constexpr double kSize = 1.5;
  constexpr double kManyPoints = 400;
  const double size = kSize * std::min(1.0, std::sqrt(kManyPoints / static_cast<double>(count)));
  script.line(
      "plot ${0} using 1:2:3 with points pt 7 ps {1:.3f} lc palette z, "
      "${0} using 1:2 with points pt 6 ps {1:.3f} lw 1 lc rgb 'black'",
      name, size);
}

/// "h\u2081", "h\u2082", ...
std::string component_name(Index c) {
  std::string name = "h";
  for (const char digit : std::to_string(c + 1)) {
    name += "\xE2\x82";
    name += static_cast<char>(0x80 + (digit - '0'));
  }
  return name;
}

void set_arrows(Script& script, MatrixView<const double> H, const AxisLimits& limits) {
  for (Index c = 0; c < std::min(H.rows(), kMaxArrows); ++c) {
    const char* colour = kArrowColours.at(static_cast<std::size_t>(c) % kArrowColours.size());
    // One that leads out of the axes is cut where it leaves them.
    const double inside = std::min({1.0, limits.x / H(c, 0), limits.y / H(c, 1)});
    script.line(
        "set arrow from 0,0 to {:.6g},{:.6g} {} filled size screen 0.013,20 lw 2.5 "
        "lc rgb '{}' front",
        inside * H(c, 0), inside * H(c, 1), inside < 1 ? "nohead" : "head", colour);
    const double length = std::hypot(H(c, 0) / limits.x, H(c, 1) / limits.y);
    if (inside < 1 || !(length > 0)) continue;
    // Beyond its tip; a single one has all points there, and is named on its right.
    constexpr double kAway = 0.05;
    const double x = H(c, 0) / limits.x / length;
    const double y = H(c, 1) / limits.y / length;
    const bool single = H.rows() == 1;
    script.line("set label '{}' at {:.6g},{:.6g} center font ':Bold' textcolor rgb '{}' front",
                component_name(c), H(c, 0) + kAway * limits.x * (single ? y : x),
                H(c, 1) + kAway * limits.y * (single ? -x : y), colour);
  }
}

void clear_arrows(Script& script) {
  script.line("unset arrow");
  script.line("unset label");
}

/// The largest rectangle for the limits, with equal units, within `room` and centred in it.
Rectangle fitted(const Rectangle& room, const AxisLimits& limits) {
  const double unit = std::min(room.width / limits.x, room.height / limits.y);
  const double width = unit * limits.x;
  const double height = unit * limits.y;
  // Data that is far from square would be a line: then the units differ.
  constexpr double kMin = 0.35;
  if (width < kMin * room.width || height < kMin * room.height) return room;
  return {std::round(room.left + (room.width - width) / 2),
          std::round(room.top + (room.height - height) / 2), std::round(width), std::round(height)};
}

}  // namespace

AxisLimits limits_of(MatrixView<const double> points) {
  AxisLimits largest;
  for (Index i = 0; i < points.rows(); ++i) {
    largest.x = std::max(largest.x, points(i, 0));
    largest.y = std::max(largest.y, points(i, 1));
  }
  return {round_limit(largest.x), round_limit(largest.y)};
}

Rectangle learning_axes(const Size& size, const AxisLimits& limits, int panel) {
  const double left = panel == 0 ? 0.05 : 0.545;
  return fitted({left * size.width, 0.17 * size.height, 0.43 * size.width, 0.71 * size.height},
                limits);
}

std::string draw_learning(const Canvas& canvas, MatrixView<const double> observed,
                          const std::vector<FactorFrame>& frames, const AxisLimits& limits) {
  Script script(canvas);
  const Size& size = canvas.size;
  const Rectangle left = learning_axes(size, limits, 0);
  const Rectangle right = learning_axes(size, limits, 1);
  const double title = left.top - 0.055 * size.height;
  add_points(script, "A", observed, observed);
  for (const FactorFrame& frame : shown_frames(canvas, frames)) {
    const Matrix<double> Y = reconstruct<double>(frame.W.view(), frame.H.view(), 0, frame.W.rows());
    add_points(script, "Y", Y.view(), observed);
    script.begin_frame();
    script.text(0.5 * size.width, 0.055 * size.height, fmt::format("iteration {}", frame.iteration),
                1.3);
    script.text(left.left + left.width / 2, title, "observed points", 1.1);
    script.text(right.left + right.width / 2, title,
                "reconstruction \u0176 = W\u00B7H, rows of H as arrows", 1.1);
    set_axes(script, left, limits);
    plot_points(script, "A", observed.rows());
    clear_arrows(script);
    set_axes(script, right, limits);
    set_arrows(script, frame.H.view(), limits);
    plot_points(script, "Y", observed.rows());
    clear_arrows(script);
    script.end_frame();
  }
  return script.draw();
}

std::string draw_line(const Canvas& canvas, MatrixView<const double> observed,
                      const FactorFrame& one, const FactorFrame& two, const AxisLimits& limits) {
  Script script(canvas);
  const Size& size = canvas.size;
  const auto axes = [&](double left) {
    return Rectangle{left * size.width, 0.19 * size.height, 0.2 * size.width, 0.66 * size.height};
  };
  const auto reconstructed = [](const FactorFrame& frame) {
    return reconstruct<double>(frame.W.view(), frame.H.view(), 0, frame.W.rows());
  };
  add_points(script, "A", observed, observed);
  add_points(script, "Y", reconstructed(one).view(), observed);
  add_points(script, "Z", reconstructed(two).view(), observed);
  Matrix<double> weights(observed.rows(), 2);
  double largest = 0;
  for (Index i = 0; i < observed.rows(); ++i) {
    weights(i, 0) = observed(i, 0);
    weights(i, 1) = one.W(i, 0);
    largest = std::max(largest, one.W(i, 0));
  }
  add_points(script, "W", weights.view(), observed);

  const std::array lefts{0.03, 0.28, 0.53, 0.78};
  const std::array titles{"observed points, and the row of H", "reconstruction W\u00B7H at k = 1",
                          "weights W at k = 1, by the point's x",
                          "W\u00B7H and both rows of H at k = 2"};
  script.begin_frame();
  for (std::size_t panel = 0; panel < lefts.size(); ++panel) {
    const Rectangle place = axes(lefts.at(panel));
    script.text(place.left + place.width / 2, 0.1 * size.height, titles.at(panel), 1.1);
  }
  const auto plot = [&](double left, std::string_view name, const FactorFrame& frame) {
    set_axes(script, axes(left), limits);
    set_arrows(script, frame.H.view(), limits);
    plot_points(script, name, observed.rows());
    clear_arrows(script);
  };
  plot(lefts[0], "A", one);
  plot(lefts[1], "Y", one);
  plot(lefts[3], "Z", two);
  const double top = round_limit(largest);
  set_axes(script, axes(lefts[2]), limits);
  script.line("set yrange [0:{:.6g}]", top);
  script.line("set ytics {:.6g}", round_step(top));
  script.line("set style data points");
  script.line(
      "plot $W using 1:2:3 with impulses lw 1 lc palette z, "
      "$W using 1:2:3 with points pt 7 ps 1.5 lc palette z, "
      "$W using 1:2 with points pt 6 ps 1.5 lw 1 lc rgb 'black'");
  script.end_frame();
  return script.draw();
}

}  // namespace nonneg::render
