// SPDX-License-Identifier: Apache-2.0
// Rows of a sparse matrix go through the staging slots packed, whether they then stay on the device
// or are worked on where they arrive.
#include "cuda/sparse_source.hpp"

#include <algorithm>

#include "cuda/check.hpp"
#include "cuda/device.hpp"
#include "cuda/device_buffer.hpp"
#include "cuda/panel_stager.hpp"
#include "kernels/widen.hpp"
#include "panels/in_place.hpp"
#include "panels/row_panels.hpp"

namespace nonneg::cuda {

namespace {

std::uint64_t as_bytes(Index count, std::uint64_t size) {
  return static_cast<std::uint64_t>(count) * size;
}

/// Entries of an offsets array that has one for each row, and its end.
Index offset_count(Index rows) { return rows > 0 ? rows + 1 : 0; }

/// Rows of A in device memory, but for their values.
template <class T>
SparseRows<T> rows_of(const DataView& A, Index first, Index count) {
  return {.base = A.stored().row_offsets()[first],
          .rows = count,
          .cols = A.cols(),
          .entries = A.stored().row_block(first, count).entries()};
}

/// Brings rows over.
template <class T>
class SparseStager {
 public:
  struct Staged {
    /// Without values.
    SparseRows<T> rows;
    /// As stored.
    const void* values;
  };

  SparseStager(const SourceContext& context, const DataView& A, const SparsePacking& packing,
               std::uint64_t slot_bytes)
      : A_(A), packing_(packing), stager_(slot_bytes, context.compute, context.threads) {}

  /// Rows that take at most slot_bytes, for work given to the compute stream before release().
  Staged stage(Index first, Index count) {
    const SparseLayout at = packing_.layout(first, count);
    const std::byte* packed = stager_.stage(
        at.bytes, [&](std::byte* to, int threads) { packing_.pack(first, count, to, threads); });
    Staged staged{rows_of<T>(A_, first, count), packed + at.values};
    staged.rows.row_offsets = reinterpret_cast<const Index*>(packed);
    staged.rows.columns = reinterpret_cast<const std::int32_t*>(packed + at.columns);
    if (packing_.has_weights()) {
      staged.rows.weights = reinterpret_cast<const T*>(packed + at.weights);
    }
    return staged;
  }

  void release() { stager_.release(); }

 private:
  DataView A_;
  SparsePacking packing_;
  PanelStager stager_;
};

/// out = scale · values, `count` of them, in device memory.
template <class T>
void widen_values(const SourceContext& context, const void* values, ElementType type, double scale,
                  T* out, Index count) {
  launch_widen<T>(values, type, scale,
                  {out, 1, count, std::max<Index>(count, 1), MemorySpace::device},
                  context.compute.get());
}

template <class T>
class ResidentSparseSource final : public RowPanels<T> {
 public:
  /// Uploads A in pieces of `slot_bytes`, which any row fits.
  ResidentSparseSource(const SourceContext& context, const DataView& A,
                       const SparsePacking& packing, Index panel_rows, std::uint64_t slot_bytes,
                       double scale)
      : RowPanels<T>(A.rows(), A.cols(), panel_rows),
        compute_(context.compute),
        A_(A),
        offsets_(as_bytes(offset_count(A.rows()), sizeof(Index)), "A"),
        columns_(as_bytes(entries(), sizeof(std::int32_t)), "A"),
        values_(as_bytes(entries(), sizeof(T)), "A"),
        weights_(A.weights() != nullptr ? as_bytes(entries(), sizeof(T)) : 0, "A's weights") {
    SparseStager<T> stager(context, A, packing, slot_bytes);
    for (Index first = 0; first < A.rows();) {
      const Index count = packing.height(first, A.rows(), slot_bytes);
      keep(context, stager.stage(first, count), first, scale);
      stager.release();
      first += count;
    }
  }

  ~ResidentSparseSource() override { compute_.drain(); }

  bool repeatable() const override { return true; }

 private:
  Index entries() const { return A_.stored().entries(); }
  Index base() const { return A_.rows() > 0 ? A_.stored().row_offsets()[0] : 0; }

  void keep(const SourceContext& context, const typename SparseStager<T>::Staged& staged,
            Index first_row, double scale) {
    const SparseRows<T>& rows = staged.rows;
    const auto copy = [&]<class E>(const E* from, E* to, Index count) {
      if (count == 0) return;
      check(cudaMemcpyAsync(to, from, as_bytes(count, sizeof(E)), cudaMemcpyDeviceToDevice,
                            context.compute.get()),
            "cudaMemcpyAsync", "uploading A");
    };
    const Index first = rows.base - base();
    copy(rows.row_offsets, offsets_.as<Index>() + first_row, offset_count(rows.rows));
    copy(rows.columns, columns_.as<std::int32_t>() + first, rows.entries);
    widen_values(context, staged.values, A_.type(), scale, values_.as<T>() + first, rows.entries);
    if (rows.weights != nullptr) copy(rows.weights, weights_.as<T>() + first, rows.entries);
  }

  Panel<T> panel(Index first, Index count) override {
    SparseRows<T> rows = rows_of<T>(A_, first, count);
    rows.row_offsets = offsets_.template as<const Index>() + first;
    rows.base = base();
    rows.columns = columns_.template as<const std::int32_t>();
    rows.values = values_.template as<const T>();
    rows.weights = weights_.template as<const T>();
    return {.first_row = first, .sparse = true, .stored = rows};
  }

  Stream& compute_;
  DataView A_;
  DeviceBuffer offsets_;
  DeviceBuffer columns_;
  DeviceBuffer values_;
  /// Of no bytes where every entry counts 1.
  DeviceBuffer weights_;
};

/// Rows in a slot, their values there as well where they are stored as T, else widened from there.
template <class T>
class StagedSparseSource final : public RowPanels<T> {
 public:
  StagedSparseSource(const SourceContext& context, const DataView& A, const SparsePacking& packing,
                     Index panel_rows, std::uint64_t slot_bytes, double scale)
      : RowPanels<T>(A.rows(), A.cols(), panel_rows),
        context_(context),
        type_(A.type()),
        scale_(scale),
        in_place_(readable_in_place(A.stored(), ElementTypeOf<T>::value, scale != 1)),
        packing_(packing),
        slot_bytes_(slot_bytes),
        stager_(context, A, packing, slot_bytes),
        values_(in_place_ ? 0 : as_bytes(packing.most_entries(slot_bytes), sizeof(T)),
                "a panel of A") {}
  ~StagedSparseSource() override { context_.compute.drain(); }

 private:
  Index height(Index first, Index most) const override {
    return packing_.height(first, most, slot_bytes_);
  }

  Panel<T> panel(Index first, Index count) override {
    const DeviceGuard guard(context_.device);
    const auto staged = stager_.stage(first, count);
    SparseRows<T> rows = staged.rows;
    if (in_place_) {
      rows.values = static_cast<const T*>(staged.values);
    } else {
      widen_values(context_, staged.values, type_, scale_, values_.as<T>(), rows.entries);
      rows.values = values_.as<const T>();
    }
    return {.first_row = first, .sparse = true, .stored = rows};
  }

  void leave() override {
    const DeviceGuard guard(context_.device);
    stager_.release();
  }

  SourceContext context_;
  ElementType type_;
  double scale_;
  bool in_place_;
  SparsePacking packing_;
  std::uint64_t slot_bytes_;
  SparseStager<T> stager_;
  DeviceBuffer values_;
};

}  // namespace

template <class T>
std::unique_ptr<PanelSource<T>> make_sparse_source(const SourceContext& context, const DataView& A,
                                                   const Plan& plan, Index panel_rows,
                                                   double scale) {
  const SparsePacking packing(A, sizeof(T));
  // Any row must fit, whatever the plan is of.
  const std::uint64_t slot_bytes =
      std::max(plan.pinned_bytes / PanelStager::kSlots, packing.largest_row());
  if (plan.resident) {
    return std::make_unique<ResidentSparseSource<T>>(context, A, packing, panel_rows, slot_bytes,
                                                     scale);
  }
  return std::make_unique<StagedSparseSource<T>>(context, A, packing, panel_rows, slot_bytes,
                                                 scale);
}

std::uint64_t sparse_resident_bytes(const DataView& A, std::uint64_t entry_bytes) {
  const std::uint64_t per_entry =
      sizeof(std::int32_t) + entry_bytes * (A.weights() != nullptr ? 2 : 1);
  return as_bytes(A.stored().entries(), per_entry) +
         as_bytes(offset_count(A.rows()), sizeof(Index));
}

SparseCut sparse_upload(const SparsePacking& packing, Index rows) {
  return packing.cut(rows, PanelStager::kPieceBytes);
}

template std::unique_ptr<PanelSource<float>> make_sparse_source(const SourceContext&,
                                                                const DataView&, const Plan&, Index,
                                                                double);
template std::unique_ptr<PanelSource<double>> make_sparse_source(const SourceContext&,
                                                                 const DataView&, const Plan&,
                                                                 Index, double);

}  // namespace nonneg::cuda
