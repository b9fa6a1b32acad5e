// Panels of a matrix in host memory, for a backend that computes there.
#include <fmt/format.h>

#include <algorithm>

#include "nonneg/panel_source.hpp"
#include "panels/in_place.hpp"

namespace nonneg {

namespace {

/// Cuts rows into panels of equal height; what a panel is, the two sources below say.
template <class T>
class HostSource : public PanelSource<T> {
 public:
  HostSource(const DataView& A, Index panel_rows)
      : A_(A), most_panel_rows_(panel_rows), panel_rows_(panel_rows) {}

  Index rows() const override { return A_.rows(); }
  Index cols() const override { return A_.cols(); }
  Index panel_rows() const override { return panel_rows_; }
  void set_panel_rows(Index rows) override {
    panel_rows_ = std::clamp<Index>(rows, 1, most_panel_rows_);
  }
  void begin_sweep() override { next_row_ = 0; }

  std::optional<Panel<T>> next() override {
    if (next_row_ >= A_.rows()) return std::nullopt;
    const Index first = next_row_;
    const Index count = std::min(panel_rows_, A_.rows() - first);
    next_row_ = first + count;
    return Panel<T>{first, panel(A_.row_block(first, count))};
  }

 private:
  virtual MatrixView<const T> panel(const DataView& rows) = 0;

  DataView A_;
  Index most_panel_rows_;
  Index panel_rows_;
  Index next_row_ = 0;
};

template <class T>
class InPlaceSource final : public HostSource<T> {
 public:
  using HostSource<T>::HostSource;

 private:
  MatrixView<const T> panel(const DataView& rows) override { return rows.as<T>(); }
};

template <class T>
class WideningSource final : public HostSource<T> {
 public:
  WideningSource(Backend<T>& backend, const DataView& A, Index panel_rows, double scale)
      : HostSource<T>(A, panel_rows),
        backend_(backend),
        scale_(scale),
        buffer_(backend.allocate(panel_rows, A.cols())) {}

 private:
  MatrixView<const T> panel(const DataView& rows) override {
    const MatrixView<T> out = buffer_.view().row_block(0, rows.rows());
    backend_.widen(rows, scale_, out);
    return out;
  }

  Backend<T>& backend_;
  double scale_;
  Matrix<T> buffer_;
};

}  // namespace

template <class T>
std::unique_ptr<PanelSource<T>> make_host_source(Backend<T>& backend, const DataView& A,
                                                 Index panel_rows, double scale) {
  if (panel_rows < 1) {
    throw InvalidArgument(fmt::format("panel_rows = {}: must be at least 1", panel_rows));
  }
  panel_rows = std::min(panel_rows, std::max<Index>(A.rows(), 1));
  if (backend.space() == MemorySpace::host &&
      readable_in_place(A, ElementTypeOf<T>::value, scale != 1)) {
    return std::make_unique<InPlaceSource<T>>(A, panel_rows);
  }
  return std::make_unique<WideningSource<T>>(backend, A, panel_rows, scale);
}

template NONNEG_EXPORT std::unique_ptr<PanelSource<float>> make_host_source(Backend<float>&,
                                                                            const DataView&, Index,
                                                                            double);
template NONNEG_EXPORT std::unique_ptr<PanelSource<double>> make_host_source(Backend<double>&,
                                                                             const DataView&, Index,
                                                                             double);

}  // namespace nonneg
