// SPDX-License-Identifier: Apache-2.0
#include "cli/demo/numpy_random.hpp"

#include <cmath>

namespace nonneg::cli {

double NumpyRandom::uniform() {
  const auto high = static_cast<double>(engine_() >> 5U);
  const auto low = static_cast<double>(engine_() >> 6U);
  return (high * 67108864.0 + low) / 9007199254740992.0;
}

double NumpyRandom::normal() {
  if (has_next_normal_) {
    has_next_normal_ = false;
    return next_normal_;
  }
  double x = 0;
  double y = 0;
  double r2 = 0;
  do {
    x = 2.0 * uniform() - 1.0;
    y = 2.0 * uniform() - 1.0;
    r2 = x * x + y * y;
  } while (r2 >= 1.0 || r2 == 0.0);
  const double f = std::sqrt(-2.0 * std::log(r2) / r2);
  next_normal_ = f * x;
  has_next_normal_ = true;
  return f * y;
}

}  // namespace nonneg::cli
