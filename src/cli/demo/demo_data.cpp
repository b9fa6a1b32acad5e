// SPDX-License-Identifier: Apache-2.0
#include "cli/demo/demo_data.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "cli/demo/numpy_random.hpp"

namespace nonneg::cli {
namespace {

constexpr Index kPoints = 80;
constexpr std::uint32_t kArticleSeed = 32;

constexpr Index kLimbs = 4;
constexpr Index kPositions = 4;
constexpr Index kLimbLength = 6;
constexpr Index kTorsoTop = 11;
constexpr Index kTorsoBottom = 20;
constexpr Index kTorsoLeft = 15;
constexpr Index kTorsoRight = 16;

struct Step {
  Index down;
  Index right;
};

/// A joint is the pixel beside a corner of the torso; a limb starts one step away from it, so that
/// no two positions share a pixel.
struct Limb {
  Index row;
  Index column;
  std::array<Step, kPositions> positions;
};

constexpr std::array<Limb, kLimbs> kSwimmerLimbs{{
    {kTorsoTop, kTorsoLeft - 1, {{{0, -1}, {-1, -1}, {-1, 0}, {1, -1}}}},
    {kTorsoTop, kTorsoRight + 1, {{{0, 1}, {-1, 1}, {-1, 0}, {1, 1}}}},
    {kTorsoBottom, kTorsoLeft - 1, {{{0, -1}, {1, -1}, {1, 0}, {-1, -1}}}},
    {kTorsoBottom, kTorsoRight + 1, {{{0, 1}, {1, 1}, {1, 0}, {-1, 1}}}},
}};

void add_row(MatrixView<const float> from, Index part, MatrixView<float> to, Index picture) {
  for (Index pixel = 0; pixel < kSwimmerPixels; ++pixel) to(picture, pixel) += from(part, pixel);
}

}  // namespace

LearningDemo learning_demo() {
  LearningDemo demo{Matrix<double>(kPoints, 2), Matrix<double>(kPoints, 2), Matrix<double>(2, 2)};
  NumpyRandom points(kArticleSeed);
  for (Index i = 0; i < kPoints; ++i) demo.A(i, 0) = 4.0 * points.uniform() + 0.2;
  for (Index i = 0; i < kPoints; ++i) {
    const double cosine = std::cos(demo.A(i, 0));
    demo.A(i, 1) = cosine * cosine + 1.0 + 0.1 * points.normal();
  }
  NumpyRandom start(kArticleSeed);
  for (Index i = 0; i < kPoints; ++i) {
    for (Index j = 0; j < 2; ++j) demo.W0(i, j) = start.uniform();
  }
  for (Index i = 0; i < 2; ++i) {
    for (Index j = 0; j < 2; ++j) demo.H0(j, i) = start.uniform();
  }
  return demo;
}

Matrix<double> line_demo() {
  constexpr double kSlope = 0.6;
  constexpr double kNoise = 0.2;
  Matrix<double> A(kPoints, 2);
  NumpyRandom points(kArticleSeed);
  for (Index i = 0; i < kPoints; ++i) A(i, 0) = 4.0 * points.uniform() + 0.2;
  for (Index i = 0; i < kPoints; ++i) {
    A(i, 1) = std::max(0.0, kSlope * A(i, 0) + kNoise * points.normal());
  }
  return A;
}

SwimmerDemo swimmer_demo() {
  constexpr Index kPictures = kPositions * kPositions * kPositions * kPositions;
  SwimmerDemo demo{Matrix<float>(kPictures, kSwimmerPixels),
                   Matrix<float>(kSwimmerParts, kSwimmerPixels)};
  std::fill_n(demo.A.data(), demo.A.size(), 0.0F);
  std::fill_n(demo.parts.data(), demo.parts.size(), 0.0F);

  for (Index row = kTorsoTop; row <= kTorsoBottom; ++row) {
    for (Index column = kTorsoLeft; column <= kTorsoRight; ++column) {
      demo.parts(0, row * kSwimmerSide + column) = 1.0F;
    }
  }
  for (std::size_t limb = 0; limb < kSwimmerLimbs.size(); ++limb) {
    const Limb& l = kSwimmerLimbs.at(limb);
    for (std::size_t position = 0; position < l.positions.size(); ++position) {
      const Step step = l.positions.at(position);
      const auto part = static_cast<Index>(1 + limb * kPositions + position);
      for (Index t = 1; t <= kLimbLength; ++t) {
        demo.parts(part, (l.row + t * step.down) * kSwimmerSide + l.column + t * step.right) = 1.0F;
      }
    }
  }
  for (Index picture = 0; picture < kPictures; ++picture) {
    add_row(demo.parts.view(), 0, demo.A.view(), picture);
    Index rest = picture;
    for (Index limb = 0; limb < kLimbs; ++limb) {
      add_row(demo.parts.view(), 1 + limb * kPositions + rest % kPositions, demo.A.view(), picture);
      rest /= kPositions;
    }
  }
  return demo;
}

}  // namespace nonneg::cli
