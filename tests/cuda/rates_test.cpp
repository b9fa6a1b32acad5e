// SPDX-License-Identifier: Apache-2.0
// What is measured of a device: on the emulated one the work is done, and the rates mean nothing.
#include "nonneg/rates.hpp"

#include <gtest/gtest.h>

#include "cuda/emulated_fixture.hpp"

namespace nonneg::test {
namespace {

class DeviceRatesTest : public DeviceTest {
 protected:
  void SetUp() override {
    DeviceTest::SetUp();
    // Else the copies are of 256 MiB, which an emulated device takes seconds for.
    if (Control::present()) Control::set_free_memory(std::uint64_t{160} << 20);
  }
  void TearDown() override {
    if (Control::present()) Control::set_free_memory(std::uint64_t{8} << 30);
  }

  const Matrix<float> A_{70, 21};
};

TEST_F(DeviceRatesTest, AreOfTheDeviceInEveryPrecision) {
  for (const Precision precision : {Precision::float32, Precision::float64, Precision::tf32}) {
    Options options;
    options.rank = 5;
    options.backend = BackendKind::cuda;
    options.precision = precision;
    const MeasuredRates rates = measure_rates(A_.view(), options);
    EXPECT_EQ(rates.backend, BackendKind::cuda);
    EXPECT_GT(rates.product_flops, 0);
    EXPECT_GT(rates.memory_bytes, 0);
  }
}

}  // namespace
}  // namespace nonneg::test
