/// Where dense A and its weights live for a device: in its memory, or staged from the host's.
#pragma once

#include <memory>

#include "cuda/stream.hpp"
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

/// A in device memory, uploaded once, here: as T where `widened`, else as stored, each panel then
/// being widened into a buffer of panel_rows × n. Its sweeps can be recorded.
template <class T>
std::unique_ptr<PanelSource<T>> make_resident_source(const SourceContext& context,
                                                     const DataView& A, Index panel_rows,
                                                     double scale, bool widened);

/// A in host memory, each panel brought over in each sweep: A crosses the bus once per sweep, as
/// stored.
template <class T>
std::unique_ptr<PanelSource<T>> make_staged_source(const SourceContext& context, const DataView& A,
                                                   Index panel_rows, double scale);

}  // namespace nonneg::cuda
