// SPDX-License-Identifier: Apache-2.0
#include "cuda/stream.hpp"

#include <nvtx3/nvToolsExt.h>

#include "cuda/check.hpp"

namespace nonneg::cuda {

Stream::Stream() {
  check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreateWithFlags",
        "creating a stream");
}

Stream::~Stream() { take_back(cudaStreamDestroy(stream_)); }

void Stream::wait(const Event& event) {
  check(cudaStreamWaitEvent(stream_, event.get(), 0), "cudaStreamWaitEvent",
        "ordering two streams");
}

void Stream::record(Event& event) {
  check(cudaEventRecord(event.get(), stream_), "cudaEventRecord", "ordering two streams");
}

void Stream::synchronize(const char* doing) {
  check(cudaStreamSynchronize(stream_), "cudaStreamSynchronize", doing);
}

void Stream::drain() noexcept {
  nvtxRangePushA("drain");
  take_back(cudaStreamSynchronize(stream_));
  nvtxRangePop();
}

}  // namespace nonneg::cuda
