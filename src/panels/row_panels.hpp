// SPDX-License-Identifier: Apache-2.0
/// How a source cuts A's rows into panels.
#pragma once

#include <algorithm>
#include <optional>

#include "panels/panel_source.hpp"

namespace nonneg {

/// Cuts rows into panels of equal height; derived classes say what a panel is.
template <class T>
class RowPanels : public PanelSource<T> {
 public:
  RowPanels(Index rows, Index cols, Index panel_rows)
      : rows_(rows), cols_(cols), most_panel_rows_(panel_rows), panel_rows_(panel_rows) {}

  Index rows() const final { return rows_; }
  Index cols() const final { return cols_; }
  Index panel_rows() const final { return panel_rows_; }
  void set_panel_rows(Index rows) final {
    panel_rows_ = std::clamp<Index>(rows, 1, most_panel_rows_);
  }

  void begin_sweep() final {
    leave();
    next_row_ = 0;
  }

  std::optional<Panel<T>> next() final {
    leave();
    if (next_row_ >= rows_) return std::nullopt;
    const Index first = next_row_;
    const Index count = height(first, std::min(panel_rows_, rows_ - first));
    next_row_ = first + count;
    return panel(first, count);
  }

 private:
  virtual Panel<T> panel(Index first, Index count) = 0;
  /// Rows of the panel that begins at `first`: at least 1, and `most` unless they do not fit.
  virtual Index height(Index /*first*/, Index most) const { return most; }
  /// Work on the panel before has all been given.
  virtual void leave() {}

  Index rows_;
  Index cols_;
  Index most_panel_rows_;
  Index panel_rows_;
  Index next_row_ = 0;
};

}  // namespace nonneg
