// SPDX-License-Identifier: Apache-2.0
/// What snapshots.jsonl, the events of a page and run.json have in common.
#pragma once

#include "base/json_values.hpp"
#include "nonneg/snapshot_directory.hpp"

namespace nonneg::records {

/// Returns a run's settings: all but what says which files of a directory hold what.
inline nlohmann::ordered_json settings_json(const SnapshotRun& run) {
  using Json = nlohmann::ordered_json;
  Json settings = {{"rows", run.rows},
                   {"cols", run.cols},
                   {"rank", run.rank},
                   {"algorithm", run.algorithm},
                   {"loss", run.loss},
                   {"beta", number_json(run.beta)},
                   {"precision", run.precision},
                   {"backend", run.backend},
                   {"seed", run.seed},
                   {"max_iterations", run.max_iterations},
                   {"tolerance", number_json(run.tolerance)},
                   {"started", text_json(run.started)},
                   {"data_source", text_json(run.data_source)},
                   {"output", text_json(run.output)},
                   {"nonneg", text_json(run.nonneg_version)},
                   {"image_shape", nullptr}};
  if (run.image_rows > 0) settings["image_shape"] = {run.image_rows, run.image_cols};
  return settings;
}

inline nlohmann::ordered_json loss_json(const LossRecord& record) {
  return {{"iteration", record.iteration},
          {"seconds", number_json(record.seconds)},
          {"loss", number_json(record.loss)},
          {"objective", number_json(record.objective)},
          {"relative_error", number_json(record.relative_error)}};
}

/// Returns what is known of a state: of a check, or of a snapshot, by `kind`.
inline nlohmann::ordered_json state_json(const char* kind, const LossRecord& state) {
  nlohmann::ordered_json json = {{"kind", kind}};
  json.update(loss_json(state));
  return json;
}

}  // namespace nonneg::records
