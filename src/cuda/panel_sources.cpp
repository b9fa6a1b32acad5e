// SPDX-License-Identifier: Apache-2.0
#include "cuda/panel_sources.hpp"

#include <algorithm>

#include "cuda/check.hpp"
#include "cuda/device.hpp"
#include "cuda/device_buffer.hpp"
#include "cuda/panel_stager.hpp"
#include "cuda/sparse_source.hpp"
#include "kernels/widen.hpp"
#include "panels/panel_heights.hpp"
#include "panels/row_panels.hpp"

namespace nonneg::cuda {

namespace {

template <class T>
std::uint64_t matrix_bytes(Index rows, Index cols) {
  return static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(cols) * sizeof(T);
}

template <class T>
MatrixView<T> device_view(void* data, Index rows, Index cols) {
  return {static_cast<T*>(data), rows, cols, cols, MemorySpace::device};
}

/// Rows of a dense matrix on the device.
template <class T>
class DeviceRows {
 public:
  DeviceRows(const SourceContext& context, const DataView& X, double scale)
      : context_(context), X_(X), scale_(scale) {}
  DeviceRows(const DeviceRows&) = delete;
  DeviceRows& operator=(const DeviceRows&) = delete;
  virtual ~DeviceRows() = default;

  /// Rows of X as T, for work given to the compute stream before release().
  virtual MatrixView<const T> rows(Index first, Index count) = 0;
  /// Work on the rows before has all been given: their memory may be filled again after it.
  virtual void release() {}

 protected:
  /// Widens rows that lie at `stored` in device memory.
  void widen(const void* stored, MatrixView<T> out) {
    launch_widen<T>(stored, X_.type(), scale_, out, context_.compute.get());
  }

  const SourceContext& context() const { return context_; }
  const DataView& X() const { return X_; }

 private:
  SourceContext context_;
  DataView X_;
  double scale_;
};

/// X as T in device memory.
template <class T>
class ResidentRows final : public DeviceRows<T> {
 public:
  /// Uploads it in pieces of at most `piece_bytes`.
  ResidentRows(const SourceContext& context, const DataView& X, double scale,
               std::uint64_t piece_bytes)
      : DeviceRows<T>(context, X, scale), memory_(matrix_bytes<T>(X.rows(), X.cols()), "A") {
    const Index piece = PanelStager::piece_rows(X, piece_bytes);
    PanelStager stager(X, piece, context.compute, context.threads);
    for (Index first = 0; first < X.rows(); first += piece) {
      const DataView rows = X.row_block(first, std::min(piece, X.rows() - first));
      this->widen(stager.stage(rows), all().row_block(first, rows.rows()));
      stager.release();
    }
  }
  ~ResidentRows() override { this->context().compute.drain(); }

  MatrixView<const T> rows(Index first, Index count) override {
    return all().row_block(first, count);
  }

 private:
  MatrixView<T> all() const {
    return device_view<T>(memory_.data(), this->X().rows(), this->X().cols());
  }

  DeviceBuffer memory_;
};

/// X as stored in device memory.
template <class T>
class StoredResidentRows final : public DeviceRows<T> {
 public:
  /// Uploads it in pieces of at most `piece_bytes`.
  StoredResidentRows(const SourceContext& context, const DataView& X, Index panel_rows,
                     double scale, std::uint64_t piece_bytes)
      : DeviceRows<T>(context, X, scale),
        memory_(X.bytes(), "A"),
        panel_(matrix_bytes<T>(panel_rows, X.cols()), "a panel of A") {
    const Index piece = PanelStager::piece_rows(X, piece_bytes);
    PanelStager stager(X, piece, context.compute, context.threads);
    for (Index first = 0; first < X.rows(); first += piece) {
      const DataView rows = X.row_block(first, std::min(piece, X.rows() - first));
      check(cudaMemcpyAsync(stored_row(first), stager.stage(rows), rows.bytes(),
                            cudaMemcpyDeviceToDevice, context.compute.get()),
            "cudaMemcpyAsync", "uploading A");
      stager.release();
    }
  }
  ~StoredResidentRows() override { this->context().compute.drain(); }

  MatrixView<const T> rows(Index first, Index count) override {
    const auto out = device_view<T>(panel_.data(), count, this->X().cols());
    this->widen(stored_row(first), out);
    return out;
  }

 private:
  std::byte* stored_row(Index i) const {
    return memory_.as<std::byte>() +
           i * this->X().cols() * static_cast<Index>(element_size(this->X().type()));
  }

  DeviceBuffer memory_;
  DeviceBuffer panel_;
};

/// X in host memory, in place in a slot where it is stored as T, else widened from there.
template <class T>
class StagedRows final : public DeviceRows<T> {
 public:
  StagedRows(const SourceContext& context, const DataView& X, Index panel_rows, double scale)
      : DeviceRows<T>(context, X, scale),
        in_place_(X.type() == ElementTypeOf<T>::value && scale == 1),
        stager_(X, panel_rows, context.compute, context.threads),
        panel_(in_place_ ? 0 : matrix_bytes<T>(panel_rows, X.cols()), "a panel of A") {}
  ~StagedRows() override { this->context().compute.drain(); }

  MatrixView<const T> rows(Index first, Index count) override {
    const DataView rows = this->X().row_block(first, count);
    const void* stored = stager_.stage(rows);
    if (in_place_) {
      return {static_cast<const T*>(stored), count, rows.cols(), rows.cols(), MemorySpace::device};
    }
    const auto out = device_view<T>(panel_.data(), count, rows.cols());
    this->widen(stored, out);
    stager_.release();
    return out;
  }

  void release() override { stager_.release(); }

 private:
  bool in_place_;
  PanelStager stager_;
  DeviceBuffer panel_;
};

/// Panels of A and of its weights where it has some.
template <class T>
class DenseSource final : public RowPanels<T> {
 public:
  using Rows = std::unique_ptr<DeviceRows<T>>;

  DenseSource(int device, const DataView& A, Index panel_rows, bool repeatable, Rows entries,
              Rows weights)
      : RowPanels<T>(A.rows(), A.cols(), panel_rows),
        device_(device),
        repeatable_(repeatable),
        entries_(std::move(entries)),
        weights_(std::move(weights)) {}

  bool repeatable() const override { return repeatable_; }

 private:
  Panel<T> panel(Index first, Index count) override {
    const DeviceGuard guard(device_);
    Panel<T> panel{.first_row = first, .A = entries_->rows(first, count)};
    if (weights_ != nullptr) panel.weights = weights_->rows(first, count);
    return panel;
  }

  void leave() override {
    const DeviceGuard guard(device_);
    entries_->release();
    if (weights_ != nullptr) weights_->release();
  }

  int device_;
  bool repeatable_;
  Rows entries_;
  Rows weights_;
};

/// A source of what `make_rows(X, scale)` makes of A and of its weights.
template <class T, class MakeRows>
std::unique_ptr<PanelSource<T>> make_source(const SourceContext& context, const DataView& A,
                                            Index panel_rows, double scale, bool repeatable,
                                            const MakeRows& make_rows) {
  std::unique_ptr<DeviceRows<T>> entries = make_rows(A, scale);
  std::unique_ptr<DeviceRows<T>> weights;
  if (A.weights() != nullptr) weights = make_rows(*A.weights(), A.weight_scale());
  return std::make_unique<DenseSource<T>>(context.device, A, panel_rows, repeatable,
                                          std::move(entries), std::move(weights));
}

/// A in device memory, uploaded once, here, in pieces that fit the plan's page-locked memory: as T
/// where `widened`, else as stored, each panel then being widened into a buffer of panel_rows × n.
/// Its sweeps can be recorded.
template <class T>
std::unique_ptr<PanelSource<T>> make_resident_source(const SourceContext& context,
                                                     const DataView& A, const Plan& plan,
                                                     Index panel_rows, double scale, bool widened) {
  const std::uint64_t piece_bytes =
      plan.pinned_bytes > 0 ? plan.pinned_bytes / PanelStager::kSlots : PanelStager::kPieceBytes;
  return make_source<T>(context, A, panel_rows, scale, true,
                        [&](const DataView& X, double own) -> std::unique_ptr<DeviceRows<T>> {
                          if (widened) {
                            return std::make_unique<ResidentRows<T>>(context, X, own, piece_bytes);
                          }
                          return std::make_unique<StoredResidentRows<T>>(context, X, panel_rows,
                                                                         own, piece_bytes);
                        });
}

/// A in host memory, each panel brought over in each sweep: A crosses the bus once per sweep, as
/// stored.
template <class T>
std::unique_ptr<PanelSource<T>> make_staged_source(const SourceContext& context, const DataView& A,
                                                   Index panel_rows, double scale) {
  return make_source<T>(context, A, panel_rows, scale, false,
                        [&](const DataView& X, double own) -> std::unique_ptr<DeviceRows<T>> {
                          return std::make_unique<StagedRows<T>>(context, X, panel_rows, own);
                        });
}

}  // namespace

template <class T>
std::unique_ptr<PanelSource<T>> make_device_source(const SourceContext& context, const DataView& A,
                                                   const Plan& plan, double scale) {
  const Index panel_rows = std::clamp<Index>(max_panel_rows(plan), 1, std::max<Index>(A.rows(), 1));
  if (A.sparse()) return make_sparse_source<T>(context, A, plan, panel_rows, scale);
  if (!plan.resident) return make_staged_source<T>(context, A, panel_rows, scale);
  const std::uint64_t matrices = A.weights() != nullptr ? 2 : 1;
  const bool widened = plan.resident_bytes >= matrices * matrix_bytes<T>(plan.rows, plan.cols);
  return make_resident_source<T>(context, A, plan, panel_rows, scale, widened);
}

template std::unique_ptr<PanelSource<float>> make_device_source(const SourceContext&,
                                                                const DataView&, const Plan&,
                                                                double);
template std::unique_ptr<PanelSource<double>> make_device_source(const SourceContext&,
                                                                 const DataView&, const Plan&,
                                                                 double);

}  // namespace nonneg::cuda
