// SPDX-License-Identifier: Apache-2.0
/// What every picture has: a format, a size, and the script that draws it.
#pragma once

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "nonneg/matrix_view.hpp"

namespace nonneg::render {

enum class Format { gif, png, svg };

/// In the order of the enumeration; also the files' extensions.
inline constexpr std::array<std::string_view, 3> kFormatNames{"gif", "png", "svg"};

constexpr std::string_view to_string(Format format) noexcept {
  return kFormatNames[static_cast<std::size_t>(format)];
}

/// In pixels.
struct Size {
  int width = 0;
  int height = 0;
};

struct Canvas {
  Format format = Format::png;
  Size size;
};

/// How long each frame of an animation stays.
constexpr int kFrameMilliseconds = 200;

/// A rectangle of a picture in pixels, counted from the top left.
struct Rectangle {
  double left = 0;
  double top = 0;
  double width = 0;
  double height = 0;
};

/// Colours of a value from low to high.
enum class ColourMap {
  /// matplotlib's viridis, dark violet to yellow.
  viridis,
  /// Black to white.
  grey
};

/// A gnuplot script under construction. Places are in pixels of the canvas, so that a plot lies
/// where it was asked to whatever its labels.
class Script {
 public:
  explicit Script(const Canvas& canvas, ColourMap colours = ColourMap::viridis);

  template <class... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Arguments>(arguments)...);
    text_ += '\n';
  }
  /// Adds bytes that the plot command before them reads.
  void binary(std::string_view bytes) { text_ += bytes; }

  /// Begins a frame: an animation has several, a still picture one.
  void begin_frame() { line("set multiplot"); }
  void end_frame();
  /// Says where the next plot's axes go.
  void place(const Rectangle& axes);
  /// Puts a text, centred about a place. `size` is in units of the picture's own text; of a text
  /// longer than `max_bytes` the beginning is shown.
  void text(double x, double y, std::string_view words, double size = 1,
            std::size_t max_bytes = kMaxTextBytes);

  /// Draws the picture. Throws NotAvailable as run_gnuplot does.
  std::string draw() const;

  const Canvas& canvas() const noexcept { return canvas_; }
  /// Pixels of a letter's height, which grow with the canvas.
  double font_size() const noexcept { return font_size_; }

 private:
  static constexpr std::size_t kMaxTextBytes = 60;

  Canvas canvas_;
  double font_size_;
  std::string text_;
};

/// Returns words within a gnuplot string: quoted, printable, and cut short where they are longer
/// than `max_bytes`.
std::string quoted(std::string_view words, std::size_t max_bytes);
/// Returns words as the label of a tick, which gnuplot takes for a format.
std::string quoted_tick(std::string_view words, std::size_t max_bytes);

/// Returns a picture with "nonneg" written where its format has a place for a comment, so that it
/// is known as one that may be drawn anew.
std::string marked(std::string picture, Format format);
/// Returns whether the beginning of a file is that of a marked picture.
bool is_marked(std::string_view beginning) noexcept;
/// That much of a file's beginning is enough to tell.
constexpr std::size_t kMarkWithin = 2048;

}  // namespace nonneg::render
