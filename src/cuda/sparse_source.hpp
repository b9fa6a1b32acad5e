/// Sparse A in device memory.
#pragma once

#include "cuda/panel_sources.hpp"

namespace nonneg::cuda {

/// Offsets, columns, values as T and, where A has weights, those of its stored entries; uploaded
/// once, here. A panel is a range of rows. Its sweeps can be recorded.
template <class T>
std::unique_ptr<PanelSource<T>> make_sparse_source(const SourceContext& context, const DataView& A,
                                                   Index panel_rows, double scale);

/// Bytes of sparse A in device memory, its values and weights in `entry_bytes` each.
std::uint64_t sparse_resident_bytes(const DataView& A, std::uint64_t entry_bytes);

/// Bytes of the staging memory that an upload of sparse A takes, on the host and on the device
/// each, while the source is made.
std::uint64_t sparse_upload_bytes(const DataView& A, std::uint64_t entry_bytes);

}  // namespace nonneg::cuda
