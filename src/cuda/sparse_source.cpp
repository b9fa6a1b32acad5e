// The arrays of a sparse matrix go through the staging slots one after the other, in pieces.
#include "cuda/sparse_source.hpp"

#include <algorithm>
#include <vector>

#include "cuda/check.hpp"
#include "cuda/device.hpp"
#include "cuda/device_buffer.hpp"
#include "cuda/panel_stager.hpp"
#include "kernels/widen.hpp"
#include "panels/sparse_weights.hpp"

namespace nonneg::cuda {

namespace {

std::uint64_t as_bytes(Index count, std::uint64_t size) {
  return static_cast<std::uint64_t>(count) * size;
}

/// Entries of an array in a piece of an upload.
Index piece_entries(Index count, ElementType type) {
  const auto most = static_cast<Index>(PanelStager::kPieceBytes / element_size(type));
  return std::clamp<Index>(count, 1, most);
}

/// `count` entries in host memory, as one row.
DataView row_of(const void* data, ElementType type, Index count) {
  return {data, type, 1, count, std::max<Index>(count, 1), 1};
}

/// Calls take(staged, first, count) for pieces of the array, each staged in device memory.
template <class Take>
void upload(const SourceContext& context, const void* data, ElementType type, Index count,
            const Take& take) {
  if (count == 0) return;
  const Index piece = piece_entries(count, type);
  PanelStager stager(row_of(data, type, piece), 1, context.compute, context.threads);
  for (Index first = 0; first < count; first += piece) {
    const Index length = std::min(piece, count - first);
    const void* from = static_cast<const std::byte*>(data) + as_bytes(first, element_size(type));
    take(stager.stage(row_of(from, type, length)), first, length);
    stager.release();
  }
}

/// As it is stored.
template <class E>
DeviceBuffer uploaded(const SourceContext& context, const E* data, Index count) {
  DeviceBuffer memory(as_bytes(count, sizeof(E)), "A");
  upload(context, data, ElementTypeOf<E>::value, count,
         [&](const void* staged, Index first, Index length) {
           check(cudaMemcpyAsync(memory.as<E>() + first, staged, as_bytes(length, sizeof(E)),
                                 cudaMemcpyDeviceToDevice, context.compute.get()),
                 "cudaMemcpyAsync", "uploading A");
         });
  return memory;
}

/// scale · data as T.
template <class T>
DeviceBuffer widened(const SourceContext& context, const void* data, ElementType type, Index count,
                     double scale) {
  DeviceBuffer memory(as_bytes(count, sizeof(T)), "A");
  upload(context, data, type, count, [&](const void* staged, Index first, Index length) {
    const MatrixView<T> out(memory.as<T>() + first, 1, length, length, MemorySpace::device);
    launch_widen<T>(staged, type, scale, out, context.compute.get());
  });
  return memory;
}

template <class T>
class SparseSource final : public PanelSource<T> {
 public:
  SparseSource(const SourceContext& context, const DataView& A, Index panel_rows, double scale)
      : stored_(A.stored()),
        most_panel_rows_(panel_rows),
        panel_rows_(panel_rows),
        offsets_(uploaded(context, stored_.row_offsets(), A.rows() > 0 ? A.rows() + 1 : 0)),
        columns_(uploaded(context, stored_.columns() + base(), stored_.entries())),
        values_(widened<T>(context, first_value(), stored_.type(), stored_.entries(), scale)) {
    if (A.weights() == nullptr) return;
    const std::vector<T> weights = weights_of_stored<T>(stored_, A.weights()->stored());
    weights_ = uploaded(context, weights.data(), stored_.entries());
  }

  Index rows() const override { return stored_.rows(); }
  Index cols() const override { return stored_.cols(); }
  Index panel_rows() const override { return panel_rows_; }
  void set_panel_rows(Index rows) override {
    panel_rows_ = std::clamp<Index>(rows, 1, most_panel_rows_);
  }
  void begin_sweep() override { next_row_ = 0; }
  bool repeatable() const override { return true; }

  std::optional<Panel<T>> next() override {
    if (next_row_ >= stored_.rows()) return std::nullopt;
    const Index first = next_row_;
    const Index count = std::min(panel_rows_, stored_.rows() - first);
    next_row_ = first + count;
    const SparseRows<T> rows{
        .row_offsets = offsets_.template as<const Index>() + first,
        .base = base(),
        .columns = columns_.template as<const std::int32_t>(),
        .values = values_.template as<const T>(),
        .weights = weights_.template as<const T>(),
        .rows = count,
        .cols = stored_.cols(),
        .entries = stored_.row_block(first, count).entries(),
    };
    return Panel<T>{.first_row = first, .sparse = true, .stored = rows};
  }

 private:
  Index base() const { return stored_.rows() > 0 ? stored_.row_offsets()[0] : 0; }
  const void* first_value() const {
    return static_cast<const std::byte*>(stored_.values()) +
           as_bytes(base(), element_size(stored_.type()));
  }

  SparseView stored_;
  Index most_panel_rows_;
  Index panel_rows_;
  DeviceBuffer offsets_;
  DeviceBuffer columns_;
  DeviceBuffer values_;
  /// Of no bytes where every entry counts 1.
  DeviceBuffer weights_;
  Index next_row_ = 0;
};

}  // namespace

template <class T>
std::unique_ptr<PanelSource<T>> make_sparse_source(const SourceContext& context, const DataView& A,
                                                   Index panel_rows, double scale) {
  return std::make_unique<SparseSource<T>>(context, A, panel_rows, scale);
}

std::uint64_t sparse_resident_bytes(const DataView& A, std::uint64_t entry_bytes) {
  const std::uint64_t per_entry =
      sizeof(std::int32_t) + entry_bytes * (A.weights() != nullptr ? 2 : 1);
  return as_bytes(A.stored().entries(), per_entry) +
         as_bytes(A.rows() > 0 ? A.rows() + 1 : 0, sizeof(Index));
}

std::uint64_t sparse_upload_bytes(const DataView& A, std::uint64_t entry_bytes) {
  const Index entries = A.stored().entries();
  const std::uint64_t widest = std::max<std::uint64_t>(element_size(A.type()), entry_bytes);
  const std::uint64_t longest =
      std::max(as_bytes(A.rows() + 1, sizeof(Index)), as_bytes(entries, widest));
  return PanelStager::kSlots * std::min(longest, PanelStager::kPieceBytes);
}

template std::unique_ptr<PanelSource<float>> make_sparse_source(const SourceContext&,
                                                                const DataView&, Index, double);
template std::unique_ptr<PanelSource<double>> make_sparse_source(const SourceContext&,
                                                                 const DataView&, Index, double);

}  // namespace nonneg::cuda
