// SPDX-License-Identifier: Apache-2.0
#include "backend/plugin.hpp"

#include "cuda/cuda_backend.hpp"
#include "cuda/device.hpp"
#include "cuda/plan.hpp"

namespace {

nonneg::Plan plan_on_device(const nonneg::DataView& A, const nonneg::Options& options, bool scaled,
                            const nonneg::Buffers& held) {
  return nonneg::cuda::plan(A, options, scaled, held, nonneg::cuda::device_info(options.device),
                            nonneg::cuda::free_memory(options.device));
}

}  // namespace

extern "C" NONNEG_EXPORT const nonneg::cuda::Plugin* nonneg_cuda_plugin() {
  static const nonneg::cuda::Plugin kPlugin{NONNEG_VERSION,
                                            &nonneg::cuda::make_cuda_backend<float>,
                                            &nonneg::cuda::make_cuda_backend<double>,
                                            &plan_on_device,
                                            &nonneg::cuda::devices,
                                            &nonneg::cuda::open_device};
  return &kPlugin;
}
