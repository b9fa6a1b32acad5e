// SPDX-License-Identifier: Apache-2.0
#include "cuda/plan.hpp"

#include <algorithm>
#include <vector>

#include "cuda/backend_memory.hpp"
#include "cuda/panel_stager.hpp"
#include "cuda/sparse_packing.hpp"
#include "cuda/sparse_source.hpp"
#include "kernels/anls_update.hpp"
#include "options/resolve.hpp"
#include "panels/panel_heights.hpp"
#include "rules/make_rule.hpp"

namespace nonneg::cuda {

namespace {

/// Fewer resident rows than this leave a device idle between products; more are taken where they
/// still stay in half of its second-level cache between the two products that read them.
constexpr Index kMinBusyRows = 8192;

/// What is tried besides: panels that fit that cache, but none lower than this.
constexpr Index kMinResidentRows = 1024;

/// Panels of a rule that has workspaces of a panel are no lower than this where memory allows.
constexpr Index kMinWorkspaceRows = 64;

/// Sparse panels are as high as their products take about this many bytes.
constexpr std::uint64_t kSparseProductBytes = 64U << 20;

/// Left to the runtime, to fragmentation and to others: this share of what is free.
constexpr std::uint64_t kReserve = 16;

/// Bytes of rows × cols entries; at most 2^58, which no machine has and sums of which do not wrap.
std::uint64_t product(Index rows, Index cols, std::uint64_t entry_bytes) {
  constexpr double kMax = 0x1p58;
  const double bytes =
      static_cast<double>(rows) * static_cast<double>(cols) * static_cast<double>(entry_bytes);
  return bytes < kMax
             ? static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(cols) * entry_bytes
             : static_cast<std::uint64_t>(kMax);
}

class Planner {
 public:
  Planner(const DataView& A, const Options& options, bool scaled, const Buffers& held,
          const DeviceInfo& device, std::uint64_t free_bytes, std::uint64_t used_bytes)
      : A_(A), options_(options), held_(held), mode_(options_, A), device_(device) {
    plan_.backend = BackendKind::cuda;
    plan_.rows = A.rows();
    plan_.cols = A.cols();
    plan_.rank = options_.rank;
    plan_.precision = resolve(options_.precision, A.type());
    entry_bytes_ = plan_.precision == Precision::float64 ? sizeof(double) : sizeof(float);
    const ElementType compute_type =
        plan_.precision == Precision::float64 ? ElementType::float64 : ElementType::float32;
    widens_ = scaled || A.type() != compute_type;
    widens_weights_ =
        A.weights() != nullptr && (A.weight_scale() != 1 || A.weights()->type() != compute_type);
    plan_.data_bytes = A.bytes();
    plan_.data_bytes_per_iteration = A.bytes();
    weight_bytes_ = A.weights() != nullptr ? A.weights()->bytes() : 0;
    plan_.factor_bytes = factor_needs(plan_.rows, plan_.cols, plan_.rank).bytes(entry_bytes_);
    plan_.device_free_bytes = free_bytes - free_bytes / kReserve + used_bytes;
    const double m = static_cast<double>(plan_.rows);
    const double n = static_cast<double>(plan_.cols);
    const double k = static_cast<double>(plan_.rank);
    plan_.flops_per_iteration = 4 * m * n * k + 4 * (m + n) * k * k;
  }

  Plan planned() {
    if (A_.sparse()) {
      const SparsePacking packing(A_, entry_bytes_);
      if (!resident_sparse_plan_fits(packing)) stage_sparse(packing);
      return plan_;
    }
    const std::uint64_t matrices = A_.weights() != nullptr ? 2 : 1;
    const std::uint64_t widened = matrices * bytes(plan_.rows, plan_.cols);
    const std::uint64_t as_stored = A_.bytes() + weight_bytes_;
    if (resident_plan_fits(widened, 0)) return plan_;
    if (as_stored < widened && resident_plan_fits(as_stored, matrices * entry_bytes_)) {
      return plan_;
    }
    stage();
    return plan_;
  }

 private:
  std::uint64_t bytes(Index rows, Index cols) const { return product(rows, cols, entry_bytes_); }

  /// Plans for A in `resident_bytes` of device memory, panels being widened into a buffer of
  /// `buffer_entry_bytes` per entry; false where that does not fit.
  bool resident_plan_fits(std::uint64_t resident_bytes, std::uint64_t buffer_entry_bytes) {
    const std::uint64_t row = std::max<std::uint64_t>(bytes(1, plan_.cols), 1);
    if (!mode_.gram_rules_serve)
      return resident_plan_fits_with_workspaces(resident_bytes, buffer_entry_bytes);
    const auto cached = static_cast<Index>(device_.l2_bytes / 2 / row) / 64 * 64;
    const Index chosen = std::max(kMinBusyRows, cached);
    const std::vector<Index> candidates =
        plan_.rows > kMinBusyRows ? heights({std::max(cached, kMinResidentRows), kMinBusyRows / 2,
                                             chosen, 4 * kMinBusyRows})
                                  : std::vector<Index>{};
    return resident_plan_fits(resident_bytes, buffer_entry_bytes, chosen, candidates) ||
           resident_plan_fits(resident_bytes, buffer_entry_bytes, chosen, {});
  }

  /// Of a rule that has workspaces as wide as A: panels that stay in half of the second-level cache
  /// with these, lower ones where memory is short.
  bool resident_plan_fits_with_workspaces(std::uint64_t resident_bytes,
                                          std::uint64_t buffer_entry_bytes) {
    for (Index rows = workspace_rows();; rows /= 2) {
      if (resident_plan_fits(resident_bytes, buffer_entry_bytes, rows, {})) return true;
      if (options_.panel_rows > 0 || rows / 2 < kMinWorkspaceRows) return false;
    }
  }

  /// A-sized workspaces of one panel: the model as quotients, their denominators, a sparse panel
  /// made dense.
  std::uint64_t panel_workspaces() const {
    if (mode_.samples()) return 0;
    return (mode_.sums_as_denominators ? 1U : 2U) + (mode_.makes_dense ? 1U : 0U);
  }

  Index workspace_rows() const {
    const std::uint64_t workspaces = panel_workspaces();
    const std::uint64_t row = std::max<std::uint64_t>((1 + workspaces) * bytes(1, plan_.cols), 1);
    const auto cached = static_cast<Index>(device_.l2_bytes / 2 / row) / 64 * 64;
    return std::clamp(cached, kMinResidentRows, kMinBusyRows);
  }

  /// Rows of a sparse panel where memory allows.
  Index sparse_rows() const {
    if (!mode_.gram_rules_serve && mode_.makes_dense) return workspace_rows();
    const auto wanted =
        static_cast<Index>(kSparseProductBytes / std::max<std::uint64_t>(bytes(1, plan_.rank), 1));
    return std::max(wanted, kMinBusyRows);
  }

  /// Plans for sparse A in device memory; false where that does not fit.
  bool resident_sparse_plan_fits(const SparsePacking& packing) {
    plan_.resident = true;
    plan_.resident_bytes = sparse_resident_bytes(A_, entry_bytes_);
    plan_.bus_bytes_per_iteration = 0;
    // The upload's slots are there before the factors are, and gone when these are.
    plan_.pinned_bytes = kStagingSlots * sparse_upload(packing, plan_.rows).panel_bytes;
    plan_.panel_bytes = plan_.pinned_bytes;
    for (Index rows = sparse_rows();; rows /= 2) {
      set_panel_rows(rows, {});
      add_up();
      if (fits()) return true;
      if (options_.panel_rows > 0 || rows / 2 < kMinWorkspaceRows) return false;
    }
  }

  /// Plans for panels of stored entries that are brought over in each sweep: as large as the pieces
  /// of an upload, less where the device is small.
  void stage_sparse(const SparsePacking& packing) {
    plan_.resident = false;
    plan_.resident_bytes = 0;
    const bool asked = options_.panel_rows > 0;
    Index rows = std::min(asked ? options_.panel_rows : sparse_rows(), plan_.rows);
    std::uint64_t most_bytes = asked ? SparsePacking::kAnyBytes : PanelStager::kPieceBytes;
    while (true) {
      const SparseCut cut = packing.cut(rows, most_bytes);
      plan_.panel_rows = cut.panel_rows;
      plan_.panels = cut.panels;
      plan_.bus_bytes_per_iteration = cut.bytes;
      plan_.pinned_bytes = kStagingSlots * cut.panel_bytes;
      plan_.panel_bytes = plan_.pinned_bytes;
      if (widens_) {
        plan_.panel_bytes +=
            static_cast<std::uint64_t>(packing.most_entries(cut.panel_bytes)) * entry_bytes_;
      }
      add_up();
      if (fits() || rows <= 1 || asked) return;
      rows = (rows + 1) / 2;
      most_bytes /= 2;
    }
  }

  bool resident_plan_fits(std::uint64_t resident_bytes, std::uint64_t buffer_entry_bytes,
                          Index chosen, const std::vector<Index>& candidates) {
    plan_.resident = true;
    plan_.resident_bytes = resident_bytes;
    plan_.bus_bytes_per_iteration = 0;
    set_panel_rows(chosen, candidates);
    // The upload's slots are there before the factors are, and gone when these are.
    plan_.pinned_bytes = kStagingSlots * stored(A_, PanelStager::piece_rows(A_));
    if (A_.weights() != nullptr) {
      const DataView& weights = *A_.weights();
      plan_.pinned_bytes = std::max(
          plan_.pinned_bytes, kStagingSlots * stored(weights, PanelStager::piece_rows(weights)));
    }
    plan_.panel_bytes =
        plan_.pinned_bytes + product(max_panel_rows(plan_), plan_.cols, buffer_entry_bytes);
    add_up();
    return fits();
  }

  /// Plans for panels that are brought over in each sweep: as high as the pieces of an upload, less
  /// where the device is small.
  void stage() {
    plan_.resident = false;
    plan_.resident_bytes = 0;
    plan_.bus_bytes_per_iteration = plan_.data_bytes + weight_bytes_;
    Index highest = PanelStager::piece_rows(A_);
    if (A_.weights() != nullptr) {
      highest = std::min(highest, PanelStager::piece_rows(*A_.weights()));
    }
    for (Index rows = highest;; rows = (rows + 1) / 2) {
      // What is lower than a megabyte crosses the bus badly.
      constexpr std::uint64_t kMinBytes = 1U << 20;
      set_panel_rows(rows, stored(A_, rows / 4) >= kMinBytes ? heights({rows, rows / 2, rows / 4})
                                                             : std::vector<Index>{});
      plan_.pinned_bytes = kStagingSlots * stored(A_, plan_.panel_rows);
      if (A_.weights() != nullptr) {
        plan_.pinned_bytes += kStagingSlots * stored(*A_.weights(), plan_.panel_rows);
      }
      const std::uint64_t buffers = (widens_ ? 1U : 0U) + (widens_weights_ ? 1U : 0U);
      plan_.panel_bytes = plan_.pinned_bytes + buffers * bytes(plan_.panel_rows, plan_.cols);
      add_up();
      if (fits() || rows == 1 || options_.panel_rows > 0) return;
    }
  }

  static std::uint64_t stored(const DataView& X, Index rows) {
    return product(rows, X.cols(), element_size(X.type()));
  }

  /// Those of them that differ for A's rows, where the run may try any; none where one is left.
  std::vector<Index> heights(const std::vector<Index>& wanted) const {
    std::vector<Index> different;
    if (options_.panel_rows > 0 || options_.deterministic || !mode_.gram_rules_serve)
      return different;
    for (const Index rows : wanted) {
      const Index height = std::clamp<Index>(rows, 1, std::max<Index>(plan_.rows, 1));
      if (std::find(different.begin(), different.end(), height) == different.end()) {
        different.push_back(height);
      }
    }
    return different.size() > 1 ? different : std::vector<Index>{};
  }

  void set_panel_rows(Index chosen, const std::vector<Index>& candidates) {
    plan_.panel_row_candidates = candidates;
    const Index wanted = options_.panel_rows > 0 ? options_.panel_rows : chosen;
    plan_.panel_rows = std::min(wanted, std::max<Index>(plan_.rows, 1));
    plan_.panels = (plan_.rows + plan_.panel_rows - 1) / plan_.panel_rows;
  }

  void add_up() {
    const std::uint64_t solving =
        options_.algorithm == Algorithm::anls ? anls_workspace_bytes(plan_.rank) : 0;
    plan_.workspace_bytes = sweep_bytes() + held_.bytes(entry_bytes_) + backend_bytes(solving);
    plan_.total_bytes =
        plan_.resident_bytes + plan_.factor_bytes + plan_.panel_bytes + plan_.workspace_bytes;
  }

  std::uint64_t sweep_bytes() const {
    const Index panel_rows = max_panel_rows(plan_);
    // Sizes do not depend on the compute type.
    return sweep_needs<double>(
               mode_, panel_rows, plan_.cols, plan_.rank,
               quotient_entries(panel_rows, plan_.cols, !mode_.sums_as_denominators))
        .bytes(entry_bytes_);
  }

  bool fits() const { return plan_.total_bytes <= plan_.device_free_bytes; }

  const DataView& A_;
  const Options& options_;
  const Buffers& held_;
  LossMode mode_;
  const DeviceInfo& device_;
  std::uint64_t entry_bytes_ = 0;
  /// True where panels pass through a kernel before they are used.
  bool widens_ = false;
  bool widens_weights_ = false;
  std::uint64_t weight_bytes_ = 0;
  Plan plan_;
};

}  // namespace

Plan plan(const DataView& A, const Options& options, bool scaled, const Buffers& held,
          const DeviceInfo& device, std::uint64_t free_bytes, std::uint64_t used_bytes) {
  return Planner(A, options, scaled, held, device, free_bytes, used_bytes).planned();
}

}  // namespace nonneg::cuda
