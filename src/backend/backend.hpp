// SPDX-License-Identifier: Apache-2.0
/// The narrow set of matrix-sized primitives that the algorithms are written in.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "backend/sparse_rows.hpp"
#include "formulas/beta_divergence.hpp"
#include "formulas/philox.hpp"
#include "formulas/row_step.hpp"
#include "nonneg/data_view.hpp"
#include "nonneg/matrix.hpp"
#include "nonneg/options.hpp"

namespace nonneg {

class Buffers;
template <class T>
class PanelSource;
struct Plan;
struct StepRule;

/// Work recorded once, to be replayed as often as wanted. Must not outlive its backend, nor the
/// memory that the work touches.
class Recording {
 public:
  Recording() = default;
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  virtual ~Recording() = default;

  /// Does the work once more, after all work before it.
  virtual void replay() = 0;
};

/// How long some work took, once it is done.
class Timing {
 public:
  Timing() = default;
  Timing(const Timing&) = delete;
  Timing& operator=(const Timing&) = delete;
  virtual ~Timing() = default;

  /// Nothing while the work is under way; never waits.
  virtual std::optional<double> seconds() = 0;
};

/// Copies of W or some of its rows, of Ht and of sums on their way to the host, beside the work
/// that goes on.
template <class T>
class HostCopy {
 public:
  HostCopy() = default;
  HostCopy(const HostCopy&) = delete;
  HostCopy& operator=(const HostCopy&) = delete;
  virtual ~HostCopy() = default;

  /// Copies what these hold after the work given so far, and returns at once. The take() before
  /// must have been waited for.
  virtual void take(MatrixView<const T> W, MatrixView<const T> Ht, const double* sums) = 0;
  /// Waits for the last take(). May be called on another thread than the backend's.
  virtual void wait() = 0;

  // On the host, as of the last take(), once it was waited for.
  virtual MatrixView<T> W() = 0;
  virtual MatrixView<T> Ht() = 0;
  virtual const double* sums() const = 0;
};

/// Sums over a factor, in double.
struct FactorSums {
  double sum = 0;
  double sum_of_squares = 0;
  /// Entries that are NaN or infinite; such entries are left out of no sum.
  double non_finite = 0;
};

/// Matrix-sized primitives on one device. Every view must lie in the backend's own memory, unless
/// said otherwise. F is a factor (rows × k), P its product with the data (rows × k), G the Gram
/// matrix of the other factor (k × k, symmetric). Primitives may return before their work is done;
/// work is done in the order of the calls, and `fetch` waits for it. A backend serves one solver
/// and one calling thread at a time.
template <class T>
class Backend {
 public:
  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  /// "cpu", "cuda".
  virtual std::string_view name() const = 0;
  /// Threads that the primitives use on the host.
  virtual int threads() const = 0;
  virtual MemorySpace space() const = 0;

  // Workers --------------------------------------------------------------------------------------
  /// A backend over the same memory for one of several workers, each of which sweeps a share of A's
  /// rows by itself.
  virtual std::unique_ptr<Backend> make_worker() = 0;
  /// Calls body(0) … body(count - 1), at once where the backend can, and returns when all have.
  /// What a body throws is thrown again here.
  virtual void run_workers(int count, const std::function<void(int)>& body) = 0;

  // Data and plan --------------------------------------------------------------------------------
  /// What a factorization of A takes on this backend that holds `held` beside its factors and what
  /// its sweep holds. `options` must be resolved.
  virtual Plan plan(const DataView& A, const Options& options, bool scaled,
                    const Buffers& held) const = 0;
  /// Panels of scale·A in this backend's memory, held and cut as `plan` says; `scale` is a power of
  /// two. A must outlive the source, and so must the backend. Throws OutOfMemory.
  virtual std::unique_ptr<PanelSource<T>> make_source(const DataView& A, const Plan& plan,
                                                      double scale) = 0;

  /// Records the primitives that `work` calls, without running them, where this backend can replay
  /// them faster than they are called: of work on panels whose products take `panel_flops` each.
  /// Null where it cannot, or where recording failed, which is no error: the work can be done as it
  /// is, and recorded another time. `work` must neither allocate nor fetch, nor read or write host
  /// memory.
  virtual std::unique_ptr<Recording> record(const std::function<void()>& /*work*/,
                                            double /*panel_flops*/) {
    return nullptr;
  }
  /// Does `work`, and times it where the backend can without waiting for it; null where not.
  virtual std::unique_ptr<Timing> time(const std::function<void()>& work) {
    work();
    return nullptr;
  }
  /// Names the work from here to the matching end_range() for a profiler. Ranges nest.
  virtual void begin_range(const char* /*name*/) {}
  virtual void end_range() {}

  // Memory ---------------------------------------------------------------------------------------
  /// Uninitialised rows × cols. Throws OutOfMemory.
  virtual Matrix<T> allocate(Index rows, Index cols) = 0;
  /// `count` doubles for the reductions below, as one row. Throws OutOfMemory.
  virtual Matrix<double> allocate_sums(Index count) = 0;
  /// For copies of w_rows × rank, ht_rows × rank and `sums` doubles. Throws OutOfMemory.
  virtual std::unique_ptr<HostCopy<T>> make_host_copy(Index w_rows, Index ht_rows, Index rank,
                                                      Index sums) = 0;
  virtual void set_zero(MatrixView<T> X) = 0;
  /// Either side may lie on the host; such a copy is complete on return.
  virtual void copy(MatrixView<const T> from, MatrixView<T> to) = 0;
  /// Y += X.
  virtual void add(MatrixView<const T> X, MatrixView<T> Y) = 0;
  virtual void clear_sums(double* sums, Index count) = 0;
  /// Waits for the work before it and copies `count` sums to the host.
  virtual void fetch(const double* sums, double* host, Index count) = 0;

  /// out = scale · stored, in T. `stored` lies on the host; `scale` is a power of two, and is
  /// applied in double, so that neither huge nor subnormal entries are lost on the way.
  virtual void widen(const DataView& stored, double scale, MatrixView<T> out) = 0;
  /// F(i, j) = max(floor, upper · u(key, first_row + i, j)), u uniform on (0, 1).
  virtual void fill_uniform(MatrixView<T> F, UniformKey key, Index first_row, T upper, T floor) = 0;

  // Products -------------------------------------------------------------------------------------
  /// C = A·B; A m × n, B n × k.
  virtual void multiply(MatrixView<const T> A, MatrixView<const T> B, MatrixView<T> C) = 0;
  /// C += Aᵀ·B; A m × n, B m × k, C n × k.
  virtual void add_transposed_product(MatrixView<const T> A, MatrixView<const T> B,
                                      MatrixView<T> C) = 0;
  /// G += FᵀF, both triangles.
  virtual void add_gram(MatrixView<const T> F, MatrixView<T> G) = 0;
  /// sums (1 × k) += the columns of F.
  virtual void add_column_sums(MatrixView<const T> F, MatrixView<T> sums) = 0;

  // Products of stored entries; those that are not stored are 0 ----------------------------------
  /// C = A·B; A m × n, B n × k.
  virtual void multiply(const SparseRows<T>& A, MatrixView<const T> B, MatrixView<T> C) = 0;
  /// C += Aᵀ·B; A m × n, B m × k, C n × k.
  virtual void add_transposed_product(const SparseRows<T>& A, MatrixView<const T> B,
                                      MatrixView<T> C) = 0;
  /// out = A, with zeros where nothing is stored.
  virtual void make_dense(const SparseRows<T>& A, MatrixView<T> out) = 0;

  // β-divergence, with v the entries of the model W·Htᵀ; W is A's rows of the factor --------------
  /// The workspace, one row of so many entries, of the two products below, for panels of at most
  /// panel_rows × cols; with `denominators`, for theirs as well.
  virtual Index quotient_workspace(Index panel_rows, Index cols, Index rank,
                                   bool denominators) const = 0;
  /// Prepares a workspace for products with this Ht.
  virtual void begin_quotient_products(MatrixView<const T> Ht, MatrixView<T> workspace) = 0;
  /// P = (weights ⊙ A ⊙ V^(β−2))·Ht and, where D has entries, D = (weights ⊙ V^(β−1))·Ht. Entries
  /// that are NaN in A or of weight 0 have no share; `weights` without rows count 1 each.
  virtual void quotient_products(MatrixView<const T> A, MatrixView<const T> weights,
                                 MatrixView<const T> W, MatrixView<const T> Ht,
                                 const Divergence<T>& divergence, MatrixView<T> workspace,
                                 MatrixView<T> P, MatrixView<T> D) = 0;
  /// Likewise P += (weights ⊙ A ⊙ V^(β−2))ᵀ·W and D += (weights ⊙ V^(β−1))ᵀ·W; P and D n × k.
  virtual void add_transposed_quotient_products(MatrixView<const T> A, MatrixView<const T> weights,
                                                MatrixView<const T> W, MatrixView<const T> Ht,
                                                const Divergence<T>& divergence,
                                                MatrixView<T> workspace, MatrixView<T> P,
                                                MatrixView<T> D) = 0;
  /// Over the stored entries j of each row i: P_i = Σ weight·a·v^(β−2)·Ht_j and, where D has
  /// entries, D_i = Σ weight·v^(β−1)·Ht_j.
  virtual void sampled_products(const SparseRows<T>& A, MatrixView<const T> W,
                                MatrixView<const T> Ht, const Divergence<T>& divergence,
                                MatrixView<T> P, MatrixView<T> D) = 0;
  /// Likewise P_j += Σ weight·a·v^(β−2)·W_i and D_j += Σ weight·v^(β−1)·W_i; P and D n × k.
  virtual void add_sampled_transposed_products(const SparseRows<T>& A, MatrixView<const T> W,
                                               MatrixView<const T> Ht,
                                               const Divergence<T>& divergence, MatrixView<T> P,
                                               MatrixView<T> D) = 0;

  // Row updates ----------------------------------------------------------------------------------
  /// F ← max(floor, F ⊙ P ⊘ (F·G + l1 + l2·F)); an entry whose denominator is 0 stays.
  virtual void multiplicative_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> G,
                                     const RowUpdate<T>& update) = 0;
  /// For j = 1 … k in turn: f_j ← max(floor, f_j + (P_j − F·G_j − l1 − l2·f_j) / (G_jj + l2)). A
  /// component with G_jj + l2 = 0 is dead: it goes to the floor where l1 > 0, and else stays.
  virtual void hals_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> G,
                           const RowUpdate<T>& update) = 0;
  /// Each row f ← the minimiser of ½·f·(G + l2·I)·fᵀ − (p − l1)·fᵀ over f >= floor, to rounding in
  /// T; repeats play no part. Dead components are as for hals_update. What a row was says where its
  /// search begins. A row with NaN or infinity in F or P becomes NaN.
  virtual void anls_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> G,
                           const RowUpdate<T>& update) = 0;

  /// F ← max(floor, F ⊙ (P ⊘ (D + l1 + l2·F))^exponent); an entry whose denominator is 0 stays. D
  /// is rows × k, or one row for them all. `floors` (rows × 1), where it has rows, are the rows'
  /// own floors, in place of the update's.
  virtual void ratio_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> D,
                            T exponent, const RowUpdate<T>& update, MatrixView<const T> floors) = 0;

  // Extrapolation --------------------------------------------------------------------------------
  // What a device decides by itself stays in its memory: sums, and conditions among them.
  /// Changes `state` as nonneg::judge_step(rule, sums, state) does; both of `allocate_sums`.
  virtual void judge_step(const StepRule& rule, const double* sums, double* state) = 0;
  /// out = X where *condition is not 0; else nothing.
  virtual void copy_if(const double* condition, MatrixView<const T> X, MatrixView<T> out) = 0;
  /// For each column j: out_j = max(floor, X_j + *beta·(X_j − s·previous_j)) with s = ‖X_j‖ /
  /// ‖previous_j‖ (formulas/extrapolation_step.hpp), then previous = X. G and previous_G are the
  /// Gram matrices of X and of `previous`.
  virtual void extrapolate(MatrixView<const T> X, MatrixView<const T> G, MatrixView<T> previous,
                           MatrixView<const T> previous_G, const double* beta, T floor,
                           MatrixView<T> out) = 0;

  // Reductions, in double, into sums of `allocate_sums` ------------------------------------------
  /// sums[0] = ⟨X, Y⟩.
  virtual void dot(MatrixView<const T> X, MatrixView<const T> Y, double* sums) = 0;
  /// sums[c] = Σ_i X(i, c)·Y(i, c), for each column c.
  virtual void column_dots(MatrixView<const T> X, MatrixView<const T> Y, double* sums) = 0;
  /// sums[0 … 2] = FactorSums of F, in the order of its fields.
  virtual void factor_sums(MatrixView<const T> F, double* sums) = 0;
  /// sums[0] += Σ weight·d_β(a, v) over the observed entries (see quotient_products), without an
  /// A-sized model.
  virtual void add_divergence(MatrixView<const T> A, MatrixView<const T> weights,
                              MatrixView<const T> W, MatrixView<const T> Ht,
                              const Divergence<T>& divergence, double* sums) = 0;
  /// sums[0] += Σ weight·(d_β(a, v) − [zeros_observed]·d_β(0, v)) over the stored entries. With
  /// zeros_observed, β > 0.
  virtual void add_sampled_divergence(const SparseRows<T>& A, MatrixView<const T> W,
                                      MatrixView<const T> Ht, const Divergence<T>& divergence,
                                      bool zeros_observed, double* sums) = 0;
  /// sums[0] += Σ v^power / power over all entries of W·Htᵀ, power 1 or 2: what their divergence
  /// from zeros is. Takes (m + n)·k^power operations.
  virtual void add_model_sum(MatrixView<const T> W, MatrixView<const T> Ht, int power,
                             double* sums) = 0;
};

}  // namespace nonneg
