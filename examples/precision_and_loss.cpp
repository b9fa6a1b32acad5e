// SPDX-License-Identifier: Apache-2.0
// Precision and loss chosen at run time, as by a user's settings: ./precision_and_loss float64 kl
#include <cstdio>
#include <nonneg/nonneg.hpp>
#include <string>
#include <vector>

namespace {

// 24 hours of 5 days: counts of two habits that days mix differently.
std::vector<int> counts() {
  std::vector<int> A;
  for (int day = 0; day < 5; ++day) {
    for (int hour = 0; hour < 24; ++hour) {
      A.push_back((day + 1) * (hour / 6 + 1) + (5 - day) * (hour % 4 + 1));
    }
  }
  return A;
}

bool run(const std::string& precision, const std::string& loss) {
  nonneg::Options options;
  options.rank = 2;
  options.precision = nonneg::to_precision(precision);
  options.loss = nonneg::to_loss(loss);
  // Integers are of no precision of their own: the result's is that of the options.
  const nonneg::AnyResult result = nonneg::factorize(counts(), 5, 24, options);

  const std::size_t bytes = result.visit([](const auto& typed) { return sizeof(typed.W(0, 0)); });
  std::printf("%s, %-9s  relative error %.1e after %d iterations, H(0, 0) = %.3f\n",
              precision.c_str(), loss.c_str(), result.relative_error(),
              static_cast<int>(result.iterations()), result.h(0, 0));
  const bool wide = result.type() == nonneg::ElementType::float64;
  return bytes == (wide ? 8 : 4) && result.relative_error() < 0.05;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 3) return run(argv[1], argv[2]) ? 0 : 1;
  } catch (const nonneg::InvalidArgument& e) {
    // An unknown word: "loss = foo: must be one of frobenius, kl, is".
    std::fprintf(stderr, "%s\n", e.what());
    return 2;
  }
  bool right = true;
  for (const char* precision : {"float32", "float64"}) {
    for (const char* loss : {"frobenius", "kl", "is"}) right = run(precision, loss) && right;
  }
  return right ? 0 : 1;
}
