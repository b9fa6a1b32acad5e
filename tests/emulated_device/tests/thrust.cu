// SPDX-License-Identifier: Apache-2.0
// Thrust in the default stream: zip iterators, a multiplicative update, a reduction in double.
#include <thrust/device_vector.h>
#include <thrust/fill.h>
#include <thrust/functional.h>
#include <thrust/host_vector.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/iterator/zip_iterator.h>
#include <thrust/transform.h>
#include <thrust/transform_reduce.h>
#include <thrust/tuple.h>

#include <cmath>
#include <cstdio>

namespace {

constexpr int kCount = 100003;

struct InitialValue {
  __host__ __device__ float operator()(unsigned i) const {
    return 0.5f + 0.001f * static_cast<float>(i % 977u);
  }
};

struct Update {
  __host__ __device__ float operator()(const thrust::tuple<float, float, float>& t) const {
    return thrust::get<0>(t) * thrust::get<1>(t) / thrust::get<2>(t);
  }
};

struct SquaredDifference {
  __host__ __device__ double operator()(const thrust::tuple<float, float>& t) const {
    const double d = static_cast<double>(thrust::get<0>(t)) - thrust::get<1>(t);
    return d * d;
  }
};

}  // namespace

int main() {
  thrust::device_vector<float> x(kCount), numerator(kCount), denominator(kCount);
  thrust::transform(thrust::counting_iterator<unsigned>(0),
                    thrust::counting_iterator<unsigned>(kCount), x.begin(), InitialValue());
  thrust::fill(numerator.begin(), numerator.end(), 2.0f);
  thrust::fill(denominator.begin(), denominator.end(), 4.0f);
  const auto triples = thrust::make_zip_iterator(
      thrust::make_tuple(x.begin(), numerator.begin(), denominator.begin()));
  thrust::transform(triples, triples + kCount, x.begin(), Update());
  const auto pairs = thrust::make_zip_iterator(thrust::make_tuple(x.begin(), numerator.begin()));
  const double sum = thrust::transform_reduce(pairs, pairs + kCount, SquaredDifference(), 0.0,
                                              thrust::plus<double>());
  double want = 0;
  for (unsigned i = 0; i < kCount; ++i) {
    const double v = static_cast<double>(InitialValue()(i) * 2.0f / 4.0f) - 2.0;
    want += v * v;
  }
  std::printf("sum %.12g, on the host %.12g\n", sum, want);
  return std::fabs(sum - want) < 1e-8 * want
             ? 0
             : 1;  // the device fuses products and sums, the host does not
}
