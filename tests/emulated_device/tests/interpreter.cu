// SPDX-License-Identifier: Apache-2.0
// Kernels of many kinds, against the same arithmetic on the host.
#include <cmath>
#include <cstring>

#include "interpreter_kernels.cu"
#include "support.hpp"

namespace {

constexpr int kCount = 10007;  // no multiple of anything

struct Inputs {
  std::vector<float> x, a, b;
  Inputs() : x(kCount), a(kCount), b(kCount) {
    for (int i = 0; i < kCount; ++i) {
      x[i] = 0.5f + i % 97 * 0.01f;
      a[i] = 1 + i % 13 * 0.3f;
      b[i] = 0.1f + i % 17 * 0.2f;
    }
  }
};

template <class T>
std::vector<double> wide(const std::vector<T>& v) {
  return std::vector<double>(v.begin(), v.end());
}

void test_updates(const Inputs& in) {
  float *x = to_device(in.x), *a = to_device(in.a), *b = to_device(in.b);
  update_quads<<<7, 128>>>(x, a, b, 1e-9f, kCount);
  const auto got = to_host(x, kCount);
  for (int i = 0; i < kCount; ++i)
    NONNEG_CHECK(got[i] == std::fmax(in.x[i] * in.a[i] / (in.b[i] + 1e-9f), 1e-9f));

  double *xd = to_device(wide(in.x)), *ad = to_device(wide(in.a)), *bd = to_device(wide(in.b));
  update_doubles<<<3, 96>>>(xd, ad, bd, 1e-12, kCount);
  const auto got_wide = to_host(xd, kCount);
  for (int i = 0; i < kCount; ++i)
    NONNEG_CHECK(got_wide[i] ==
                 static_cast<double>(in.x[i]) * in.a[i] / (static_cast<double>(in.b[i]) + 1e-12));
}

void test_reductions(const Inputs& in) {
  float *a = to_device(in.a), *b = to_device(in.b);
  double* sum = to_device(std::vector<double>{0.0});
  sum_squared_differences<<<5, 160>>>(a, b, kCount, sum);
  double expected = 0;
  for (int i = 0; i < kCount; ++i) {
    const double d = static_cast<double>(in.a[i]) - in.b[i];
    expected += d * d;
  }
  NONNEG_CHECK(std::fabs(to_host(sum, 1)[0] - expected) < 1e-12 * expected);

  float* partial = nullptr;
  NONNEG_MUST(cudaMalloc(&partial, 4 * sizeof(float)));
  tree_sum<<<4, 256, 256 * sizeof(float)>>>(a, kCount, partial);
  double total = 0, reference = 0;
  for (const float p : to_host(partial, 4)) total += p;
  for (const float v : in.a) reference += v;
  NONNEG_CHECK(std::fabs(total - reference) < 1e-5 * reference);
}

void test_functions(const Inputs& in) {
  float *a = to_device(in.a), *b = to_device(in.b), *out = to_device(in.x);
  divergence_terms<<<4, 64>>>(a, b, out, kCount);
  const auto terms = to_host(out, kCount);
  double *ad = to_device(wide(in.a)), *bd = to_device(wide(in.b)), *outd = to_device(wide(in.x));
  divergence_terms_double<<<4, 64>>>(ad, bd, outd, kCount);
  const auto terms_d = to_host(outd, kCount);
  powers_and_roots<<<4, 64>>>(bd, outd, out, kCount);
  const auto mixed = to_host(out, kCount);
  const auto mixed_d = to_host(outd, kCount);
  for (int i = 0; i < kCount; ++i) {
    const double p = in.a[i], q = in.b[i];
    const double term = p * std::log(p / q) - p + q;
    const double scale = std::fabs(p * std::log(p / q)) + p + q;
    NONNEG_CHECK(std::fabs(terms[i] - term) < 1e-6 * scale);
    NONNEG_CHECK(std::fabs(terms_d[i] - term) < 1e-14 * scale);
    const double f = std::sqrt(q) + 1 / std::sqrt(q + 1) + std::exp(-q);
    const double d = std::pow(q, 1.37) + std::sqrt(q) + std::exp(-q);
    NONNEG_CHECK(std::fabs(mixed[i] - f) < 1e-6 * f);
    NONNEG_CHECK(std::fabs(mixed_d[i] - d) < 1e-13 * d);
  }
}

void test_transpose() {
  constexpr int kRows = 70, kColumns = 45;
  std::vector<float> matrix(kRows * kColumns);
  for (int i = 0; i < kRows * kColumns; ++i) matrix[i] = static_cast<float>(i);
  float *in = to_device(matrix), *out = to_device(std::vector<float>(matrix.size(), -1));
  transpose_tiles<<<dim3(3, 2), dim3(32, 8)>>>(in, out, kRows, kColumns);
  const auto got = to_host(out, matrix.size());
  for (int i = 0; i < kRows; ++i)
    for (int j = 0; j < kColumns; ++j) NONNEG_CHECK(got[j + i * kColumns] == matrix[i + j * kRows]);
}

unsigned bits_of(float value) {
  unsigned bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

void test_flags(const Inputs& in) {
  auto marked = in.a;
  marked[3] = NAN;
  marked[500] = -1;
  marked[10006] = INFINITY;
  float* values = to_device(marked);
  int* bad = to_device(std::vector<int>{0});
  unsigned* largest = to_device(std::vector<unsigned>{0});
  auto* ballots = to_device(std::vector<unsigned long long>{0});
  count_bad_entries<<<3, 100>>>(values, kCount, bad, largest, ballots);
  NONNEG_CHECK(to_host(bad, 1)[0] == 3);
  NONNEG_CHECK(to_host(ballots, 1)[0] == 3);
  NONNEG_CHECK(to_host(largest, 1)[0] == bits_of(1 + 12 * 0.3f));
}

void test_parameters(const Inputs& in) {
  float *a = to_device(in.a), *out = to_device(in.x);
  scale_by_struct<<<(kCount + 63) / 64, 64>>>(ScaleParameters{a, out, kCount, 2.5});
  const auto got = to_host(out, kCount);
  for (int i = 0; i < kCount; ++i) NONNEG_CHECK(got[i] == static_cast<float>(in.a[i] * 2.5));
  double* x = to_device(wide(in.x));
  scale<double><<<(kCount + 63) / 64, 64>>>(x, 2.0, kCount);
  const auto doubled = to_host(x, kCount);
  for (int i = 0; i < kCount; ++i) NONNEG_CHECK(doubled[i] == 2.0 * in.x[i]);
}

}  // namespace

int main() {
  const Inputs in;
  test_updates(in);
  test_reductions(in);
  test_functions(in);
  test_transpose();
  test_flags(in);
  test_parameters(in);
  NONNEG_CHECK(cudaGetLastError() == cudaSuccess);
  std::printf("bad=%d\n", failed_checks);
  return failed_checks;
}
