#include "cuda/panel_sources.hpp"

#include <algorithm>

#include "cuda/check.hpp"
#include "cuda/device.hpp"
#include "cuda/device_buffer.hpp"
#include "cuda/panel_stager.hpp"
#include "kernels/widen.hpp"

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

/// Cuts rows into panels of equal height; what a panel is, the sources below say.
template <class T>
class DeviceSource : public PanelSource<T> {
 public:
  DeviceSource(const SourceContext& context, const DataView& A, Index panel_rows, double scale)
      : context_(context),
        A_(A),
        scale_(scale),
        most_panel_rows_(panel_rows),
        panel_rows_(panel_rows) {}

  Index rows() const override { return A_.rows(); }
  Index cols() const override { return A_.cols(); }
  Index panel_rows() const override { return panel_rows_; }
  void set_panel_rows(Index rows) override {
    panel_rows_ = std::clamp<Index>(rows, 1, most_panel_rows_);
  }
  void begin_sweep() override { next_row_ = 0; }

  std::optional<Panel<T>> next() override {
    if (next_row_ >= A_.rows()) return std::nullopt;
    const DeviceGuard guard(context_.device);
    const Index first = next_row_;
    const Index count = std::min(panel_rows_, A_.rows() - first);
    next_row_ = first + count;
    return Panel<T>{first, panel(first, count)};
  }

 protected:
  virtual MatrixView<const T> panel(Index first, Index count) = 0;

  /// Widens rows that lie at `stored` in device memory.
  void widen(const void* stored, MatrixView<T> out) {
    launch_widen<T>(stored, A_.type(), scale_, out, context_.compute.get());
  }

  const SourceContext& context() const { return context_; }
  const DataView& A() const { return A_; }

 private:
  SourceContext context_;
  DataView A_;
  double scale_;
  Index most_panel_rows_;
  Index panel_rows_;
  Index next_row_ = 0;
};

/// A as T in device memory.
template <class T>
class ResidentSource final : public DeviceSource<T> {
 public:
  ResidentSource(const SourceContext& context, const DataView& A, Index panel_rows, double scale)
      : DeviceSource<T>(context, A, panel_rows, scale),
        memory_(matrix_bytes<T>(A.rows(), A.cols()), "A") {
    const Index piece = PanelStager::piece_rows(A);
    PanelStager stager(A, piece, context.compute, context.threads);
    for (Index first = 0; first < A.rows(); first += piece) {
      const DataView rows = A.row_block(first, std::min(piece, A.rows() - first));
      this->widen(stager.stage(rows), all().row_block(first, rows.rows()));
      stager.release();
    }
  }

  bool repeatable() const override { return true; }

 private:
  MatrixView<T> all() const {
    return device_view<T>(memory_.data(), this->A().rows(), this->A().cols());
  }

  MatrixView<const T> panel(Index first, Index count) override {
    return all().row_block(first, count);
  }

  DeviceBuffer memory_;
};

/// A as stored in device memory.
template <class T>
class StoredResidentSource final : public DeviceSource<T> {
 public:
  StoredResidentSource(const SourceContext& context, const DataView& A, Index panel_rows,
                       double scale)
      : DeviceSource<T>(context, A, panel_rows, scale),
        memory_(A.bytes(), "A"),
        panel_(matrix_bytes<T>(panel_rows, A.cols()), "a panel of A") {
    const Index piece = PanelStager::piece_rows(A);
    PanelStager stager(A, piece, context.compute, context.threads);
    for (Index first = 0; first < A.rows(); first += piece) {
      const DataView rows = A.row_block(first, std::min(piece, A.rows() - first));
      check(cudaMemcpyAsync(stored_row(first), stager.stage(rows), rows.bytes(),
                            cudaMemcpyDeviceToDevice, context.compute.get()),
            "cudaMemcpyAsync", "uploading A");
      stager.release();
    }
  }
  ~StoredResidentSource() override { this->context().compute.drain(); }

  bool repeatable() const override { return true; }

 private:
  std::byte* stored_row(Index i) const {
    return memory_.as<std::byte>() +
           i * this->A().cols() * static_cast<Index>(element_size(this->A().type()));
  }

  MatrixView<const T> panel(Index first, Index count) override {
    const auto out = device_view<T>(panel_.data(), count, this->A().cols());
    this->widen(stored_row(first), out);
    return out;
  }

  DeviceBuffer memory_;
  DeviceBuffer panel_;
};

template <class T>
class StagedSource final : public DeviceSource<T> {
 public:
  StagedSource(const SourceContext& context, const DataView& A, Index panel_rows, double scale)
      : DeviceSource<T>(context, A, panel_rows, scale),
        in_place_(scale == 1 && A.type() == ElementTypeOf<T>::value),
        stager_(A, panel_rows, context.compute, context.threads),
        panel_(in_place_ ? 0 : matrix_bytes<T>(panel_rows, A.cols()), "a panel of A") {}
  ~StagedSource() override { this->context().compute.drain(); }

  void begin_sweep() override {
    end_panel();
    DeviceSource<T>::begin_sweep();
  }

  std::optional<Panel<T>> next() override {
    end_panel();
    return DeviceSource<T>::next();
  }

 private:
  /// Work on the panel before has all been given: its slot may be filled again after it.
  void end_panel() {
    const DeviceGuard guard(this->context().device);
    stager_.release();
  }

  MatrixView<const T> panel(Index first, Index count) override {
    const DataView rows = this->A().row_block(first, count);
    const void* stored = stager_.stage(rows);
    if (in_place_) {
      return {static_cast<const T*>(stored), count, rows.cols(), rows.cols(), MemorySpace::device};
    }
    const auto out = device_view<T>(panel_.data(), count, rows.cols());
    this->widen(stored, out);
    stager_.release();
    return out;
  }

  bool in_place_;
  PanelStager stager_;
  DeviceBuffer panel_;
};

}  // namespace

template <class T>
std::unique_ptr<PanelSource<T>> make_resident_source(const SourceContext& context,
                                                     const DataView& A, Index panel_rows,
                                                     double scale, bool widened) {
  if (widened) return std::make_unique<ResidentSource<T>>(context, A, panel_rows, scale);
  return std::make_unique<StoredResidentSource<T>>(context, A, panel_rows, scale);
}

template <class T>
std::unique_ptr<PanelSource<T>> make_staged_source(const SourceContext& context, const DataView& A,
                                                   Index panel_rows, double scale) {
  return std::make_unique<StagedSource<T>>(context, A, panel_rows, scale);
}

template std::unique_ptr<PanelSource<float>> make_resident_source(const SourceContext&,
                                                                  const DataView&, Index, double,
                                                                  bool);
template std::unique_ptr<PanelSource<double>> make_resident_source(const SourceContext&,
                                                                   const DataView&, Index, double,
                                                                   bool);
template std::unique_ptr<PanelSource<float>> make_staged_source(const SourceContext&,
                                                                const DataView&, Index, double);
template std::unique_ptr<PanelSource<double>> make_staged_source(const SourceContext&,
                                                                 const DataView&, Index, double);

}  // namespace nonneg::cuda
