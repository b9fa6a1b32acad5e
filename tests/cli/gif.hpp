// SPDX-License-Identifier: Apache-2.0
/// Reads animated GIF files, as a viewer shows them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace nonneg::test {

using Colour = std::array<int, 3>;

struct GifFrame {
  int delay_milliseconds = 0;
  /// The whole picture at that moment, row by row.
  std::vector<Colour> pixels;
};

struct Gif {
  int width = 0;
  int height = 0;
  /// How often it is shown; 0: for ever. -1 where the file does not say.
  int loops = -1;
  std::vector<GifFrame> frames;

  const Colour& at(std::size_t frame, int x, int y) const {
    return frames.at(frame).pixels.at(static_cast<std::size_t>(y) *
                                          static_cast<std::size_t>(width) +
                                      static_cast<std::size_t>(x));
  }
};

/// Throws std::runtime_error or std::out_of_range for what is no GIF.
Gif parse_gif(const std::string& bytes);

}  // namespace nonneg::test
