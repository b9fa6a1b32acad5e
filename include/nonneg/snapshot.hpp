// SPDX-License-Identifier: Apache-2.0
/// The factors as they form: what a run hands out while it goes on.
#pragma once

#include <vector>

#include "nonneg/export.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg {

/// The state after one iteration; iteration 0 is the first factors. The views lie in host memory
/// and are valid until `accept` returns.
template <class T>
struct Snapshot {
  /// Sweeps done.
  Index iteration = 0;
  /// Wall-clock seconds since the first sweep began.
  double seconds = 0;
  /// As in LossRecord, of these very factors.
  double loss = 0;
  /// The loss and the penalties, as in LossRecord.
  double objective = 0;
  /// As in LossRecord.
  double relative_error = 0;
  /// m × k, or the rows of a sample of W, in the data's own scale.
  MatrixView<const T> W;
  /// n × k: H transposed.
  MatrixView<const T> Ht;
  /// Snapshots that this sink has missed so far, because it was still busy with earlier ones.
  Index skipped = 0;
};

/// After which sweeps a snapshot is due. The first factors and the last are always among them.
struct SnapshotSchedule {
  /// The kinds of schedules.
  enum class Kind {
    /// Iterations 1, 2, 4, 8, …: dense early, where things move.
    powers_of_two,
    /// Every `every` iterations.
    every,
    /// At the first iteration that ends `seconds` or more after the snapshot before.
    seconds,
    /// At the iterations of `at`, ascending.
    at
  };

  /// Which one; it says which of the following counts.
  Kind kind = Kind::powers_of_two;
  /// Sweeps between two snapshots, >= 1.
  Index every = 1;
  /// Least wall-clock seconds between two snapshots, > 0.
  double seconds = 1;
  /// Iterations, ascending.
  std::vector<Index> at{};
};

/// When a sink gets snapshots, and of what.
struct SnapshotOptions {
  /// After which sweeps a snapshot is due.
  SnapshotSchedule schedule{};
  /// Most rows of W in a snapshot, evenly spaced, the same in each (sampled_rows() says which). 0:
  /// all rows.
  Index w_rows = 0;
  /// Snapshots on their way at once, >= 1: when so many are with the sink, the next is skipped.
  Index ring = 3;
};

/// Throws InvalidArgument naming the field, its value and what is allowed.
NONNEG_EXPORT void validate(const SnapshotOptions& options);

/// The rows of a W of `rows` rows that snapshots hold: all of them for w_rows = 0, else at most
/// w_rows, evenly spaced from row 0. Throws InvalidArgument (Subject::snapshots) where a number is
/// below 0, and OutOfMemory.
NONNEG_EXPORT std::vector<Index> sampled_rows(Index rows, Index w_rows);

/// Takes snapshots, in ascending order of iterations, on a thread that is not the solver's: the
/// solver never waits for it.
template <class T>
class NONNEG_EXPORT SnapshotSink {
 public:
  SnapshotSink() = default;
  SnapshotSink(const SnapshotSink&) = delete;
  SnapshotSink& operator=(const SnapshotSink&) = delete;
  virtual ~SnapshotSink() = default;

  /// An exception ends the run with it.
  virtual void accept(const Snapshot<T>& snapshot) = 0;
};

}  // namespace nonneg
