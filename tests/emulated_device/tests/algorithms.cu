// SPDX-License-Identifier: Apache-2.0
// Wide use of Thrust, CUB and cooperative groups: sorts, scans, selections, block-wide and
// grid-wide cooperation.
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>
#include <thrust/copy.h>
#include <thrust/device_vector.h>
#include <thrust/extrema.h>
#include <thrust/iterator/constant_iterator.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/random.h>
#include <thrust/reduce.h>
#include <thrust/scan.h>
#include <thrust/sequence.h>
#include <thrust/sort.h>
#include <thrust/transform.h>

#include <algorithm>
#include <cmath>
#include <cub/block/block_reduce.cuh>
#include <numeric>
#include <vector>

#include "support.hpp"

namespace {

namespace cg = cooperative_groups;

constexpr int kCount = 20011;
constexpr int kBlock = 128;
constexpr int kTree = 64;

__global__ void sum_by_cub(const float* in, int n, float* out) {
  using Reduce = cub::BlockReduce<float, kBlock>;
  __shared__ typename Reduce::TempStorage storage;
  float own = 0;
  for (int i = blockIdx.x * kBlock + threadIdx.x; i < n; i += gridDim.x * kBlock) own += in[i];
  const float total = Reduce(storage).Sum(own);
  if (threadIdx.x == 0) atomicAdd(out, total);
}

__global__ void sum_by_tiles(const float* in, int n, float* out) {
  const auto tile = cg::tiled_partition<32>(cg::this_thread_block());
  float own = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
    own += in[i];
  own = cg::reduce(tile, own, cg::plus<float>());
  if (tile.thread_rank() == 0) atomicAdd(out, own);
}

/// The block that comes last adds the partial sums of all: a fence and an atomic order them.
__global__ void sum_by_last_block(const float* in, int n, float* partial, unsigned* arrived,
                                  float* out) {
  __shared__ float tree[kTree];
  __shared__ bool is_last;
  float own = 0;
  for (int i = blockIdx.x * kTree + threadIdx.x; i < n; i += gridDim.x * kTree) own += in[i];
  tree[threadIdx.x] = own;
  __syncthreads();
  for (int half = kTree / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) tree[threadIdx.x] += tree[threadIdx.x + half];
    __syncthreads();
  }
  if (threadIdx.x == 0) {
    partial[blockIdx.x] = tree[0];
    __threadfence();
    is_last = atomicAdd(arrived, 1) == gridDim.x - 1;
  }
  __syncthreads();
  if (!is_last || threadIdx.x != 0) return;
  float total = 0;
  for (unsigned b = 0; b < gridDim.x; ++b) total += partial[b];
  *out = total;
}

__global__ void reverse_over_grid(float* a, float* scratch, int n) {
  const auto grid = cg::this_grid();
  const int i = static_cast<int>(grid.thread_rank());
  if (i < n) scratch[i] = a[i] + 1;
  grid.sync();
  if (i < n) a[i] = scratch[n - 1 - i];
}

struct RandomValue {
  __host__ __device__ float operator()(unsigned index) const {
    thrust::default_random_engine engine(7);
    engine.discard(index);
    return thrust::uniform_real_distribution<float>(0.1f, 1.0f)(engine);
  }
};

struct MinusHalf {
  __host__ __device__ double operator()(int x) const { return -0.5 * x; }
};
struct DivisibleByThree {
  __host__ __device__ bool operator()(int x) const { return x % 3 == 0; }
};

std::vector<int> scrambled() {
  std::vector<int> values(kCount);
  for (int i = 0; i < kCount; ++i) values[i] = (i * 7919) % 10007;
  return values;
}

template <class T>
std::vector<T> host_copy(const thrust::device_vector<T>& values) {
  std::vector<T> copy(values.size());
  thrust::copy(values.begin(), values.end(), copy.begin());
  return copy;
}

void test_sort_and_count() {
  const auto values = scrambled();
  thrust::device_vector<int> device(values.begin(), values.end());
  auto sorted = values;
  std::sort(sorted.begin(), sorted.end());
  thrust::sort(device.begin(), device.end());
  NONNEG_CHECK(host_copy(device) == sorted);
  thrust::device_vector<int> keys(kCount), counts(kCount);
  const auto ends =
      thrust::reduce_by_key(device.begin(), device.end(), thrust::constant_iterator<int>(1),
                            keys.begin(), counts.begin());
  NONNEG_CHECK(ends.first - keys.begin() ==
               std::unique(sorted.begin(), sorted.end()) - sorted.begin());
}

void test_scan_and_select() {
  const auto values = scrambled();
  thrust::device_vector<int> device(values.begin(), values.end()), out(kCount);
  std::vector<int> sums(kCount);
  std::partial_sum(values.begin(), values.end(), sums.begin());
  thrust::inclusive_scan(device.begin(), device.end(), out.begin());
  NONNEG_CHECK(host_copy(out) == sums);
  NONNEG_CHECK(*thrust::max_element(device.begin(), device.end()) ==
               *std::max_element(values.begin(), values.end()));
  const auto end = thrust::copy_if(device.begin(), device.end(), out.begin(), DivisibleByThree());
  NONNEG_CHECK(end - out.begin() ==
               std::count_if(values.begin(), values.end(), DivisibleByThree()));
  thrust::device_vector<double> keys(kCount);
  thrust::transform(device.begin(), device.end(), keys.begin(), MinusHalf());
  thrust::stable_sort_by_key(keys.begin(), keys.end(), device.begin());
  NONNEG_CHECK(device[0] == 10006 && keys[kCount - 1] == 0);
}

void test_sums() {
  thrust::device_vector<float> values(kCount), sums(3);
  thrust::transform(thrust::counting_iterator<unsigned>(0),
                    thrust::counting_iterator<unsigned>(kCount), values.begin(), RandomValue());
  double want = 0;
  for (unsigned i = 0; i < kCount; ++i) want += RandomValue()(i);
  const float* in = values.data().get();
  float* out = sums.data().get();
  sum_by_cub<<<5, kBlock>>>(in, kCount, out);
  sum_by_tiles<<<5, 96>>>(in, kCount, out + 1);
  constexpr int kBlocks = 8;
  thrust::device_vector<float> partial(kBlocks);
  thrust::device_vector<unsigned> arrived(1);
  sum_by_last_block<<<kBlocks, kTree>>>(in, kCount, partial.data().get(), arrived.data().get(),
                                        out + 2);
  for (int i = 0; i < 3; ++i) NONNEG_CHECK(std::fabs(sums[i] - want) < 1e-5 * want);
}

void test_cooperative_launch() {
  int n = 500;
  thrust::device_vector<float> values(n), scratch(n);
  thrust::sequence(values.begin(), values.end());
  float *a = values.data().get(), *b = scratch.data().get();
  void* arguments[] = {&a, &b, &n};
  NONNEG_MUST(cudaLaunchCooperativeKernel(reinterpret_cast<void*>(reverse_over_grid), dim3(4),
                                          dim3(128), arguments, 0, nullptr));
  NONNEG_CHECK(values[0] == 500 && values[499] == 1);
}

}  // namespace

int main() {
  test_sort_and_count();
  test_scan_and_select();
  test_sums();
  test_cooperative_launch();
  std::printf("bad=%d\n", failed_checks);
  return failed_checks;
}
