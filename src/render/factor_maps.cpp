// SPDX-License-Identifier: Apache-2.0
#include "render/factor_maps.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

namespace nonneg::render {
namespace {

/// Names of more columns than that would run into each other.
constexpr std::size_t kMaxNames = 24;
/// Ticks for at most so many components, one each.
constexpr Index kMaxComponents = 16;

/// A matrix of at most `most_rows` × `most_cols`: means of blocks.
Matrix<double> averaged(MatrixView<const double> A, Index most_rows, Index most_cols) {
  const Index rows = std::min(A.rows(), most_rows);
  const Index cols = std::min(A.cols(), most_cols);
  Matrix<double> out(rows, cols);
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < cols; ++j) {
      const Index last_row = (i + 1) * A.rows() / rows;
      const Index last_col = (j + 1) * A.cols() / cols;
      double sum = 0;
      Index count = 0;
      for (Index r = i * A.rows() / rows; r < last_row; ++r) {
        for (Index c = j * A.cols() / cols; c < last_col; ++c, ++count) sum += A(r, c);
      }
      out(i, j) = sum / static_cast<double>(count);
    }
  }
  return out;
}

/// gnuplot draws no image of a single row or column of cells: each is then there twice, half as
/// large.
Matrix<double> drawable(MatrixView<const double> cells) {
  const Index more_rows = cells.rows() == 1 ? 2 : 1;
  const Index more_cols = cells.cols() == 1 ? 2 : 1;
  Matrix<double> out(more_rows * cells.rows(), more_cols * cells.cols());
  for (Index i = 0; i < out.rows(); ++i) {
    for (Index j = 0; j < out.cols(); ++j) out(i, j) = cells(i / more_rows, j / more_cols);
  }
  return out;
}

double largest_of(MatrixView<const double> A) {
  double largest = 0;
  for (Index i = 0; i < A.rows(); ++i) {
    for (Index j = 0; j < A.cols(); ++j) {
      if (std::isfinite(A(i, j))) largest = std::max(largest, A(i, j));
    }
  }
  return largest;
}

struct Map {
  const char* title;
  const char* x_label;
  const char* y_label;
  Rectangle place;
  /// Of the matrix that the map shows, before it was averaged.
  Index rows;
  Index cols;
  double largest;
};

/// Cells are drawn from (0, 0) at the top left to (cols, rows).
void set_axis(Script& script, char axis, Index count, const char* label) {
  script.line("set {}label '{}'", axis, label);
  if (count <= kMaxComponents) {
    std::string ticks;
    for (Index c = 0; c < count; ++c) {
      ticks += fmt::format("{}'{}' {}.5", c == 0 ? "" : ", ", c + 1, c);
    }
    script.line("set {}tics ({})", axis, ticks);
  } else {
    script.line("set {}tics autofreq", axis);
  }
}

void plot_map(Script& script, const Map& map, MatrixView<const double> averages) {
  const Matrix<double> cells = drawable(averages);
  const Size& size = script.canvas().size;
  script.text(map.place.left + map.place.width / 2, map.place.top - 1.3 * script.font_size(),
              map.title, 1.1);
  script.place(map.place);
  script.line("set xrange [0:{}]", map.cols);
  script.line("set yrange [{}:0]", map.rows);
  script.line("set cbrange [0:{:.6g}]", map.largest > 0 ? map.largest : 1);
  script.line("set colorbox user origin screen {:.5f},{:.5f} size screen {:.5f},{:.5f} noborder",
              (map.place.left + map.place.width + 8) / size.width,
              1 - (map.place.top + map.place.height) / size.height, 10.0 / size.width,
              map.place.height / size.height);
  const double dx = static_cast<double>(map.cols) / static_cast<double>(cells.cols());
  const double dy = static_cast<double>(map.rows) / static_cast<double>(cells.rows());
  script.line(
      "plot '-' binary array=({},{}) format='%float64' dx={:.9g} dy={:.9g} "
      "origin=({:.9g},{:.9g}) with image",
      cells.cols(), cells.rows(), dx, dy, dx / 2, dy / 2);
  script.binary({reinterpret_cast<const char*>(cells.data()),
                 static_cast<std::size_t>(cells.size()) * sizeof(double)});
  script.line("unset label");
}

}  // namespace

std::string draw_factors(const Canvas& canvas, const std::vector<FactorFrame>& frames,
                         const std::vector<std::string>& column_names) {
  Script script(canvas);
  const auto width = static_cast<double>(canvas.size.width);
  const auto height = static_cast<double>(canvas.size.height);
  const double letter = script.font_size();
  const bool named = !column_names.empty() && column_names.size() <= kMaxNames;
  const double top = 5.2 * letter;
  const double room_below = named ? 7 * letter : 4 * letter;
  const FactorFrame& last = frames.back();
  Map W{"W: weights of the components",
        "component",
        "row",
        {6.5 * letter, top, 0.3 * width - 6.5 * letter, height - top - room_below},
        last.W.rows(),
        last.W.cols(),
        0};
  const double h_left = 0.3 * width + 10 * letter;
  Map H{"H: the components",
        named ? "" : "column",
        "component",
        {h_left, top, width - h_left - 5.5 * letter, height - top - room_below},
        last.H.rows(),
        last.H.cols(),
        0};

  const std::span<const FactorFrame> shown = shown_frames(canvas, frames);
  std::vector<Matrix<double>> w_cells;
  std::vector<Matrix<double>> h_cells;
  for (const FactorFrame& frame : shown) {
    w_cells.push_back(averaged(frame.W.view(), static_cast<Index>(W.place.height), W.cols));
    h_cells.push_back(averaged(frame.H.view(), H.rows, static_cast<Index>(H.place.width)));
    // Of what is drawn: one large entry among many that are averaged would leave all others dark.
    W.largest = std::max(W.largest, largest_of(std::as_const(w_cells.back()).view()));
    H.largest = std::max(H.largest, largest_of(std::as_const(h_cells.back()).view()));
  }
  script.line("set border 15 lw 0.5 lc rgb '#999999'");
  script.line("set format cb '%.3g'");
  for (std::size_t f = 0; f < shown.size(); ++f) {
    script.begin_frame();
    script.text(0.5 * width, 1.4 * letter, fmt::format("iteration {}", shown[f].iteration), 1.3);
    set_axis(script, 'x', W.cols, W.x_label);
    set_axis(script, 'y', W.rows, W.y_label);
    script.line("set xtics norotate");
    plot_map(script, W, std::as_const(w_cells[f]).view());
    set_axis(script, 'x', H.cols, H.x_label);
    set_axis(script, 'y', H.rows, H.y_label);
    if (named) {
      std::string ticks;
      for (std::size_t j = 0; j < column_names.size(); ++j) {
        constexpr std::size_t kLongestName = 12;
        ticks += fmt::format("{}{} {}.5", j == 0 ? "" : ", ",
                             quoted_tick(column_names[j], kLongestName), j);
      }
      script.line("set xtics ({}) rotate by -40 noenhanced", ticks);
    }
    plot_map(script, H, std::as_const(h_cells[f]).view());
    script.end_frame();
  }
  return script.draw();
}

}  // namespace nonneg::render
