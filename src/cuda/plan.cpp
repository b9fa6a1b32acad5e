#include "cuda/plan.hpp"

#include <algorithm>
#include <vector>

#include "cuda/blas_handle.hpp"
#include "cuda/panel_stager.hpp"
#include "extrapolation_step.hpp"
#include "kernels/anls_update.hpp"
#include "kernels/partial_sums.hpp"

namespace nonneg::cuda {

namespace {

/// Fewer resident rows than this leave a device idle between products; more are taken where they
/// still stay in half of its second-level cache between the two products that read them.
constexpr Index kLeastResidentRows = 8192;

/// What is tried besides: panels that fit that cache, but none lower than this.
constexpr Index kLowestResidentRows = 1024;

/// Left to the runtime, to fragmentation and to others: this share of what is free.
constexpr std::uint64_t kReserve = 16;

/// Bytes of rows × cols entries; at most 2^58, which no machine has and sums of which do not wrap.
std::uint64_t product(Index rows, Index cols, std::uint64_t entry_bytes) {
  constexpr double kMost = 0x1p58;
  const double bytes =
      static_cast<double>(rows) * static_cast<double>(cols) * static_cast<double>(entry_bytes);
  return bytes < kMost
             ? static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(cols) * entry_bytes
             : static_cast<std::uint64_t>(kMost);
}

class Planner {
 public:
  Planner(const DataView& A, Options options, bool scaled, const DeviceInfo& device,
          std::uint64_t held_bytes)
      : A_(A), options_(std::move(options)), device_(device) {
    plan_.backend = BackendKind::cuda;
    plan_.rows = A.rows();
    plan_.cols = A.cols();
    plan_.rank = options.rank;
    plan_.precision = resolve(options.precision, A.type());
    entry_bytes_ = plan_.precision == Precision::float64 ? sizeof(double) : sizeof(float);
    const ElementType compute_type =
        plan_.precision == Precision::float64 ? ElementType::float64 : ElementType::float32;
    widens_ = scaled || A.type() != compute_type;
    plan_.data_bytes = A.bytes();
    plan_.data_bytes_per_iteration = A.bytes();
    plan_.factor_bytes = bytes(plan_.rows, plan_.rank) + bytes(plan_.cols, plan_.rank);
    const std::uint64_t free = device.memory_free_bytes;
    plan_.device_free_bytes = free - free / kReserve + held_bytes;
    const double m = static_cast<double>(plan_.rows);
    const double n = static_cast<double>(plan_.cols);
    const double k = static_cast<double>(plan_.rank);
    plan_.flops_per_iteration = 4 * m * n * k + 4 * (m + n) * k * k;
  }

  Plan planned() {
    if (resident_plan_fits(bytes(plan_.rows, plan_.cols), 0)) return plan_;
    if (A_.bytes() < bytes(plan_.rows, plan_.cols) &&
        resident_plan_fits(A_.bytes(), entry_bytes_)) {
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
    const auto cached = static_cast<Index>(device_.l2_bytes / 2 / row) / 64 * 64;
    const Index chosen = std::max(kLeastResidentRows, cached);
    const std::vector<Index> candidates =
        plan_.rows > kLeastResidentRows
            ? heights({std::max(cached, kLowestResidentRows), kLeastResidentRows / 2, chosen,
                       4 * kLeastResidentRows})
            : std::vector<Index>{};
    return resident_plan_fits(resident_bytes, buffer_entry_bytes, chosen, candidates) ||
           resident_plan_fits(resident_bytes, buffer_entry_bytes, chosen, {});
  }

  bool resident_plan_fits(std::uint64_t resident_bytes, std::uint64_t buffer_entry_bytes,
                          Index chosen, const std::vector<Index>& candidates) {
    plan_.resident = true;
    plan_.resident_bytes = resident_bytes;
    plan_.bus_bytes_per_iteration = 0;
    set_panel_rows(chosen, candidates);
    // The upload's slots are there before the factors are, and gone when these are.
    plan_.pinned_bytes = PanelStager::kSlots * stored(PanelStager::piece_rows(A_));
    plan_.panel_bytes =
        plan_.pinned_bytes + product(most_panel_rows(plan_), plan_.cols, buffer_entry_bytes);
    add_up();
    return fits();
  }

  /// Plans for panels that are brought over in each sweep: as high as the pieces of an upload, less
  /// where the device is small.
  void stage() {
    plan_.resident = false;
    plan_.resident_bytes = 0;
    plan_.bus_bytes_per_iteration = plan_.data_bytes;
    for (Index rows = PanelStager::piece_rows(A_);; rows = (rows + 1) / 2) {
      // What is lower than a megabyte crosses the bus badly.
      constexpr std::uint64_t kLeastBytes = 1U << 20;
      set_panel_rows(rows, stored(rows / 4) >= kLeastBytes ? heights({rows, rows / 2, rows / 4})
                                                           : std::vector<Index>{});
      plan_.pinned_bytes = PanelStager::kSlots * stored(plan_.panel_rows);
      plan_.panel_bytes = plan_.pinned_bytes + (widens_ ? bytes(plan_.panel_rows, plan_.cols) : 0);
      add_up();
      if (fits() || rows == 1 || options_.panel_rows > 0) return;
    }
  }

  std::uint64_t stored(Index rows) const {
    return product(rows, plan_.cols, element_size(A_.type()));
  }

  /// Those of them that differ for A's rows, where the run may try any; none where one is left.
  std::vector<Index> heights(const std::vector<Index>& wanted) const {
    std::vector<Index> different;
    if (options_.panel_rows > 0 || options_.deterministic) return different;
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
    // C, then S and three Gram matrices (the two rules', the checks'), the rules' products P, and
    // the sums of the checks and of the residual.
    constexpr std::uint64_t kSums = CheckSum::count + 1;
    plan_.workspace_bytes = bytes(plan_.cols, plan_.rank) + 4 * bytes(plan_.rank, plan_.rank) +
                            2 * bytes(most_panel_rows(plan_), plan_.rank) + kSums * sizeof(double) +
                            fixed_bytes();
    if (options_.algorithm == Algorithm::anls) {
      plan_.workspace_bytes += anls_workspace_bytes(plan_.rank);
    }
    if (extrapolates(options_)) {
      plan_.workspace_bytes += bytes(plan_.rows, plan_.rank) + 2 * bytes(plan_.cols, plan_.rank);
    }
    plan_.total_bytes =
        plan_.resident_bytes + plan_.factor_bytes + plan_.panel_bytes + plan_.workspace_bytes;
  }

  bool fits() const { return plan_.total_bytes <= plan_.device_free_bytes; }

  const DataView& A_;
  Options options_;
  const DeviceInfo& device_;
  std::uint64_t entry_bytes_ = 0;
  /// True where panels pass through a kernel before they are used.
  bool widens_ = false;
  Plan plan_;
};

}  // namespace

std::uint64_t fixed_bytes() {
  return BlasHandle::kWorkspaceBytes + kDenominatorBytes +
         static_cast<std::uint64_t>(kPartialDoubles) * sizeof(double);
}

Plan plan(const DataView& A, const Options& options, bool scaled, const DeviceInfo& device,
          std::uint64_t held_bytes) {
  return Planner(A, settled(options, A), scaled, device, held_bytes).planned();
}

}  // namespace nonneg::cuda
