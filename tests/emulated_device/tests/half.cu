// SPDX-License-Identifier: Apache-2.0
// Conversions and arithmetic of half and bfloat16, and widening of small types, against the host
// functions of the CUDA headers.
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "support.hpp"

namespace {

template <class T>
__global__ void widen(const T* in, float* out, int n) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
    out[i] = static_cast<float>(in[i]);
}

__global__ void widen_pairs(const __half2* in, float2* out, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = __half22float2(in[i]);
}

__global__ void narrow(const float2* in, __half2* half, __nv_bfloat162* bfloat, __half* toward_zero,
                       int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  half[i] = __floats2half2_rn(in[i].x, in[i].y);
  bfloat[i] = __floats2bfloat162_rn(in[i].x, in[i].y);
  toward_zero[i] = __float2half_rz(in[i].x);
}

/// x x + max(x, 1/2) in half; y y + y in bfloat16.
__global__ void arithmetic(const __half2* in, __half2* half, __nv_bfloat162* bfloat, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  half[i] = __hfma2(in[i], in[i], __hmax2(in[i], __float2half2_rn(0.5f)));
  const float2 wide = __half22float2(in[i]);
  const __nv_bfloat162 y = __floats2bfloat162_rn(wide.x, wide.y);
  bfloat[i] = __hadd2(__hmul2(y, y), y);
}

template <class T>
bool same_bits(const T& a, const T& b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}
bool same_value(float a, float b) { return same_bits(a, b) || (std::isnan(a) && std::isnan(b)); }

template <class T>
T* device_array(int n) {
  T* p = nullptr;
  NONNEG_MUST(cudaMalloc(&p, n * sizeof(T)));
  return p;
}

/// Every bit pattern of a 16-bit type.
template <class T>
std::vector<T> all_patterns() {
  std::vector<T> values(65536);
  for (int i = 0; i < 65536; ++i) {
    const auto bits = static_cast<uint16_t>(i);
    std::memcpy(&values[i], &bits, sizeof bits);
  }
  return values;
}

template <class T>
void test_widening(const std::vector<T>& values) {
  const int n = static_cast<int>(values.size());
  float* out = device_array<float>(n);
  widen<T><<<2, 64>>>(to_device(values), out, n);
  const auto got = to_host(out, n);
  for (int i = 0; i < n; ++i) NONNEG_CHECK(same_value(got[i], static_cast<float>(values[i])));
}

void test_widening_of_all_types() {
  std::vector<uint8_t> bytes(256);
  for (int i = 0; i < 256; ++i) bytes[i] = static_cast<uint8_t>(i);
  std::vector<uint16_t> shorts;
  for (int i = 0; i < 65536; i += 7) shorts.push_back(static_cast<uint16_t>(i));
  std::vector<double> doubles{1e-42, 16777217.0};
  for (int i = 0; i < 5000; ++i)
    doubles.push_back((i - 2500) * 1.2345678901234567e-3 * (i % 7 != 0 ? 1 : 1e35));
  test_widening(bytes);
  test_widening(shorts);
  test_widening(doubles);
  test_widening(all_patterns<__half>());
  test_widening(all_patterns<__nv_bfloat16>());

  const auto halves = all_patterns<__half>();
  const int pairs = static_cast<int>(halves.size()) / 2;
  float2* out = device_array<float2>(pairs);
  widen_pairs<<<pairs / 128, 128>>>(reinterpret_cast<const __half2*>(to_device(halves)), out,
                                    pairs);
  const auto got = to_host(out, pairs);
  for (int i = 0; i < pairs; ++i) {
    NONNEG_CHECK(same_value(got[i].x, __half2float(halves[2 * i])));
    NONNEG_CHECK(same_value(got[i].y, __half2float(halves[2 * i + 1])));
  }
}

constexpr int kCount = 4000, kThreads = 50;

void test_narrowing() {
  std::vector<float2> values(kCount);
  for (int i = 0; i < kCount; ++i)
    values[i] = {(i - 2000) * 0.0123457f, i * i * 1.1e-3f * (i % 3 != 0 ? 1.0f : 1e-6f)};
  auto* half = device_array<__half2>(kCount);
  auto* bfloat = device_array<__nv_bfloat162>(kCount);
  auto* toward_zero = device_array<__half>(kCount);
  narrow<<<kCount / kThreads, kThreads>>>(to_device(values), half, bfloat, toward_zero, kCount);
  const auto got_half = to_host(half, kCount);
  const auto got_bfloat = to_host(bfloat, kCount);
  const auto got_toward_zero = to_host(toward_zero, kCount);
  for (int i = 0; i < kCount; ++i) {
    NONNEG_CHECK(same_bits(got_half[i], __floats2half2_rn(values[i].x, values[i].y)));
    NONNEG_CHECK(same_bits(got_bfloat[i], __floats2bfloat162_rn(values[i].x, values[i].y)));
    NONNEG_CHECK(same_bits(got_toward_zero[i], __float2half_rz(values[i].x)));
  }
}

float to_bfloat(float v) { return __bfloat162float(__float2bfloat16(v)); }

void check_arithmetic(__half x_bits, __half half, float bfloat) {
  const float x = __half2float(x_bits);
  const double fused = static_cast<double>(x) * x + (x > 0.5f ? x : 0.5f);
  NONNEG_CHECK(same_bits(half, __float2half_rn(static_cast<float>(fused))));
  // The compiler may fuse the product and the sum or not.
  const float y = to_bfloat(x);
  const float twice_rounded = to_bfloat(to_bfloat(y * y) + y);
  const float once_rounded = to_bfloat(static_cast<float>(static_cast<double>(y) * y + y));
  NONNEG_CHECK(bfloat == twice_rounded || bfloat == once_rounded);
}

void test_arithmetic() {
  std::vector<__half2> values(kCount);
  for (int i = 0; i < kCount; ++i) values[i] = __floats2half2_rn((i - 2000) * 0.013f, i * 0.011f);
  auto* half = device_array<__half2>(kCount);
  auto* bfloat = device_array<__nv_bfloat162>(kCount);
  arithmetic<<<kCount / kThreads, kThreads>>>(to_device(values), half, bfloat, kCount);
  const auto got_half = to_host(half, kCount);
  const auto got_bfloat = to_host(bfloat, kCount);
  for (int i = 0; i < kCount; ++i) {
    check_arithmetic(values[i].x, got_half[i].x, __bfloat162float(got_bfloat[i].x));
    check_arithmetic(values[i].y, got_half[i].y, __bfloat162float(got_bfloat[i].y));
  }
}

}  // namespace

int main() {
  test_widening_of_all_types();
  test_narrowing();
  test_arithmetic();
  std::printf("bad=%d\n", failed_checks);
  return failed_checks != 0;
}
