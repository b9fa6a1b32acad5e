// SPDX-License-Identifier: Apache-2.0
/// What happens in a run, as JSON for the page: the report holds a list of these, the live page is
/// sent them one by one. src/page/assets/model.js reads them.
///
///   run       {"kind", "settings", "display", "observed", "notes"}             once, first; live
///             also "controls"
///   check     {"kind", "iteration", "seconds", "loss", "objective", "relative_error"}
///   snapshot  as check, and "skipped", "w", "h", "points", "arrows", "images", "pairs", which are
///             little-endian float32 in base64, row-major, sizes as in "display"; "top": the
///             largest entries of each component with their names
///   end       {"kind", "stop_reason", "message", "iterations", "seconds", "skipped", "files"}
///   note      {"kind", "note"}: one more of the run's "notes"
///   record    {"kind", "record"}: run.json without its long lists
///   state     {"kind", "paused"}: live only
///
/// Numbers that are not finite are null.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "nonneg/result.hpp"
#include "nonneg/snapshot_directory.hpp"
#include "page/display_plan.hpp"
#include "page/factors_view.hpp"

namespace nonneg::page {

/// Rows of A, in its own scale, that the page shows beside their reconstructions: the plan's points
/// or pairs, in that order; empty where A is not at hand.
using Observed = std::vector<std::vector<float>>;

/// Returns these rows of A.
Observed observed_rows(const DataView& A, const std::vector<Index>& rows);

class PageEvents {
 public:
  /// `values` is how many numbers a snapshot shows (see DisplayPlan).
  PageEvents(SnapshotRun run, Index values);

  const DisplayPlan& plan() const noexcept { return plan_; }
  /// Returns the rows of A that `start` takes, in order.
  std::vector<Index> observed_rows() const;

  /// `notes` are sentences on what is left out, beyond those that follow from the plan.
  nlohmann::ordered_json start(const Observed& observed, std::vector<std::string> notes) const;
  static nlohmann::ordered_json check(const LossRecord& record);
  static nlohmann::ordered_json note(const std::string& sentence);
  /// Throws InvalidArgument where the factors' shapes are not the run's.
  template <class T>
  nlohmann::ordered_json snapshot(const LossRecord& record, Index skipped,
                                  const FactorsView<T>& factors) const;
  /// Returns run.json without its histories and names.
  static nlohmann::ordered_json record(nlohmann::ordered_json run_json);

 private:
  std::vector<std::string> notes() const;

  SnapshotRun run_;
  DisplayPlan plan_;
};

}  // namespace nonneg::page
