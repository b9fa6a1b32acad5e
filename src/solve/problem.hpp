// SPDX-License-Identifier: Apache-2.0
/// What is known of A and of the machine before the first sweep.
#pragma once

#include <memory>

#include "backend/buffers.hpp"
#include "nonneg/devices.hpp"
#include "nonneg/plan.hpp"
#include "options/data_summary.hpp"
#include "options/loss_mode.hpp"
#include "options/units.hpp"
#include "rules/rule_settings.hpp"

namespace nonneg {

/// A backend that problems which come one after the other may share.
template <class T>
struct KeptBackend {
  /// Null before the first one.
  std::shared_ptr<Backend<T>> backend{};
  /// What it was made for.
  BackendKind kind = BackendKind::cpu;
  int threads = 0;
};

/// Made once, and shared by every run on A. What differs between such runs (rank, seed, floor,
/// inner repeats, tolerance) is each run's own.
template <class T>
class Problem {
 public:
  /// Resolves `options` for A, chooses and makes the backend, and reads A once. A must outlive the
  /// problem. Throws InvalidArgument for options that do not go together, or naming the first entry
  /// of A that cannot be used; NotAvailable where no backend serves. Where `kept` is not null its
  /// backend serves if it is of the kind and the threads that A is to have, and is replaced by the
  /// problem's if not; `options` then differ between its problems in no other way.
  Problem(const DataView& A, const Options& options, KeptBackend<T>* kept = nullptr);

  /// A with its weights in the run's unit.
  const DataView& data() const { return A_; }
  /// Resolved, but for the backend that options ask for.
  const Options& options() const { return options_; }
  /// Which backend, and why.
  const BackendChoice& choice() const { return choice_; }
  Backend<T>& backend() { return *backend_; }
  const DataSummary& summary() const { return summary_; }
  const LossMode& mode() const { return mode_; }

  /// The units of a run that updates both factors.
  ProblemUnits units() const;
  /// What a run of so many components takes that holds `held` beside its sweep and its factors.
  /// Throws OutOfMemory where there is not so much.
  Plan plan(Index components, const Buffers& held) const;
  /// What a run's rules are made from.
  RuleSettings<T> rule_settings(Index components, const FactorUpdates<T>& updates) const;

  /// Entries of a row and of a column that products are taken of; sparse data's on average.
  Index row_entries() const;
  Index column_entries() const;

 private:
  DataView A_;
  Options options_;
  BackendChoice choice_;
  std::shared_ptr<Backend<T>> backend_;
  DataSummary summary_;
  LossMode mode_;
};

}  // namespace nonneg
