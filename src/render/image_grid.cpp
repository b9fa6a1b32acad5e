// SPDX-License-Identifier: Apache-2.0
#include "render/image_grid.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "nonneg/reconstruct.hpp"

namespace nonneg::render {
namespace {

/// Pixels of an image's longer side, unless it has more of its own.
constexpr double kTileSide = 96;
constexpr double kMaxSide = 1600;
/// Of a tile's side.
constexpr double kGap = 0.06;

/// Images of one shape in rows and columns.
struct Grid {
  ImageShape shape;
  Index down = 0;
  Index across = 0;

  /// Screen pixels per image pixel, such that the grid fits into the room.
  double scale_for(double width, double height) const {
    return std::min(width / (tile_width() * static_cast<double>(across)),
                    height / (tile_height() * static_cast<double>(down)));
  }
  /// In image pixels, with the gap.
  double tile_width() const { return static_cast<double>(shape.cols) + gap(); }
  double tile_height() const { return static_cast<double>(shape.rows) + gap(); }
  double gap() const { return kGap * static_cast<double>(std::max(shape.rows, shape.cols)); }
};

Grid grid_of(const ImageShape& shape, Index count) {
  // About 3 : 2.
  const double aspect = static_cast<double>(shape.cols) / static_cast<double>(shape.rows);
  const auto across =
      static_cast<Index>(std::clamp(std::ceil(std::sqrt(1.5 * static_cast<double>(count) / aspect)),
                                    1.0, static_cast<double>(count)));
  return {shape, (count + across - 1) / across, across};
}

Size size_for(const Grid& grid, double extra_width, double extra_height) {
  const auto longer = static_cast<double>(std::max(grid.shape.rows, grid.shape.cols));
  double scale = std::max(1.0, std::round(kTileSide / longer));
  const double width = grid.tile_width() * static_cast<double>(grid.across);
  const double height = grid.tile_height() * static_cast<double>(grid.down);
  scale = std::min(scale, kMaxSide / std::max(width, height));
  return {std::max(320, static_cast<int>(std::ceil(width * scale + extra_width))),
          std::max(200, static_cast<int>(std::ceil(height * scale + extra_height)))};
}

/// Red, green and blue of an entry that is NaN: nobody observed it.
constexpr std::array<unsigned char, 3> kNotObserved{60, 90, 150};

/// Plots a row of a matrix as an image of greys.
void plot_image(Script& script, const Rectangle& place, const ImageShape& shape,
                const double* entries, double largest) {
  // gnuplot draws no image of a single row or column: each pixel is then there twice, half as
  // large.
  const Index repeats_down = shape.rows == 1 ? 2 : 1;
  const Index repeats_across = shape.cols == 1 ? 2 : 1;
  const Index rows = repeats_down * shape.rows;
  const Index cols = repeats_across * shape.cols;
  std::string bytes;
  bytes.reserve(3 * static_cast<std::size_t>(rows * cols));
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < cols; ++j) {
      const double entry = entries[i / repeats_down * shape.cols + j / repeats_across];
      const double part = largest > 0 ? std::clamp(entry / largest, 0.0, 1.0) : 0;
      const auto grey = static_cast<unsigned char>(std::isnan(part) ? 0 : std::lround(255 * part));
      for (const unsigned char missing : kNotObserved) {
        bytes += static_cast<char>(std::isnan(entry) ? missing : grey);
      }
    }
  }
  const double dx = 1.0 / static_cast<double>(repeats_across);
  const double dy = 1.0 / static_cast<double>(repeats_down);
  script.place(place);
  script.line(
      "plot '-' binary array=({},{}) dx={} dy={} origin=({},{}) format='%uchar%uchar%uchar' with "
      "rgbimage",
      cols, rows, dx, dy, dx / 2 - 0.5, dy / 2 - 0.5);
  script.binary(bytes);
  script.line("unset label");
}

void set_up(Script& script, const ImageShape& shape) {
  script.line("unset border");
  script.line("unset tics");
  script.line("set cbrange [0:255]");
  script.line("set xrange [-0.5:{}.5]", shape.cols - 1);
  script.line("set yrange [{}.5:-0.5]", shape.rows - 1);
}

double largest_of(const double* entries, Index count) {
  double largest = 0;
  for (Index p = 0; p < count; ++p) {
    if (std::isfinite(entries[p])) largest = std::max(largest, entries[p]);
  }
  return largest;
}

constexpr double kTitleRoom = 34;
constexpr double kSideRoom = 90;

}  // namespace

Size basis_size(const ImageShape& shape, Index rank) {
  return size_for(grid_of(shape, rank), 24, kTitleRoom + 12);
}

Size pairs_size(const ImageShape& shape, Index pairs) {
  return size_for({shape, 2, pairs}, kSideRoom + 12, 2 * kTitleRoom);
}

std::string draw_basis(const Canvas& canvas, const std::vector<FactorFrame>& frames,
                       const ImageShape& shape) {
  Script script(canvas, ColourMap::grey);
  const auto width = static_cast<double>(canvas.size.width);
  const auto height = static_cast<double>(canvas.size.height);
  const Grid grid = grid_of(shape, frames.back().H.rows());
  const double top = std::max(kTitleRoom, 2.6 * script.font_size());
  const double scale = grid.scale_for(width - 24, height - top - 12);
  const double left =
      (width - scale * (grid.tile_width() * static_cast<double>(grid.across) - grid.gap())) / 2;
  set_up(script, shape);
  for (const FactorFrame& frame : shown_frames(canvas, frames)) {
    script.begin_frame();
    script.text(width / 2, top / 2, fmt::format("basis images, iteration {}", frame.iteration),
                1.2);
    for (Index c = 0; c < frame.H.rows(); ++c) {
      const Index row = c / grid.across;
      const Index column = c % grid.across;
      const Rectangle place{left + scale * grid.tile_width() * static_cast<double>(column),
                            top + scale * grid.tile_height() * static_cast<double>(row),
                            scale * static_cast<double>(shape.cols),
                            scale * static_cast<double>(shape.rows)};
      const double* image = frame.H.view().row(c);
      plot_image(script, place, shape, image, largest_of(image, frame.H.cols()));
    }
    script.end_frame();
  }
  return script.draw();
}

std::string draw_pairs(const Canvas& canvas, MatrixView<const double> originals,
                       const std::vector<FactorFrame>& frames, const ImageShape& shape,
                       const std::vector<std::string>& names) {
  Script script(canvas, ColourMap::grey);
  const auto width = static_cast<double>(canvas.size.width);
  const auto height = static_cast<double>(canvas.size.height);
  const Grid grid{shape, 2, originals.rows()};
  const double top = std::max(2 * kTitleRoom, 4.5 * script.font_size());
  const double side = std::max(kSideRoom, 6.5 * script.font_size());
  const double scale = grid.scale_for(width - side - 12, height - top);
  const auto place_of = [&](Index i, int row) {
    return Rectangle{side + scale * grid.tile_width() * static_cast<double>(i),
                     top + scale * grid.tile_height() * row,
                     scale * static_cast<double>(shape.cols),
                     scale * static_cast<double>(shape.rows)};
  };
  // A letter is about half as wide as it is high; a caption as wide as its tile touches no other.
  constexpr double kCaption = 0.9;
  const auto caption_bytes = static_cast<std::size_t>(
      std::max(3.0, scale * grid.tile_width() / (0.55 * kCaption * script.font_size())));
  set_up(script, shape);
  for (const FactorFrame& frame : shown_frames(canvas, frames)) {
    const Matrix<double> Y = reconstruct<double>(frame.W.view(), frame.H.view(), 0, frame.W.rows());
    script.begin_frame();
    script.text(width / 2, 1.3 * script.font_size(),
                fmt::format("rows and their reconstruction, iteration {}", frame.iteration), 1.2);
    for (int row = 0; row < 2; ++row) {
      const Rectangle first = place_of(0, row);
      script.text(side / 2, first.top + first.height / 2, row == 0 ? "original" : "W\u00B7H");
    }
    for (Index i = 0; i < originals.rows(); ++i) {
      const Rectangle above = place_of(i, 0);
      script.text(above.left + above.width / 2, above.top - 0.9 * script.font_size(),
                  names[static_cast<std::size_t>(i)], kCaption, caption_bytes);
      double largest = largest_of(originals.row(i), originals.cols());
      if (largest == 0) largest = largest_of(Y.view().row(i), Y.cols());
      plot_image(script, above, shape, originals.row(i), largest);
      plot_image(script, place_of(i, 1), shape, Y.view().row(i), largest);
    }
    script.end_frame();
  }
  return script.draw();
}

}  // namespace nonneg::render
