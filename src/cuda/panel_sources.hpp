// SPDX-License-Identifier: Apache-2.0
/// Where A and its weights live for a device: in its memory, or staged from the host's.
#pragma once

#include <memory>

#include "cuda/stream.hpp"
#include "nonneg/plan.hpp"
#include "panels/panel_source.hpp"

namespace nonneg::cuda {

/// What a source works with; all of it must outlive the source.
struct SourceContext {
  int device = 0;
  /// The sweep's stream: panels are ready for work given to it after next().
  Stream& compute;
  /// Host threads that pack rows.
  int threads = 1;
};

/// Panels of scale·A as `plan` says: resident, which is uploaded once, here, and whose sweeps can
/// be recorded; or staged, where A crosses the bus once per sweep, as stored.
template <class T>
std::unique_ptr<PanelSource<T>> make_device_source(const SourceContext& context, const DataView& A,
                                                   const Plan& plan, double scale);

}  // namespace nonneg::cuda
