// SPDX-License-Identifier: Apache-2.0
// Kernels that interpreter.cu runs: one for each kind of thing a kernel does.
#include <cuda_runtime.h>

namespace {

__device__ size_t grid_index() {
  return static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}
__device__ size_t grid_size() { return static_cast<size_t>(gridDim.x) * blockDim.x; }

template <typename T>
__device__ T warp_sum(T v) {
  for (int d = 16; d > 0; d /= 2) v += __shfl_down_sync(0xffffffffu, v, d);
  return v;
}

__device__ float updated(float x, float numerator, float denominator, float floor) {
  return fmaxf(x * numerator / (denominator + floor), floor);
}

/// The fused multiplicative update, four elements at a time, the rest one by one.
__global__ void update_quads(float* __restrict__ x, const float* __restrict__ numerator,
                             const float* __restrict__ denominator, float floor, size_t n) {
  const size_t quads = n / 4;
  auto* x4 = reinterpret_cast<float4*>(x);
  const auto* numerator4 = reinterpret_cast<const float4*>(numerator);
  const auto* denominator4 = reinterpret_cast<const float4*>(denominator);
  for (size_t i = grid_index(); i < quads; i += grid_size()) {
    float4 v = x4[i];
    const float4 p = numerator4[i], q = denominator4[i];
    v.x = updated(v.x, p.x, q.x, floor);
    v.y = updated(v.y, p.y, q.y, floor);
    v.z = updated(v.z, p.z, q.z, floor);
    v.w = updated(v.w, p.w, q.w, floor);
    x4[i] = v;
  }
  for (size_t i = quads * 4 + grid_index(); i < n; i += grid_size())
    x[i] = updated(x[i], numerator[i], denominator[i], floor);
}

__global__ void update_doubles(double* x, const double* numerator, const double* denominator,
                               double floor, size_t n) {
  for (size_t i = grid_index(); i < n; i += grid_size())
    x[i] = x[i] * numerator[i] / (denominator[i] + floor);
}

/// Block reduction by shuffles and shared memory, then a double atomic.
__global__ void sum_squared_differences(const float* a, const float* b, size_t n, double* out) {
  __shared__ double of_warp[32];
  double sum = 0;
  for (size_t i = grid_index(); i < n; i += grid_size()) {
    const double d = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    sum += d * d;
  }
  sum = warp_sum(sum);
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  if (lane == 0) of_warp[warp] = sum;
  __syncthreads();
  if (warp != 0) return;
  sum = lane < (blockDim.x + 31) >> 5 ? of_warp[lane] : 0.0;
  sum = warp_sum(sum);
  if (lane == 0) atomicAdd(out, sum);
}

/// Tree reduction in dynamic shared memory, one result for each block.
__global__ void tree_sum(const float* in, int n, float* out) {
  extern __shared__ float tree[];
  const int t = threadIdx.x;
  float sum = 0;
  for (int i = blockIdx.x * blockDim.x + t; i < n; i += gridDim.x * blockDim.x) sum += in[i];
  tree[t] = sum;
  __syncthreads();
  for (int half = blockDim.x / 2; half > 0; half /= 2) {
    if (t < half) tree[t] += tree[t + half];
    __syncthreads();
  }
  if (t == 0) out[blockIdx.x] = tree[0];
}

/// Terms of the Kullback-Leibler divergence.
__global__ void divergence_terms(const float* v, const float* wh, float* out, size_t n) {
  for (size_t i = grid_index(); i < n; i += grid_size()) {
    const float a = v[i], b = wh[i];
    out[i] = (a > 0.0f ? a * logf(a / b) : 0.0f) - a + b;
  }
}
__global__ void divergence_terms_double(const double* v, const double* wh, double* out, size_t n) {
  for (size_t i = grid_index(); i < n; i += grid_size()) {
    const double a = v[i], b = wh[i];
    out[i] = (a > 0.0 ? a * log(a / b) : 0.0) - a + b;
  }
}

/// Powers, roots and exponentials in both precisions.
__global__ void powers_and_roots(const double* v, double* out, float* narrow_out, size_t n) {
  for (size_t i = grid_index(); i < n; i += grid_size()) {
    const auto narrow = static_cast<float>(v[i]);
    out[i] = pow(v[i], 1.37) + sqrt(v[i]) + exp(-v[i]);
    narrow_out[i] = powf(narrow, 0.5f) + rsqrtf(narrow + 1.0f) + __expf(-narrow);
  }
}

/// m x n column-major to n x m, through a padded tile.
__global__ void transpose_tiles(const float* in, float* out, int m, int n) {
  __shared__ float tile[32][33];
  const int x = blockIdx.x * 32 + threadIdx.x, y = blockIdx.y * 32;
  for (int j = threadIdx.y; j < 32; j += blockDim.y)
    if (x < m && y + j < n) tile[j][threadIdx.x] = in[x + static_cast<size_t>(y + j) * m];
  __syncthreads();
  const int out_x = blockIdx.y * 32 + threadIdx.x, out_y = blockIdx.x * 32;
  for (int j = threadIdx.y; j < 32; j += blockDim.y)
    if (out_x < n && out_y + j < m)
      out[out_x + static_cast<size_t>(out_y + j) * n] = tile[threadIdx.x][j];
}

/// Counts bad entries by an atomic and by ballots; the largest good one by an atomic on its bits.
__global__ void count_bad_entries(const float* in, size_t n, int* bad_count, unsigned* largest_bits,
                                  unsigned long long* ballot_count) {
  for (size_t i = grid_index(); i < n; i += grid_size()) {
    const bool bad = !isfinite(in[i]) || in[i] < 0.0f;
    const unsigned active = __activemask();
    const unsigned ballot = __ballot_sync(active, bad);
    if (bad)
      atomicAdd(bad_count, 1);
    else
      atomicMax(largest_bits, __float_as_uint(in[i]));
    if (static_cast<int>(threadIdx.x & 31) == __ffs(active) - 1)
      atomicAdd(ballot_count, static_cast<unsigned long long>(__popc(ballot)));
  }
}

/// Parameters in a structure.
struct ScaleParameters {
  const float* in;
  float* out;
  int n;
  double factor;
};
__global__ void scale_by_struct(ScaleParameters p) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < p.n) p.out[i] = static_cast<float>(p.in[i] * p.factor);
}

template <typename T>
__global__ void scale(T* x, T factor, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) x[i] *= factor;
}

}  // namespace
