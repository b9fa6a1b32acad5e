// SPDX-License-Identifier: Apache-2.0
// Panels of a matrix in host memory, for a backend that computes there.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "data/sparse_weights.hpp"
#include "panels/in_place.hpp"
#include "panels/panel_source.hpp"
#include "panels/row_panels.hpp"

namespace nonneg {

namespace {

// What a source holds, by name: entries of A and of its weights in the compute type.
constexpr std::string_view kEntries = "entries";
constexpr std::string_view kWeights = "weights";

/// Rows of a dense matrix as T: where they lie, or widened into a buffer.
template <class T>
class DenseRows {
 public:
  /// A buffer without rows says that X is readable in place.
  DenseRows(Backend<T>& backend, const DataView& X, double scale, Matrix<T> buffer)
      : backend_(backend), X_(X), scale_(scale), buffer_(std::move(buffer)) {}

  MatrixView<const T> rows(Index first, Index count) {
    const DataView rows = X_.row_block(first, count);
    if (buffer_.rows() == 0) return rows.template as<T>();
    const MatrixView<T> out = buffer_.view().row_block(0, count);
    backend_.widen(rows, scale_, out);
    return out;
  }

 private:
  Backend<T>& backend_;
  DataView X_;
  double scale_;
  /// Without rows where entries are read where they lie.
  Matrix<T> buffer_;
};

template <class T>
class DenseSource final : public RowPanels<T> {
 public:
  DenseSource(Backend<T>& backend, const DataView& A, Index panel_rows, double scale,
              const Buffers& needs)
      : RowPanels<T>(A.rows(), A.cols(), panel_rows),
        entries_(backend, A, scale, allocate(backend, needs, kEntries)) {
    if (A.weights() != nullptr) {
      weights_.emplace(backend, *A.weights(), A.weight_scale(), allocate(backend, needs, kWeights));
    }
  }

 private:
  Panel<T> panel(Index first, Index count) override {
    Panel<T> panel{.first_row = first, .A = entries_.rows(first, count)};
    if (weights_) panel.weights = weights_->rows(first, count);
    return panel;
  }

  DenseRows<T> entries_;
  std::optional<DenseRows<T>> weights_;
};

/// Stored entries, with values of their own where those in A are of another type or scale.
template <class T>
class SparseSource final : public RowPanels<T> {
 public:
  SparseSource(const DataView& A, Index panel_rows, double scale, const Buffers& needs)
      : RowPanels<T>(A.rows(), A.cols(), panel_rows),
        values_(static_cast<std::size_t>(needs.at(kEntries).cols)),
        weights_(static_cast<std::size_t>(needs.at(kWeights).cols)) {
    const SparseView& stored = A.stored();
    rows_.row_offsets = stored.row_offsets();
    rows_.cols = stored.cols();
    const Index base = A.rows() > 0 ? stored.row_offsets()[0] : 0;
    rows_.base = base;
    rows_.columns = stored.columns() + base;
    if (readable_in_place(stored, ElementTypeOf<T>::value, scale != 1)) {
      rows_.values = static_cast<const T*>(stored.values()) + base;
    } else {
      if (stored.type() == ElementType::float32) {
        take_values(static_cast<const float*>(stored.values()) + base, scale);
      } else {
        take_values(static_cast<const double*>(stored.values()) + base, scale);
      }
      rows_.values = values_.data();
    }
    if (A.weights() == nullptr) return;
    copy_weights_of_stored(stored, A.weights()->stored(), A.weight_scale(), weights_.data());
    rows_.weights = weights_.data();
  }

 private:
  template <class E>
  void take_values(const E* values, double scale) {
    for (std::size_t e = 0; e < values_.size(); ++e) {
      values_[e] = static_cast<T>(scale * static_cast<double>(values[e]));
    }
  }

  Panel<T> panel(Index first, Index count) override {
    Panel<T> panel{.first_row = first, .sparse = true, .stored = rows_};
    panel.stored.row_offsets += first;
    panel.stored.rows = count;
    panel.stored.entries = panel.stored.row_offsets[count] - panel.stored.row_offsets[0];
    return panel;
  }

  /// Of all rows, but for the offsets.
  SparseRows<T> rows_;
  std::vector<T> values_;
  std::vector<T> weights_;
};

}  // namespace

Buffers host_source_needs(const DataView& A, ElementType compute_type, Index panel_rows,
                          bool scaled) {
  const DataView* weights = A.weights();
  if (A.sparse()) {
    const Index stored = A.stored().entries();
    const bool in_place = readable_in_place(A.stored(), compute_type, scaled);
    return {{kEntries, 1, in_place ? 0 : stored}, {kWeights, 1, weights != nullptr ? stored : 0}};
  }
  const auto rows_of = [&](const DataView& X, bool to_scale) {
    return readable_in_place(X, compute_type, to_scale) ? 0 : panel_rows;
  };
  const Index weight_rows = weights != nullptr ? rows_of(*weights, A.weight_scale() != 1) : 0;
  return Buffers{{kEntries, rows_of(A, scaled), A.cols()}, {kWeights, weight_rows, A.cols()}}
      .for_each_worker();
}

template <class T>
std::unique_ptr<PanelSource<T>> make_host_source(Backend<T>& backend, const DataView& A,
                                                 Index panel_rows, double scale) {
  if (panel_rows < 1) {
    throw InvalidArgument(fmt::format("panel_rows = {}: must be at least 1", panel_rows));
  }
  panel_rows = std::min(panel_rows, std::max<Index>(A.rows(), 1));
  const Buffers needs = host_source_needs(A, ElementTypeOf<T>::value, panel_rows, scale != 1);
  if (A.sparse()) return std::make_unique<SparseSource<T>>(A, panel_rows, scale, needs);
  return std::make_unique<DenseSource<T>>(backend, A, panel_rows, scale, needs);
}

template std::unique_ptr<PanelSource<float>> make_host_source(Backend<float>&, const DataView&,
                                                              Index, double);
template std::unique_ptr<PanelSource<double>> make_host_source(Backend<double>&, const DataView&,
                                                               Index, double);

}  // namespace nonneg
