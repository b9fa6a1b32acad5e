// SPDX-License-Identifier: Apache-2.0
#include "cli/demo/numpy_random.hpp"

#include <gtest/gtest.h>

namespace nonneg::cli {
namespace {

// Expected values: numpy.random.RandomState(seed).rand() and .randn().

TEST(NumpyRandom, DrawsTheUniformsOfRandomState) {
  NumpyRandom random0(0U);
  EXPECT_EQ(random0.uniform(), 0.5488135039273248);
  EXPECT_EQ(random0.uniform(), 0.7151893663724195);
  EXPECT_EQ(random0.uniform(), 0.6027633760716439);
  NumpyRandom random32(32U);
  EXPECT_EQ(random32.uniform(), 0.8588892672930397);
  EXPECT_EQ(random32.uniform(), 0.37271115497527996);
  EXPECT_EQ(random32.uniform(), 0.5551287779985967);
  NumpyRandom random4294967295(4294967295U);
  EXPECT_EQ(random4294967295.uniform(), 0.0976320289940138);
  EXPECT_EQ(random4294967295.uniform(), 0.9123828453026218);
  EXPECT_EQ(random4294967295.uniform(), 0.78903530185164);
}

TEST(NumpyRandom, DrawsTheNormalsOfRandomState) {
  NumpyRandom random0(0U);
  EXPECT_DOUBLE_EQ(random0.normal(), 1.764052345967664);
  EXPECT_DOUBLE_EQ(random0.normal(), 0.4001572083672233);
  EXPECT_DOUBLE_EQ(random0.normal(), 0.9787379841057392);
  EXPECT_DOUBLE_EQ(random0.normal(), 2.240893199201458);
  NumpyRandom random32(32U);
  EXPECT_DOUBLE_EQ(random32.normal(), -0.3488944509894251);
  EXPECT_DOUBLE_EQ(random32.normal(), 0.9837034333517989);
  EXPECT_DOUBLE_EQ(random32.normal(), 0.5809228307171408);
  EXPECT_DOUBLE_EQ(random32.normal(), 0.07028444085744995);
}

TEST(NumpyRandom, KeepsTheSecondNormalOfAPairAcrossUniforms) {
  NumpyRandom random(7U);
  EXPECT_DOUBLE_EQ(random.normal(), 1.690525703800356);
  EXPECT_EQ(random.uniform(), 0.9779895119966027);
  EXPECT_DOUBLE_EQ(random.normal(), -0.4659373705408328);
  EXPECT_EQ(random.uniform(), 0.5384958704104337);
}

TEST(NumpyRandom, IsRightFarIntoTheSequence) {
  NumpyRandom random(32U);
  double last = 0;
  for (int i = 0; i <= 10000; ++i) last = random.uniform();
  EXPECT_EQ(last, 0.31333465475496947);
}

}  // namespace
}  // namespace nonneg::cli
