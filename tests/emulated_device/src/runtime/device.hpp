// SPDX-License-Identifier: Apache-2.0
// Which device a thread's calls go to, and which devices have a context.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

namespace nonneg::emulated {

/// The calling thread's device.
int current_device();

/// Makes the context of the thread's device, as a call that needs one does; the error where that
/// device cannot be had.
cudaError_t enter_device();

/// Whether the program's kernels have code for the thread's device.
bool device_has_code();

/// Device d has a context where bit d is set.
std::uint32_t contexts();
/// As in a new process; the calling thread is on device 0.
void forget_contexts();

}  // namespace nonneg::emulated
