// SPDX-License-Identifier: Apache-2.0
/// Where sparse A lives for a device: in its memory, or staged from the host's.
#pragma once

#include "cuda/panel_sources.hpp"
#include "cuda/sparse_packing.hpp"
#include "nonneg/plan.hpp"

namespace nonneg::cuda {

/// Panels of sparse A as `plan` says. Resident: offsets, columns, values as T and, where A has
/// weights, those of its stored entries; uploaded once, here; its sweeps can be recorded. Else each
/// panel is brought over in each sweep, as stored, in one copy; a panel whose rows take more than a
/// slot of the plan's page-locked memory is cut there.
template <class T>
std::unique_ptr<PanelSource<T>> make_sparse_source(const SourceContext& context, const DataView& A,
                                                   const Plan& plan, Index panel_rows,
                                                   double scale);

/// Bytes of sparse A in device memory, its values and weights in `entry_bytes` each.
std::uint64_t sparse_resident_bytes(const DataView& A, std::uint64_t entry_bytes);

/// The pieces that resident A is uploaded in.
SparseCut sparse_upload(const SparsePacking& packing, Index rows);

}  // namespace nonneg::cuda
