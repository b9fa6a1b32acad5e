// SPDX-License-Identifier: Apache-2.0
// What the first line of a snapshot directory says of a run that is about to begin.
#include "nonneg/devices.hpp"
#include "nonneg/precision.hpp"
#include "nonneg/snapshot_directory.hpp"
#include "options/resolve.hpp"

namespace nonneg {

SnapshotRun snapshot_run(const DataView& A, const Options& given,
                         const SnapshotOptions& snapshots) {
  validate(snapshots);
  Options options = given;
  options.precision = choose_precision(A, given).precision;
  options = resolve(options, A);
  options.threads = sweep_threads(A.rows(), A.cols(), options.rank, options.threads);
  SnapshotRun run;
  run.rows = A.rows();
  run.cols = A.cols();
  run.rank = options.rank;
  run.algorithm = to_string(options.algorithm);
  run.loss = loss_name(options.beta);
  run.beta = options.beta;
  run.precision = to_string(options.precision);
  run.backend = to_string(choose_backend(options, A).kind);
  run.seed = options.seed;
  run.max_iterations = *options.max_iterations;
  run.tolerance = options.tolerance;
  if (snapshots.w_rows > 0) run.w_rows = sampled_rows(A.rows(), snapshots.w_rows);
  return run;
}

}  // namespace nonneg
