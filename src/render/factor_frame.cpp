// SPDX-License-Identifier: Apache-2.0
#include "render/factor_frame.hpp"

#include <utility>

#include "base/spread.hpp"

namespace nonneg::render {

std::vector<FactorFrame> thinned(std::vector<FactorFrame> frames) {
  std::vector<FactorFrame> kept;
  for (const Index i : spread(std::ssize(frames), kMaxFrames)) {
    kept.push_back(std::move(frames[static_cast<std::size_t>(i)]));
  }
  return kept;
}

std::span<const FactorFrame> shown_frames(const Canvas& canvas,
                                          const std::vector<FactorFrame>& frames) {
  const std::span<const FactorFrame> all(frames);
  return canvas.format == Format::gif ? all : all.last(1);
}

}  // namespace nonneg::render
