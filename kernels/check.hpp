// SPDX-License-Identifier: Apache-2.0
/// CUDA statuses as nonneg's errors.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

namespace nonneg::cuda {

/// Takes an error of ours back from the runtime, so that the caller's own code does not take it for
/// its own. An error that the caller has left there is not touched.
void take_back(cudaError_t status);

/// Throws unless `status` is success: OutOfMemory with the bytes asked for and free, NotAvailable
/// where there is no usable device or driver, else DeviceError; each names the `call` and what it
/// was `doing`. Takes the error back from the runtime, so that only errors which have destroyed the
/// context are seen by later calls.
void check(cudaError_t status, const char* call, const char* doing, std::uint64_t bytes = 0);

/// Throws OutOfMemory, with the bytes asked for, where they are known, and free.
[[noreturn]] void throw_out_of_memory(const char* call, const char* doing, std::uint64_t bytes);

/// The calling thread's device; 0 where there is none.
int current_device();

}  // namespace nonneg::cuda
