// SPDX-License-Identifier: Apache-2.0
// CUDA graphs by stream capture: kernels, copies, memset, cuBLAS, a host function, a fork over two
// streams, memory allocated inside; illegal calls. Argument 1: a race inside the graph. Argument 2:
// a branch that is never joined.
#include <cublas_v2.h>
#include <cuda_runtime.h>

#include "support.hpp"

/// The call must give this error; it is then forgotten.
#define NONNEG_GIVES(call, error)                    \
  do {                                               \
    NONNEG_CHECK(static_cast<int>(call) == (error)); \
    cudaGetLastError();                              \
  } while (false)

namespace {

constexpr int kSide = 8, kCount = kSide * kSide;
constexpr size_t kBytes = kCount * sizeof(float);

__global__ void fill(float* a, int n, float value) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) a[i] = value;
}
__global__ void add(float* a, const float* b, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) a[i] += b[i];
}
void count_call(void* counter) { ++*static_cast<int*>(counter); }

enum class Defect { None, Race, Unjoined };

struct Setup {
  cudaStream_t main, branch;
  cudaEvent_t fork, join;
  float *product, *increment, *sum, *factor, *pinned;
  cublasHandle_t blas;
  int host_calls = 0;

  Setup() {
    NONNEG_MUST(cudaStreamCreateWithFlags(&main, cudaStreamNonBlocking));
    NONNEG_MUST(cudaStreamCreateWithFlags(&branch, cudaStreamNonBlocking));
    NONNEG_MUST(cudaEventCreateWithFlags(&fork, cudaEventDisableTiming));
    NONNEG_MUST(cudaEventCreateWithFlags(&join, cudaEventDisableTiming));
    for (float** p : {&product, &increment, &sum, &factor}) NONNEG_MUST(cudaMalloc(p, kBytes));
    NONNEG_MUST(cudaMallocHost(&pinned, kBytes));
    NONNEG_MUST(cublasCreate(&blas));
    NONNEG_MUST(cublasSetStream(blas, main));
    NONNEG_MUST(cudaMemsetAsync(product, 0, kBytes, main));
    NONNEG_MUST(cudaMemsetAsync(sum, 0, kBytes, main));
    NONNEG_MUST(cudaStreamSynchronize(main));
  }
  ~Setup() {
    cublasDestroy(blas);
    cudaStreamDestroy(main);
    cudaStreamDestroy(branch);
    cudaEventDestroy(fork);
    cudaEventDestroy(join);
    for (float* p : {product, increment, sum, factor}) cudaFree(p);
    cudaFreeHost(pinned);
  }

  float product_entry() {
    NONNEG_MUST(cudaStreamSynchronize(main));
    return to_host(product, kCount)[5];
  }
};

/// sum += pinned; factor = value; product = alpha factor sum, with the factor filled on the branch.
cudaError_t capture(Setup& s, float value, float alpha, Defect defect, cudaGraph_t* graph) {
  NONNEG_MUST(cudaStreamBeginCapture(s.main, cudaStreamCaptureModeThreadLocal));
  NONNEG_MUST(cudaMemcpyAsync(s.increment, s.pinned, kBytes, cudaMemcpyHostToDevice, s.main));
  NONNEG_MUST(cudaEventRecord(s.fork, s.main));
  NONNEG_MUST(cudaStreamWaitEvent(s.branch, s.fork, 0));
  NONNEG_MUST(cudaMemsetAsync(s.factor, 0, kBytes, s.branch));
  fill<<<1, kCount, 0, s.branch>>>(s.factor, kCount, value);
  if (defect == Defect::Race) add<<<1, kCount, 0, s.branch>>>(s.sum, s.increment, kCount);
  add<<<1, kCount, 0, s.main>>>(s.sum, s.increment, kCount);
  NONNEG_MUST(cudaLaunchHostFunc(s.main, count_call, &s.host_calls));
  if (defect != Defect::Unjoined) {
    NONNEG_MUST(cudaEventRecord(s.join, s.branch));
    NONNEG_MUST(cudaStreamWaitEvent(s.main, s.join, 0));
  }
  const float zero = 0;
  NONNEG_MUST(cublasSgemm(s.blas, CUBLAS_OP_N, CUBLAS_OP_N, kSide, kSide, kSide, &alpha, s.factor,
                          kSide, s.sum, kSide, &zero, s.product, kSide));
  return cudaStreamEndCapture(s.main, graph);
}

void test_launches_and_update(Setup& s, Defect defect) {
  cudaGraph_t graph;
  cudaGraphExec_t executable;
  cudaGraphExecUpdateResultInfo info;
  NONNEG_MUST(capture(s, 1, 1, defect, &graph));
  size_t nodes = 0;
  NONNEG_MUST(cudaGraphGetNodes(graph, nullptr, &nodes));
  NONNEG_CHECK((nodes == 6 || defect == Defect::Race) && s.host_calls == 0);
  NONNEG_MUST(cudaGraphInstantiate(&executable, graph, 0));
  NONNEG_MUST(cudaGraphDestroy(graph));
  for (int launch = 0; launch < 5; ++launch) {
    NONNEG_MUST(cudaStreamSynchronize(s.main));
    for (int i = 0; i < kCount; ++i) s.pinned[i] = static_cast<float>(launch);
    NONNEG_MUST(cudaGraphLaunch(executable, s.main));
  }
  NONNEG_CHECK(s.product_entry() == kSide * (0 + 1 + 2 + 3 + 4) || defect == Defect::Race);
  NONNEG_CHECK(s.host_calls == 5);

  // Host scalars are those of the capture: alpha = 0.
  NONNEG_MUST(capture(s, 2, 0, Defect::None, &graph));
  if (defect == Defect::None) {
    NONNEG_MUST(cudaGraphExecUpdate(executable, graph, &info));
    NONNEG_MUST(cudaGraphLaunch(executable, s.main));
    NONNEG_CHECK(s.product_entry() == 0);
  }
  NONNEG_MUST(cudaGraphDestroy(graph));

  // Another topology cannot replace it.
  NONNEG_MUST(cudaStreamBeginCapture(s.main, cudaStreamCaptureModeGlobal));
  fill<<<1, kCount, 0, s.main>>>(s.increment, kCount, 1);
  NONNEG_MUST(cudaStreamEndCapture(s.main, &graph));
  NONNEG_GIVES(cudaGraphExecUpdate(executable, graph, &info), cudaErrorGraphExecUpdateFailure);
  NONNEG_MUST(cudaGraphDestroy(graph));
  NONNEG_MUST(cudaGraphExecDestroy(executable));
}

/// Begins a capture, makes the call that must be refused, and sees the capture invalidated.
template <class Call>
void refused_in_capture(Setup& s, cudaStreamCaptureMode mode, int error, Call call) {
  cudaGraph_t graph;
  NONNEG_MUST(cudaStreamBeginCapture(s.main, mode));
  NONNEG_GIVES(call(), error);
  NONNEG_GIVES(cudaStreamEndCapture(s.main, &graph), cudaErrorStreamCaptureInvalidated);
  NONNEG_CHECK(graph == nullptr);
}

void test_illegal_calls(Setup& s) {
  refused_in_capture(s, cudaStreamCaptureModeGlobal, cudaErrorStreamCaptureInvalidated, [&] {
    cudaStreamCaptureStatus status;
    NONNEG_MUST(cudaStreamIsCapturing(s.main, &status));
    NONNEG_CHECK(status == cudaStreamCaptureStatusActive);
    NONNEG_GIVES(cudaStreamSynchronize(s.main), cudaErrorStreamCaptureUnsupported);
    return cudaMemsetAsync(s.increment, 0, 4, s.main);
  });
  refused_in_capture(s, cudaStreamCaptureModeGlobal, cudaErrorStreamCaptureUnsupported, [] {
    void* p = nullptr;
    return cudaMalloc(&p, 4);
  });
  refused_in_capture(s, cudaStreamCaptureModeRelaxed, cudaErrorStreamCaptureUnsupported,
                     [] { return cudaDeviceSynchronize(); });
  refused_in_capture(s, cudaStreamCaptureModeRelaxed, CUBLAS_STATUS_EXECUTION_FAILED, [&] {
    float result = 0;
    return cublasSdot(s.blas, 4, s.product, 1, s.product, 1, &result);
  });

  // Work of the legacy stream would have to wait for a captured blocking stream.
  cudaStream_t blocking;
  cudaGraph_t graph;
  NONNEG_MUST(cudaStreamCreate(&blocking));
  NONNEG_MUST(cudaStreamBeginCapture(blocking, cudaStreamCaptureModeRelaxed));
  fill<<<1, kCount>>>(s.increment, kCount, 1);
  NONNEG_GIVES(cudaGetLastError(), cudaErrorStreamCaptureImplicit);
  NONNEG_GIVES(cudaStreamEndCapture(blocking, &graph), cudaErrorStreamCaptureInvalidated);
  NONNEG_MUST(cudaStreamDestroy(blocking));

  // A capture cannot depend on work outside of it.
  fill<<<1, kCount, 0, s.branch>>>(s.increment, kCount, 1);
  NONNEG_MUST(cudaEventRecord(s.fork, s.branch));
  refused_in_capture(s, cudaStreamCaptureModeRelaxed, cudaErrorStreamCaptureIsolation,
                     [&] { return cudaStreamWaitEvent(s.main, s.fork, 0); });
  NONNEG_GIVES(cudaStreamEndCapture(s.main, &graph), cudaErrorIllegalState);
  NONNEG_MUST(cudaStreamSynchronize(s.branch));
}

void test_memory_of_a_graph(Setup& s) {
  float* temporary = nullptr;
  cudaGraph_t graph;
  cudaGraphExec_t executable;
  NONNEG_MUST(cudaStreamBeginCapture(s.main, cudaStreamCaptureModeRelaxed));
  NONNEG_MUST(cudaMallocAsync(&temporary, kBytes, s.main));
  fill<<<1, kCount, 0, s.main>>>(temporary, kCount, 7);
  NONNEG_MUST(cudaMemcpyAsync(s.pinned, temporary, kBytes, cudaMemcpyDeviceToHost, s.main));
  NONNEG_MUST(cudaFreeAsync(temporary, s.main));
  NONNEG_MUST(cudaStreamEndCapture(s.main, &graph));
  NONNEG_MUST(cudaGraphInstantiate(&executable, graph, 0));
  for (int launch = 0; launch < 3; ++launch) NONNEG_MUST(cudaGraphLaunch(executable, s.main));
  NONNEG_MUST(cudaStreamSynchronize(s.main));
  NONNEG_CHECK(s.pinned[9] == 7);
  NONNEG_MUST(cudaGraphExecDestroy(executable));
  NONNEG_MUST(cudaGraphDestroy(graph));
}

}  // namespace

int main(int argc, char** argv) {
  const auto defect = static_cast<Defect>(argc > 1 ? std::atoi(argv[1]) : 0);
  Setup setup;
  for (int i = 0; i < kCount; ++i) setup.pinned[i] = 1;
  if (defect == Defect::Unjoined) {
    cudaGraph_t graph;
    NONNEG_GIVES(capture(setup, 1, 1, defect, &graph), cudaErrorStreamCaptureUnjoined);
    NONNEG_CHECK(graph == nullptr);
  } else {
    test_launches_and_update(setup, defect);
    test_illegal_calls(setup);
    test_memory_of_a_graph(setup);
  }
  std::printf("bad=%d\n", failed_checks);
  return failed_checks;
}
