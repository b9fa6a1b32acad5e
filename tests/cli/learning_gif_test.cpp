// SPDX-License-Identifier: Apache-2.0
// The article's animation, looked at pixel by pixel.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "cli/command.hpp"
#include "cli/gif.hpp"
#include "render/point_cloud.hpp"
#include "support/test_data.hpp"

namespace nonneg::test {
namespace {

struct Place {
  double x;
  double y;
};

/// Where a point (x, y) lies in a panel of the picture.
Place place_of(double x, double y, int panel) {
  const render::Rectangle axes =
      render::learning_axes(render::kLearningSize, render::kLearningLimits, panel);
  return {axes.left + axes.width * x / render::kLearningLimits.x,
          axes.top + axes.height * (1 - y / render::kLearningLimits.y)};
}

std::vector<Place> places_of(const nlohmann::json& points, int panel) {
  std::vector<Place> places;
  for (const auto& point : points) places.push_back(place_of(point[0], point[1], panel));
  return places;
}

nlohmann::json product(const nlohmann::json& frame) {
  nlohmann::json Y = nlohmann::json::array();
  for (const auto& w : frame["W"]) {
    std::array<double, 2> y{};
    for (std::size_t c = 0; c < 2; ++c) {
      for (std::size_t j = 0; j < 2; ++j)
        y.at(j) += w[c].get<double>() * frame["H"][c][j].get<double>();
    }
    Y.push_back(y);
  }
  return Y;
}

bool is_white(const Colour& colour) { return colour[0] + colour[1] + colour[2] > 3 * 245; }

/// How many of 16 points around a place have the black of a marker's edge. Edges are drawn over all
/// markers, so that other markers hide none of it.
int edge_points(const Gif& gif, std::size_t frame, const Place& place, double radius) {
  constexpr int kPoints = 16;
  int black = 0;
  for (int p = 0; p < kPoints; ++p) {
    const double angle = 2 * std::numbers::pi * p / kPoints;
    const Colour& colour =
        gif.at(frame, static_cast<int>(std::lround(place.x + radius * std::cos(angle))),
               static_cast<int>(std::lround(place.y + radius * std::sin(angle))));
    black += colour[0] + colour[1] + colour[2] < 60 ? 1 : 0;
  }
  return black;
}

/// Whether a marker lies at a place, to the pixel or the next: they are drawn to whole pixels. Half
/// of its edge must be there, as a circle of so few pixels is an octagon.
bool marker_at(const Gif& gif, std::size_t frame, const Place& place) {
  for (int dx = -1; dx <= 1; ++dx) {
    for (int dy = -1; dy <= 1; ++dy) {
      for (const double radius : {4.0, 5.0}) {
        if (edge_points(gif, frame, {place.x + dx, place.y + dy}, radius) >= 8) return true;
      }
    }
  }
  return false;
}

std::ptrdiff_t markers_at(const Gif& gif, std::size_t frame, const std::vector<Place>& places) {
  return std::count_if(places.begin(), places.end(),
                       [&](const Place& place) { return marker_at(gif, frame, place); });
}

class LearningGif : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const Workplace place;
    const Outcome outcome = run(place, {"demo", "learning"});
    ASSERT_EQ(outcome.status, 0) << outcome.error;
    ASSERT_EQ(outcome.error, "");
    gif() = parse_gif(read_text(place.at("nonneg-demo-learning/learning.gif")));
  }

  static Gif& gif() {
    static Gif gif;
    return gif;
  }
  static const nlohmann::json& golden() {
    static const nlohmann::json kData = read_json(test_data("learning_demo.json"));
    return kData;
  }
};

TEST_F(LearningGif, IsTenByFourAndAHalfInchesOfFiftyFramesOfAFifthOfASecond) {
  EXPECT_EQ(gif().width, 1000);
  EXPECT_EQ(gif().height, 450);
  EXPECT_EQ(gif().loops, 0);
  ASSERT_EQ(gif().frames.size(), 50U);
  for (const GifFrame& frame : gif().frames) EXPECT_EQ(frame.delay_milliseconds, 200);
}

TEST_F(LearningGif, HasOneUnitOfBothAxesEquallyLong) {
  for (const int panel : {0, 1}) {
    const Place origin = place_of(0, 0, panel);
    const Place one = place_of(1, 1, panel);
    EXPECT_NEAR(one.x - origin.x, origin.y - one.y, 1);
    // The axis itself is there.
    EXPECT_FALSE(is_white(gif().at(0, static_cast<int>(std::lround(one.x)),
                                   static_cast<int>(std::lround(origin.y)))));
  }
}

TEST_F(LearningGif, ShowsTheObservedPointsInEveryFrame) {
  const std::vector<Place> points = places_of(golden()["A"], 0);
  for (const std::size_t frame : {0U, 24U, 49U}) {
    EXPECT_EQ(markers_at(gif(), frame, points), 80) << "frame " << frame + 1;
  }
}

TEST_F(LearningGif, ShowsTheReconstructionOfTheArticlesFactors) {
  const auto found = [](std::size_t iteration) {
    const nlohmann::json Y = product(golden()["frames"][std::to_string(iteration)]);
    return markers_at(gif(), iteration - 1, places_of(Y, 1));
  };
  // The arrows, or their names, may lie upon a marker: at the end they do not.
  EXPECT_GE(found(1), 78);
  EXPECT_GE(found(2), 78);
  EXPECT_GE(found(10), 78);
  EXPECT_EQ(found(50), 80);
  // And the factors of the end at the end only.
  const nlohmann::json Y = product(golden()["frames"]["50"]);
  EXPECT_LT(markers_at(gif(), 0, places_of(Y, 1)), 20);
}

TEST_F(LearningGif, ColoursPointsByTheirObservedXInViridis) {
  const auto& A = golden()["A"];
  const nlohmann::json Y = product(golden()["frames"]["50"]);
  // The leftmost and the rightmost points, on both sides.
  std::size_t low = 0;
  std::size_t high = 0;
  for (std::size_t i = 1; i < A.size(); ++i) {
    if (A[i][0] < A[low][0]) low = i;
    if (A[i][0] > A[high][0]) high = i;
  }
  for (const int panel : {0, 1}) {
    const nlohmann::json& points = panel == 0 ? A : Y;
    const auto colour = [&](std::size_t i) {
      const Place place = place_of(points[i][0], points[i][1], panel);
      return gif().at(49, static_cast<int>(std::lround(place.x)),
                      static_cast<int>(std::lround(place.y)));
    };
    EXPECT_GT(colour(low)[2], colour(low)[1]) << "dark violet";
    EXPECT_LT(colour(low)[0], 100);
    EXPECT_GT(colour(high)[0], 180) << "yellow";
    EXPECT_GT(colour(high)[1], 200);
    EXPECT_LT(colour(high)[2], 100);
  }
}

TEST_F(LearningGif, DrawsTheRowsOfHAsArrowsFromTheOrigin) {
  const auto& H = golden()["frames"]["50"]["H"];
  for (std::size_t c = 0; c < 2; ++c) {
    // All along the row, to the pixel or the next.
    int reddish = 0;
    for (int step = 2; step <= 9; ++step) {
      const double part = step / 10.0;
      const Place place = place_of(part * H[c][0].get<double>(), part * H[c][1].get<double>(), 1);
      bool there = false;
      for (int d = -1; d <= 1; ++d) {
        const Colour& colour = gif().at(49, static_cast<int>(std::lround(place.x)) + d,
                                        static_cast<int>(std::lround(place.y)) + d);
        there = there || (colour[0] > 180 && colour[2] < 120);
      }
      reddish += there ? 1 : 0;
    }
    EXPECT_EQ(reddish, 8) << "row " << c;
  }
  const Place between = place_of(0.5, 0.5, 1);
  EXPECT_TRUE(is_white(gif().at(49, static_cast<int>(between.x), static_cast<int>(between.y))));
}

}  // namespace
}  // namespace nonneg::test
