// SPDX-License-Identifier: Apache-2.0
/// Where A lives: a source hands the sweep A's rows as panels, in order.
#pragma once

#include <memory>
#include <optional>

#include "backend/buffers.hpp"
#include "nonneg/data_view.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg {

/// Contiguous rows of A in the compute type and the backend's memory: dense, or the stored entries.
template <class T>
struct Panel {
  Index first_row = 0;
  /// Dense rows; NaN is an entry that was not observed.
  MatrixView<const T> A{};
  /// How much each entry of A counts; no rows where each counts 1.
  MatrixView<const T> weights{};
  bool sparse = false;
  /// Sparse rows, in place of A.
  SparseRows<T> stored{};

  Index rows() const { return sparse ? stored.rows : A.rows(); }
};

/// Hands out each row of A exactly once per sweep, in ascending order. A panel is valid until the
/// next call of next() or begin_sweep().
template <class T>
class PanelSource {
 public:
  PanelSource() = default;
  PanelSource(const PanelSource&) = delete;
  PanelSource& operator=(const PanelSource&) = delete;
  virtual ~PanelSource() = default;

  virtual Index rows() const = 0;
  virtual Index cols() const = 0;
  /// Most rows that a panel has.
  virtual Index panel_rows() const = 0;
  /// Cuts panels of at most `rows` rows, at least 1, from the next begin_sweep() on; never higher
  /// than the source was made for.
  virtual void set_panel_rows(Index rows) = 0;
  virtual void begin_sweep() = 0;
  virtual std::optional<Panel<T>> next() = 0;
  /// True where every sweep does the same work on the same memory and reads nothing of the host's,
  /// so that it may be recorded.
  virtual bool repeatable() const { return false; }
};

/// What such sources hold for panels of at most panel_rows rows, one for each worker's share of A.
Buffers host_source_needs(const DataView& A, ElementType compute_type, Index panel_rows,
                          bool scaled);

/// A source over host memory, or over a file mapped into it, for a backend that computes on the
/// host. Dense A and its weights are read where they lie when they have type T, rows of adjacent
/// entries and a scale of 1; else they are widened panel by panel into buffers of panel_rows ×
/// n. Values of sparse A are copied where they are not of T or to be scaled. `scale` multiplies
/// every entry and must be a power of two.
template <class T>
std::unique_ptr<PanelSource<T>> make_host_source(Backend<T>& backend, const DataView& A,
                                                 Index panel_rows, double scale);

}  // namespace nonneg
