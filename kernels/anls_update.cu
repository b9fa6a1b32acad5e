// SPDX-License-Identifier: Apache-2.0
// Each row f ← the minimiser of ½·f·(G + l2·I)·fᵀ − (p − l1)·fᵀ over f >= floor, by block principal
// pivoting with the backup rule (Kim & Park 2011); a component with G_jj + l2 = 0 is dead
// (formulas/row_step.hpp). Formulas
// are those of src/cpu/nonnegative_least_squares.cpp, in double for float too.
//
// Threads: a team has a row at a time: a warp (k <= 48), or a block of 64 to 256 threads. Each
// exchange factorizes M of the u passive components as L·D·Lᵀ, column by column, one thread per row
// of the column; the right-hand side is the last row, so that it is reduced with them. L, u²/2
// doubles, and the row's vectors are in shared memory (k <= 104), above in the team's slice of the
// workspace. Reads F and P and writes F once: 3·rows·k entries, and G per exchange from the cache;
// u³/3 + 2·k·u flops in double per row and exchange. Bound by the latency of the u columns, which
// other teams hide, and by the rate of double. NaN or infinity in a row makes it NaN; exchanges end
// for every input.
#include <limits>

#include "formulas/pivoting.hpp"
#include "formulas/row_step.hpp"
#include "kernels/anls_update.hpp"
#include "kernels/launch.cuh"
#include "kernels/row_groups.cuh"
#include "kernels/teams.cuh"

namespace nonneg::cuda {

namespace {

/// A warp has a row to itself up to this many components.
constexpr Index kMaxPerWarp = 48;
/// Every device grants a block this much shared memory, beside the reductions' own, without being
/// asked.
constexpr std::size_t kShared = (48U << 10) - 256;
/// Slices take this much device memory, or as much more as kMinSlices need.
constexpr std::uint64_t kSlicesBytes = 64U << 20;
constexpr std::uint64_t kMinSlices = 8;
constexpr std::uint64_t kMaxSlices = 512;

/// What a component is; kViolates is added to the first two.
enum State : int { kAtFloor = 0, kPassive = 1, kDead = 2, kViolates = 4 };

/// The operands of one launch.
template <class T>
struct Problem {
  T* F;
  Index ldf;
  const T* P;
  Index ldp;
  const T* G;
  Index ldg;
  Index rows;
  int k;
  RowUpdate<T> update;
  int exchanges;

  /// An entry of M = G + l2·I.
  __device__ double m(int i, int j) const {
    const auto g = static_cast<double>(G[i * ldg + j]);
    return i == j ? g + static_cast<double>(update.l2) : g;
  }
  __device__ bool alive(int j) const { return !is_dead(G[j * ldg + j], update.l2); }
  __device__ double floor() const { return static_cast<double>(update.floor); }
};

/// The doubles that a team needs: L with its right-hand side, four vectors, and two of int.
constexpr std::uint64_t team_doubles(std::uint64_t k) { return (k + 1) * (k + 2) / 2 + 5 * k; }

/// A row of the team's while it is solved. Vectors are by component but for `inverse`, which is by
/// place among the passive ones. A thread writes the components c = thread, thread + size, ….
template <class T, class Team>
class Row {
  using Limits = PivotingLimits<T>;

 public:
  __device__ Row(const Problem<T>& problem, double* memory)
      : a_(problem),
        k_(problem.k),
        inverse_(memory),
        b_(inverse_ + k_),
        x_(b_ + k_),
        shift_(x_ + k_),
        state_(reinterpret_cast<int*>(shift_ + k_)),
        used_(state_ + k_),
        columns_(shift_ + 2 * k_) {
    for_components([&](int c) {
      double sum = 0;
      for (int l = 0; l < k_; ++l) {
        if (a_.alive(l)) sum += a_.m(l, c);
      }
      // NaN in G is NaN in b, and so in the result, even where the floor is 0.
      shift_[c] = static_cast<double>(a_.update.l1) + a_.floor() * sum;
    });
  }

  __device__ void update(Index i) {
    f_ = a_.F + i * a_.ldf;
    if (!load(a_.P + i * a_.ldp)) return;
    BackupRule<int> backup(k_);
    for (int round = 0;; ++round) {
      list_passive();
      factorize();
      solve();
      int last = -1;
      const int count = mark_violations(last);
      if (count == 0 && !overflows_) break;
      if (round == a_.exchanges || overflows_) {
        descend();
        break;
      }
      const bool all = backup.exchanges_all(count);
      for_components([&](int c) {
        const bool changes = (state_[c] & kViolates) != 0 && (all || c == last);
        state_[c] = (state_[c] & ~kViolates) ^ (changes ? 1 : 0);
      });
    }
    const T* p = a_.P + i * a_.ldp;
    for_components([&](int c) {
      const double x = x_[c];
      f_[c] = state_[c] == kDead ? dead_step(f_[c], -p[c], a_.update)
                                 : static_cast<T>(a_.floor() + (x < 0 ? 0.0 : x));
    });
  }

 private:
  template <class Body>
  __device__ void for_components(const Body& body) const {
    for (int c = Team::thread(); c < k_; c += Team::size()) body(c);
  }

  /// Reads the row; false where it becomes NaN, and is done.
  __device__ bool load(const T* p) {
    double largest = 0;
    bool finite = true;
    for_components([&](int c) {
      const bool alive = a_.alive(c);
      const auto f = static_cast<double>(f_[c]);
      const double b = alive ? static_cast<double>(p[c]) - shift_[c] : 0.0;
      state_[c] = !alive ? kDead : (f > a_.floor() ? kPassive : kAtFloor);
      b_[c] = b;
      finite = finite && (!alive || 0 * b + 0 * f == 0);
      const double size = fabs(b);
      largest = largest < size ? size : largest;
    });
    if (team_sum<Team>(finite ? 0 : 1) > 0) {
      for_components([&](int c) {
        if (state_[c] != kDead) f_[c] = std::numeric_limits<T>::quiet_NaN();
      });
      return false;
    }
    b_tolerance_ = -Limits::kRounding * team_max<Team>(largest);
    return true;
  }

  /// Lists the passive components in used_. Each warp counts them; the first one writes.
  __device__ void list_passive() {
    Team::sync();
    const int lane = static_cast<int>(threadIdx.x) % kWarp;
    const bool writes = Team::kIsWarp || threadIdx.x < kWarp;
    count_ = 0;
    for (int first = 0; first < k_; first += kWarp) {
      const int c = first + lane;
      const bool passive = c < k_ && state_[c] == kPassive;
      const unsigned lanes = __ballot_sync(kAllLanes, passive ? 1 : 0);
      if (passive && writes) used_[count_ + __popc(lanes & ((1U << lane) - 1))] = c;
      count_ += __popc(lanes);
    }
    Team::sync();
  }

  /// Where column l of the triangle is, so that its entry of row i, l <= i <= count_, is at [i].
  __device__ double* column(int l) const {
    return columns_ + static_cast<Index>(l) * count_ - static_cast<Index>(l) * (l - 1) / 2;
  }

  /// Forms L·D in columns, and in row count_ the right-hand side, reduced by them.
  __device__ void factorize() {
    for (int j = 0; j < count_; ++j) {
      double* own = column(j);
      const int component = used_[j];
      for (int i = j + Team::thread(); i <= count_; i += Team::size()) {
        const double entry = i < count_ ? a_.m(used_[i], component) : b_[component];
        double sum = entry;
        const double* other = columns_;
#pragma unroll 2
        for (int l = 0; l < j; ++l) {
          sum -= other[i] * (other[j] * inverse_[l]);
          other += count_ - l;
        }
        own[i] = sum;
        if (i == j) {
          const double least = Limits::kMinPivot * entry;
          inverse_[j] = 1 / (sum < least ? least : sum);
        }
      }
      Team::sync();
    }
  }

  /// Solves for x, which is 0 where a component is not passive.
  __device__ void solve() {
    for_components([&](int c) { x_[c] = 0; });
    double largest = 0;
    overflows_ = false;
    for (int j = count_ - 1; j >= 0; --j) {
      Team::sync();
      const double x = inverse_[j] * column(j)[count_];
      for (int l = Team::thread(); l < j; l += Team::size()) {
        double* other = column(l);
        other[count_] -= other[j] * x;
      }
      if (Team::thread() == 0) x_[used_[j]] = x;
      const double size = fabs(x);
      largest = largest < size ? size : largest;
      overflows_ = overflows_ || 0 * x != 0;
    }
    x_tolerance_ = -Limits::kRounding * largest;
    Team::sync();
  }

  /// Entry c of y = M·x − b.
  __device__ double slope(int c) const {
    double sum = -b_[c];
    for (int t = 0; t < count_; ++t) sum += a_.m(used_[t], c) * x_[used_[t]];
    return sum;
  }

  /// Counts the components that violate their sign; `last` becomes the last of them.
  __device__ int mark_violations(int& last) {
    int count = 0;
    for_components([&](int c) {
      const int state = state_[c];
      if (state == kDead) return;
      const bool violates = state == kPassive ? x_[c] < x_tolerance_ : slope(c) < b_tolerance_;
      if (!violates) return;
      state_[c] = state | kViolates;
      ++count;
      last = c;
    });
    last = team_max<Team>(last);
    return team_sum<Team>(count);
  }

  /// Descends by coordinates from the row's old values, which never raises the objective.
  __device__ void descend() {
    double* gradient = inverse_;
    Team::sync();
    for_components([&](int c) {
      const double x = static_cast<double>(f_[c]) - a_.floor();
      x_[c] = state_[c] == kDead || x < 0 ? 0.0 : x;
    });
    Team::sync();
    for_components([&](int c) {
      double sum = -b_[c];
      for (int l = 0; l < k_; ++l) sum += state_[l] == kDead ? 0.0 : a_.m(l, c) * x_[l];
      gradient[c] = sum;
    });
    bool moved = true;
    for (int pass = 0; moved && pass < Limits::kMaxDescents; ++pass) {
      moved = false;
      for (int j = 0; j < k_; ++j) {
        if (state_[j] == kDead) continue;
        Team::sync();
        const double x = x_[j];
        const double wanted = x - gradient[j] / a_.m(j, j);
        const double next = wanted < 0 ? 0.0 : wanted;
        const double step = next - x;
        moved = moved || fabs(step) > Limits::kRounding * next;
        Team::sync();
        for_components([&](int c) { gradient[c] += step * a_.m(j, c); });
        if (Team::thread() == 0) x_[j] = next;
      }
    }
    Team::sync();
  }

  const Problem<T>& a_;
  int k_;
  double* inverse_;
  double* b_;
  double* x_;
  double* shift_;
  int* state_;
  int* used_;
  double* columns_;
  T* f_ = nullptr;
  /// The number of passive components.
  int count_ = 0;
  /// Below these an entry of x or y violates its sign.
  double x_tolerance_ = 0;
  double b_tolerance_ = 0;
  /// Whether x is beyond double, as it may be only where G is not a Gram matrix.
  bool overflows_ = false;
};

template <class T, class Team>
__global__ void __launch_bounds__(kThreads, 1)
    anls_update(Problem<T> problem, double* workspace, Index slice) {
  extern __shared__ __align__(16) unsigned char anls_bytes[];
  double* memory =
      workspace != nullptr ? workspace + blockIdx.x * slice : reinterpret_cast<double*>(anls_bytes);
  if (Team::kIsWarp) memory += threadIdx.x / kWarp * slice;
  Row<T, Team> row(problem, memory);
  for (Index i = Team::first_row(); i < problem.rows; i += Team::row_stride()) row.update(i);
}

std::uint64_t slices(std::uint64_t k) {
  return std::clamp(kSlicesBytes / (team_doubles(k) * sizeof(double)), kMinSlices, kMaxSlices);
}

}  // namespace

std::uint64_t anls_workspace_bytes(Index k) {
  // Beyond this no device has the memory, and the product would wrap around.
  constexpr Index kMax = Index{1} << 24;
  const auto components = static_cast<std::uint64_t>(std::min(k, kMax));
  const std::uint64_t slice = team_doubles(components) * sizeof(double);
  return slice <= kShared ? 0 : slices(components) * slice;
}

template <class T>
void launch_anls_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> G,
                        const RowUpdate<T>& update, double* workspace, cudaStream_t stream) {
  if (F.empty()) return;
  const Index k = F.cols();
  const Problem<T> problem{F.data(), F.ld(),
                           P.data(), P.ld(),
                           G.data(), G.ld(),
                           F.rows(), static_cast<int>(k),
                           update,   static_cast<int>(max_exchanges(k))};
  const auto slice = static_cast<Index>(team_doubles(static_cast<std::uint64_t>(k)));
  const std::size_t bytes = static_cast<std::size_t>(slice) * sizeof(double);
  if (k <= kMaxPerWarp) {
    const auto warps = std::min<std::size_t>(kShared / bytes, kWarpsPerBlock);
    launch_kernel("anls_update",
                  {busy_grid(F.rows(), static_cast<Index>(warps)),
                   static_cast<unsigned>(warps) * kWarp, stream, warps * bytes},
                  anls_update<T, WarpTeam>, problem, nullptr, slice);
  } else {
    const auto threads =
        static_cast<unsigned>(std::clamp<Index>((k + kWarp) / kWarp * kWarp, 64, kThreads));
    const bool shared = bytes <= kShared;
    unsigned blocks = busy_grid(F.rows(), 1);
    // Each has a slice of the workspace.
    if (!shared)
      blocks = std::min(blocks, static_cast<unsigned>(slices(static_cast<std::uint64_t>(k))));
    launch_kernel("anls_update", {blocks, threads, stream, shared ? bytes : 0},
                  anls_update<T, BlockTeam>, problem, shared ? nullptr : workspace, slice);
  }
}

template void launch_anls_update(MatrixView<float>, MatrixView<const float>,
                                 MatrixView<const float>, const RowUpdate<float>&, double*,
                                 cudaStream_t);
template void launch_anls_update(MatrixView<double>, MatrixView<const double>,
                                 MatrixView<const double>, const RowUpdate<double>&, double*,
                                 cudaStream_t);

}  // namespace nonneg::cuda
