// SPDX-License-Identifier: Apache-2.0
/// Factorization in a precision that the caller names: one call, or step by step.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <type_traits>
#include <utility>
#include <vector>

#include "nonneg/data_view.hpp"
#include "nonneg/export.hpp"
#include "nonneg/matrix_access.hpp"
#include "nonneg/options.hpp"
#include "nonneg/result.hpp"
#include "nonneg/snapshot.hpp"

namespace nonneg {

/// The caller's first factors, on the host: W₀ m × k and H₀ k × n, entries >= 0 and finite. H₀ is
/// given once, as H or as Ht: both are refused (Subject::H0). Where one factor alone is given (the
/// other views are empty), the other is drawn as Init::random draws it and updated ten times before
/// the first sweep, so that it belongs to the one given; Result::start_reads says in how many reads
/// of A.
template <class T>
struct InitialFactors {
  /// W₀, m × k.
  MatrixView<const T> W{};
  /// H₀, k × n.
  MatrixView<const T> H{};
  /// H₀ transposed, n × k, as results hold it: in place of H, which is then left empty.
  MatrixView<const T> Ht{};
};

/// The factors of a former result, to go on from (a warm start): views of them, for a Solver's
/// constructor or a call of factorize(). Under mu, which cannot leave zero, zeros start from the
/// floor (Result::warnings).
template <class T>
InitialFactors<T> start_from(const Result<T>& former) {
  return {.W = former.W.view(), .H = {}, .Ht = former.Ht.view()};
}
template <class T>
InitialFactors<T> start_from(const Result<T>&& former) = delete;

/// Called after every check, on the thread that runs the solver. A long call delays the sweeps.
using CheckCallback = std::function<void(const LossRecord&)>;

/// Minimises the loss (Options::beta) + penalties over W, H >= 0, for A (m × n), dense or sparse.
/// Each sweep reads A once: panel by panel it updates rows of W and adds up what H's update needs,
/// for the Frobenius loss AᵀW and WᵀW, and then updates H from the sums. T is float or double. A
/// must outlive the solver. Not safe for use from two threads at once; two solvers are independent.
/// A solver that was moved from may be destroyed or assigned to, and nothing else.
template <class T>
class NONNEG_EXPORT Solver {
  static_assert(ComputedEntry<T>,
                "nonneg::Solver computes in float or double; name one of the two: "
                "nonneg::Solver<float> solver(A, options), whatever the type of A's entries");

 public:
  /// Reads A once, to check it and to scale by it. Throws InvalidArgument (an option; an empty
  /// matrix; the first negative, NaN or infinite entry, by row, column and value; W₀ or H₀ of the
  /// wrong shape), NotAvailable (the backend), OutOfMemory.
  Solver(const DataView& A, const Options& options);
  /// As above, from the caller's own first factors (options.init is taken as custom).
  Solver(const DataView& A, const Options& options, const InitialFactors<T>& initial);
  /// Of a matrix in any form that factorize() takes and that has a name, since A must outlive the
  /// solver.
  template <class Data>
  requires(!std::is_convertible_v<Data&&, const DataView&>) Solver(Data&& A, const Options& options)
      : Solver(calls::lasting_view(std::forward<Data>(A)), options) {}
  /// As above, from the caller's own first factors.
  template <class Data>
  requires(!std::is_convertible_v<Data&&, const DataView&>)
      Solver(Data&& A, const Options& options, const InitialFactors<T>& initial)
      : Solver(calls::lasting_view(std::forward<Data>(A)), options, initial) {}
  ~Solver();
  Solver(Solver&&) noexcept;
  Solver& operator=(Solver&&) noexcept;

  /// Streams snapshots of the factors to `sink` from now on, beginning with those there are. The
  /// sink is called on a thread of its own, which the solver never waits for but at the end of
  /// run(); it must outlive the solver. Each call adds a sink, with a schedule, a ring and a thread
  /// of its own: one that is slow takes no snapshot from the others. The factors are the same bits
  /// with and without. Throws InvalidArgument (an option), OutOfMemory (the copies on their way).
  void stream_to(SnapshotSink<T>& sink, const SnapshotOptions& options = {});

  /// One sweep. Snapshots that are on their way when the solver is destroyed, after steps and
  /// without a run(), are dropped: only run() waits for its sinks and gives them the last factors.
  void step();
  /// The objective of the current factors, added to the history. Before run() it is that of the
  /// first factors, which run() by itself does not look at. Throws InvalidArgument when a factor is
  /// no longer finite, naming the iteration.
  LossRecord check();
  /// Sweeps and checks until converged, at the iteration limit, or asked to stop: the sweep under
  /// way ends first. Calls `before_sweep`, where given, before each sweep. A sink's last snapshot
  /// is that of the factors reached, and run() returns when the sink has it. What a sink throws is
  /// thrown here, with the factors reached as result().
  StopReason run(std::stop_token stop = {}, const CheckCallback& on_check = {},
                 const std::function<void()>& before_sweep = {});

  /// Sweeps done.
  Index iteration() const noexcept;
  /// The checks so far.
  const std::vector<LossRecord>& loss_history() const noexcept;
  /// A copy of W, m × k, in the data's own scale.
  Matrix<T> W() const;
  /// A copy of H transposed, n × k, in the data's own scale.
  Matrix<T> Ht() const;
  /// Factors and history so far, as factorize() returns them.
  Result<T> result() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// The precision of data whose type is known: Solver solver(A, options).
template <class Data>
Solver(const Data&, const Options&) -> Solver<typename calls::OwnPrecision<Data>::type>;
/// That of the first factors.
template <class Data, class T>
Solver(const Data&, const Options&, const InitialFactors<T>&) -> Solver<T>;

/// Factorizes A, float32 or float64 by T. See Solver for what is minimised and what is thrown, and
/// <nonneg/factorize.hpp> for calls that leave T to A.
template <class T>
NONNEG_EXPORT Result<T> factorize(const DataView& A, const Options& options,
                                  std::stop_token stop = {}, const CheckCallback& on_check = {});

/// As above, from the caller's own first factors (options.init is taken as custom).
template <class T>
NONNEG_EXPORT Result<T> factorize(const DataView& A, const Options& options,
                                  const InitialFactors<T>& initial, std::stop_token stop = {},
                                  const CheckCallback& on_check = {});

}  // namespace nonneg
