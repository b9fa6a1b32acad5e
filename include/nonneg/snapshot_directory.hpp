// SPDX-License-Identifier: Apache-2.0
/// A directory of snapshots: written while a run goes on, and readable at any moment of it.
///
///     snapshots.jsonl   one JSON object a line: the run, its checks, its snapshots, its end
///     data.npy          A itself, where it has at most kMaxDataEntries entries
///     W-00000008.npy    W (m × k, or a sample of its rows) after iteration 8
///     H-00000008.npy    H (k × n)
///     row_names.txt     names, one a line, where there are more than 1000; column_names.txt
///     likewise
///
/// A file appears complete, and before the line that names it; a line is appended in one piece. So
/// whatever ends the writer, what is there can be read. docs/watching.md has the lines' fields.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nonneg/data_view.hpp"
#include "nonneg/export.hpp"
#include "nonneg/matrix_file.hpp"
#include "nonneg/options.hpp"
#include "nonneg/result.hpp"
#include "nonneg/snapshot.hpp"

namespace nonneg {

/// What was run: the first line.
struct SnapshotRun {
  /// m.
  Index rows = 0;
  /// n.
  Index cols = 0;
  /// k.
  Index rank = 0;
  /// "hals", "mu" or "anls", as used.
  std::string algorithm;
  /// The loss by its name, "frobenius", "kl", "is" or "beta".
  std::string loss;
  /// Options::beta: NaN where an older directory does not say it.
  double beta = kFrobenius;
  /// "float32", "float64" or "tf32".
  std::string precision;
  /// "cpu" or "cuda".
  std::string backend;
  /// Of the random numbers.
  std::uint64_t seed = 0;
  /// Most sweeps.
  Index max_iterations = 0;
  /// Options::tolerance.
  double tolerance = 0;
  /// The version; the writer fills it in where it is empty.
  std::string nonneg_version;
  /// The start in UTC ("2026-11-24T12:00:00Z"), likewise.
  std::string started;
  /// "data.npy", or empty; the writer sets it.
  std::string data;
  /// Where A came from: an absolute path, or "demo learning".
  std::string data_source;
  /// How data_source was opened; without the files of names where these choose no columns.
  OpenOptions opened;
  /// The run directory; empty where there is none.
  std::string output;
  /// The rows of W that snapshots hold, ascending; empty for all of them.
  std::vector<Index> w_rows;
  /// Rows of the picture of image_rows × image_cols that a row of A is; 0 where it is none.
  Index image_rows = 0;
  /// Columns of that picture.
  Index image_cols = 0;
  /// Names of A's rows: m of them, or none.
  std::vector<std::string> row_names;
  /// Names of A's columns: n of them, or none.
  std::vector<std::string> column_names;

  /// Rows of W in a snapshot.
  Index snapshot_rows() const noexcept { return w_rows.empty() ? rows : std::ssize(w_rows); }
};

/// The first line of a run on A: its shape, and the options as such a run takes them, with the
/// algorithm, loss, precision (that of choose_precision() where options leave it open), backend and
/// most sweeps that it gets; the rows of W that snapshots of these options hold. Where A came from,
/// names and the shape of pictures are left to the caller. Throws as factorize() does for the
/// options.
NONNEG_EXPORT SnapshotRun snapshot_run(const DataView& A, const Options& options,
                                       const SnapshotOptions& snapshots = {});

/// One snapshot of a directory; its matrices are read by SnapshotDirectoryReader.
struct SnapshotEntry {
  /// Sweeps done.
  Index iteration = 0;
  /// Wall-clock seconds since the first sweep began.
  double seconds = 0;
  /// As in LossRecord.
  double loss = 0;
  /// As in LossRecord.
  double objective = 0;
  /// As in LossRecord.
  double relative_error = 0;
  /// The file of W (m × k, or a sample of its rows) within the directory.
  std::string W;
  /// The file of H (k × n).
  std::string H;
  /// Snapshots left out until then, because the writer was still busy.
  Index skipped = 0;
};

/// How the run ended: the last line.
struct SnapshotEnd {
  /// "converged", "iteration_limit", "cancelled" or "failed".
  std::string stop_reason;
  /// Why it failed; else empty.
  std::string message{};
  /// Sweeps that were done.
  Index iterations = 0;
  /// Wall-clock seconds since the first sweep began.
  double seconds = 0;
  /// Snapshots left out until then, because the writer was still busy.
  Index skipped = 0;
};

/// The last line of a run that came to an end with this result.
template <class T>
SnapshotEnd snapshot_end(const Result<T>& result) {
  return {.stop_reason = std::string(to_string(result.stop_reason)),
          .iterations = result.iterations,
          .seconds = result.loss_history.empty() ? 0 : result.loss_history.back().seconds,
          .skipped = result.snapshots_skipped};
}

/// Writes a snapshot directory, of a run of one's own:
///
///     nonneg::Solver solver(A, options);
///     const auto directory =
///         nonneg::SnapshotDirectory::create("watched", nonneg::snapshot_run(A.view(), options));
///     solver.stream_to(*directory);
///     solver.run({}, [&](const nonneg::LossRecord& check) { directory->add_check(check); });
///     directory->end(nonneg::snapshot_end(solver.result()));
///
/// Members may be called from several threads. Every member throws
/// IoError, with the system's words and the path; a line that could not be written whole is taken
/// back.
///
/// A snapshot is on the disk before its line is, so that a power failure loses the latest lines and
/// leaves none that names a damaged file.
class NONNEG_EXPORT SnapshotDirectory final : public SnapshotSink<float>,
                                              public SnapshotSink<double> {
 public:
  /// Most entries of an A that is written beside its snapshots.
  static constexpr Index kMaxDataEntries = Index{1} << 20U;
  /// What becomes of a directory that is not empty: InvalidArgument, or its snapshots are removed.
  enum class IfPresent { refuse, replace };

  /// Makes the directory (its parent must be there) with the first line, and with data.npy where
  /// `data` is given and small enough: float64 where a float32 might round it, else float32. Throws
  /// InvalidArgument for a directory that is not empty, unless `replace` is asked for and it holds
  /// snapshots: then these are removed, and whatever else is there is left.
  static std::unique_ptr<SnapshotDirectory> create(const std::string& path, SnapshotRun run,
                                                   const DataView* data = nullptr,
                                                   IfPresent if_present = IfPresent::refuse);
  ~SnapshotDirectory() override;

  /// The line of a check.
  void add_check(const LossRecord& check);
  /// W and H as .npy files, then their line. Throws InvalidArgument (Subject::snapshots) where a
  /// shape is not the run's, or the iteration is not greater than the last one's.
  void add_snapshot(const Snapshot<float>& snapshot);
  /// As above, of float64.
  void add_snapshot(const Snapshot<double>& snapshot);
  void accept(const Snapshot<float>& snapshot) override { add_snapshot(snapshot); }
  void accept(const Snapshot<double>& snapshot) override { add_snapshot(snapshot); }
  /// The last line. A directory without one is of a run that goes on, or that was killed.
  void end(const SnapshotEnd& end);

  /// The directory.
  const std::string& path() const noexcept;

 private:
  class Impl;
  explicit SnapshotDirectory(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

/// Reads a snapshot directory, of a run that is over or goes on. A last line without its newline is
/// not there yet.
class NONNEG_EXPORT SnapshotDirectoryReader {
 public:
  /// Throws IoError where `path` holds no snapshots, or a line of them cannot be understood, with
  /// the file, the line and the byte offset.
  explicit SnapshotDirectoryReader(const std::string& path);
  SnapshotDirectoryReader(SnapshotDirectoryReader&&) noexcept;
  SnapshotDirectoryReader& operator=(SnapshotDirectoryReader&&) noexcept;
  ~SnapshotDirectoryReader();

  /// Reads the lines that were added since. Returns whether there were any. Throws as the
  /// constructor does, and where another run has taken the directory's place.
  bool refresh();

  /// The directory.
  const std::string& path() const noexcept;
  /// The first line.
  const SnapshotRun& run() const noexcept;
  /// The checks so far.
  const std::vector<LossRecord>& checks() const noexcept;
  /// The snapshots so far.
  const std::vector<SnapshotEntry>& snapshots() const noexcept;
  /// Without a value while the run goes on, and for good where it was killed.
  const std::optional<SnapshotEnd>& end() const noexcept;

  /// W of snapshots()[i], snapshot_rows() × k. Throws IoError where the file is missing, damaged or
  /// of another shape.
  MatrixFile open_w(std::size_t i) const;
  /// H of snapshots()[i], k × n. Throws as open_w().
  MatrixFile open_h(std::size_t i) const;
  /// A, where run().data is not empty. Throws as above, and InvalidArgument where it is.
  MatrixFile open_data() const;

  /// Whether `path` is a directory with snapshots.jsonl in it.
  static bool holds_snapshots(const std::string& path) noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nonneg
