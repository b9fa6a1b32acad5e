// SPDX-License-Identifier: Apache-2.0
#include "render/loss_curve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nonneg/options.hpp"

namespace nonneg::render {
namespace {

constexpr double kLogarithmicFrom = 10;
/// One mark per check, until they would touch.
constexpr std::size_t kMaxMarks = 60;

/// A curve that is one point, or flat, still has room about it.
void set_range(Script& script, char axis, double low, double high) {
  if (high > low) {
    script.line("set {}range [{:.9g}:{:.9g}]", axis, low, high);
  } else {
    const double margin = low == 0 ? 1 : std::abs(low) / 10;
    script.line("set {}range [{:.9g}:{:.9g}]", axis, low - margin, low + margin);
  }
}

std::string loss_title(double beta) {
  if (beta == kFrobenius) return "loss \u00BD\u2016A \u2212 W\u00B7H\u2016\u00B2";
  if (beta == kKullbackLeibler) return "Kullback-Leibler divergence";
  if (beta == kItakuraSaito) return "Itakura-Saito divergence";
  return std::isnan(beta) ? "loss" : fmt::format("\u03B2-divergence, \u03B2 = {:.4g},", beta);
}

}  // namespace

std::string draw_loss(const Canvas& canvas, const std::vector<LossRecord>& records, double beta) {
  Script script(canvas);
  const Size& size = canvas.size;
  std::vector<LossRecord> shown;
  for (const LossRecord& record : records) {
    if (std::isfinite(record.loss) && std::isfinite(record.seconds)) shown.push_back(record);
  }
  if (shown.empty()) shown.emplace_back();
  double low = shown.front().loss;
  double high = low;
  script.line("$L << EOD");
  for (const LossRecord& record : shown) {
    script.line("{} {:.9g} {:.9g}", record.iteration, record.seconds, record.loss);
    low = std::min(low, record.loss);
    high = std::max(high, record.loss);
  }
  script.line("EOD");
  if (low > 0 && high > kLogarithmicFrom * low) {
    script.line("set logscale y");
    set_range(script, 'y', low / 1.1, high * 1.1);
  } else {
    const double margin = 0.05 * (high - low);
    set_range(script, 'y', low - margin, high + margin);
  }
  script.line("set format y '%.4g'");
  script.line("set grid lc rgb '#dddddd' lw 1");
  const char* style = shown.size() <= kMaxMarks ? "linespoints pt 7 ps 0.6" : "lines";
  const double room = 5.5 * script.font_size();

  script.begin_frame();
  for (int panel = 0; panel < 2; ++panel) {
    const double half = 0.5 * size.width;
    const Rectangle axes{panel * half + room, 0.12 * size.height, half - 1.25 * room,
                         0.67 * size.height};
    script.text(axes.left + axes.width / 2, 0.055 * size.height,
                panel == 0 ? loss_title(beta) + " by iteration" : "loss by time", 1.1);
    script.place(axes);
    script.line("set xlabel '{}'", panel == 0 ? "iteration" : "seconds");
    const LossRecord& last = shown.back();
    set_range(script, 'x',
              panel == 0 ? static_cast<double>(shown.front().iteration) : shown.front().seconds,
              panel == 0 ? static_cast<double>(last.iteration) : last.seconds);
    script.line("plot $L using {}:3 with {} lw 2 lc rgb '#31688e'", panel + 1, style);
    script.line("unset label");
  }
  script.end_frame();
  return script.draw();
}

}  // namespace nonneg::render
