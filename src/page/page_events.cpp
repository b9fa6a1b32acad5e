// SPDX-License-Identifier: Apache-2.0
#include "page/page_events.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "base/json_values.hpp"
#include "base/utf8.hpp"
#include "data/dense_copy.hpp"
#include "nonneg/error.hpp"
#include "nonneg/version.hpp"
#include "page/base64.hpp"
#include "page/pooled_factors.hpp"
#include "page/top_entries.hpp"
#include "records/event_json.hpp"

namespace nonneg::page {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kTopEntries = 8;
constexpr std::size_t kMaxNameBytes = 60;
/// Digits that the lists show, and some.
constexpr int kShownDigits = 5;

/// The name, or its beginning with an ellipsis.
std::string shortened(const std::string& name) {
  const std::string all = printable(name);
  std::string shown(utf8_prefix(all, kMaxNameBytes));
  if (shown.size() < all.size()) shown += "\u2026";
  return shown;
}

/// [index, value, name or nothing] for each entry.
template <class IndexOf>
Json entries_json(const std::vector<Entry>& entries, const std::vector<std::string>& names,
                  const IndexOf& index_of) {
  Json list = Json::array();
  for (const Entry& entry : entries) {
    const Index index = index_of(entry.index);
    const double shown = std::stod(fmt::format("{:.{}g}", entry.value, kShownDigits));
    Json item = Json::array({index, number_json(shown)});
    if (!names.empty()) item.push_back(shortened(names[static_cast<std::size_t>(index)]));
    list.push_back(std::move(item));
  }
  return list;
}

/// The row of A that is row i of the snapshots' W.
Index row_of_a(const SnapshotRun& run, Index i) {
  return run.w_rows.empty() ? i : run.w_rows[static_cast<std::size_t>(i)];
}

Json settings_of(const SnapshotRun& run) {
  Json settings = records::settings_json(run);
  // Of a run that writes no directory.
  if (settings["nonneg"].is_null()) settings["nonneg"] = version();
  return settings;
}

Json bins_json(const Bins& bins) { return {{"bins", bins.count}, {"of", bins.size}}; }

std::string lines_note(const char* factor, const Bins& bins, const char* lines, const char* of) {
  const auto mean = static_cast<double>(bins.size) / static_cast<double>(bins.count);
  return fmt::format("{}: {} {} show {} {}; each is the mean of about {:.3g} adjacent ones.",
                     factor, bins.count, lines, bins.size, of, mean);
}

}  // namespace

Observed observed_rows(const DataView& A, const std::vector<Index>& rows) {
  const Matrix<float> copy = dense_copy<float>(A, rows);
  Observed observed;
  for (Index i = 0; i < copy.rows(); ++i) {
    const float* row = copy.view().row(i);
    observed.emplace_back(row, row + copy.cols());
  }
  return observed;
}

PageEvents::PageEvents(SnapshotRun run, Index values) : run_(std::move(run)), plan_(run_, values) {}

std::vector<Index> PageEvents::observed_rows() const {
  std::vector<Index> rows;
  for (const Index i : run_.cols == 2 ? plan_.points : plan_.pairs) {
    rows.push_back(row_of_a(run_, i));
  }
  return rows;
}

std::vector<std::string> PageEvents::notes() const {
  std::vector<std::string> notes;
  const auto shown_points = static_cast<Index>(plan_.points.size());
  if (!run_.w_rows.empty()) {
    notes.push_back(
        fmt::format("The snapshots hold {} of the {} rows of W.", run_.snapshot_rows(), run_.rows));
  }
  if (plan_.components < run_.rank) {
    notes.push_back(fmt::format("The heat maps and lists show the first {} of {} components.",
                                plan_.components, run_.rank));
  }
  if (plan_.w_lines.count < plan_.w_lines.size) {
    notes.push_back(lines_note("W", plan_.w_lines, "lines", "rows"));
  }
  if (plan_.h_lines.count < plan_.h_lines.size) {
    notes.push_back(lines_note("H", plan_.h_lines, "columns", "columns"));
  }
  if (shown_points > 0 && shown_points < run_.snapshot_rows()) {
    notes.push_back(fmt::format("{} of {} points are shown.", shown_points, run_.snapshot_rows()));
  }
  if (plan_.images > 0 && plan_.images < run_.rank) {
    notes.push_back(fmt::format("{} of {} basis images are shown.", plan_.images, run_.rank));
  }
  if (plan_.image_high.count < plan_.image_high.size ||
      plan_.image_wide.count < plan_.image_wide.size) {
    notes.push_back(fmt::format("Images of {} x {} pixels are shown as {} x {} means.",
                                run_.image_rows, run_.image_cols, plan_.image_high.count,
                                plan_.image_wide.count));
  }
  return notes;
}

Json PageEvents::start(const Observed& observed, std::vector<std::string> further) const {
  Json shown = nullptr;
  if (!observed.empty()) {
    std::vector<float> values;
    for (const std::vector<float>& row : observed) {
      const std::vector<float> part = run_.cols == 2 ? row : pooled_image(plan_, row);
      values.insert(values.end(), part.begin(), part.end());
    }
    shown = base64(values);
  }
  std::vector<std::string> all = notes();
  for (std::string& note : further) all.push_back(std::move(note));
  Json pair_names = Json::array();
  for (const Index i : plan_.pairs) {
    const Index row = row_of_a(run_, i);
    pair_names.push_back(run_.row_names.empty()
                             ? fmt::format("row {}", row + 1)
                             : shortened(run_.row_names[static_cast<std::size_t>(row)]));
  }
  return {{"kind", "run"},
          {"settings", settings_of(run_)},
          {"display",
           {{"components", plan_.components},
            {"w", bins_json(plan_.w_lines)},
            {"h", bins_json(plan_.h_lines)},
            {"points", plan_.points.size()},
            {"arrows", plan_.arrows},
            {"image", {plan_.image_high.count, plan_.image_wide.count}},
            {"images", plan_.images},
            {"pairs", std::move(pair_names)}}},
          {"observed", std::move(shown)},
          {"notes", std::move(all)}};
}

Json PageEvents::check(const LossRecord& record) { return records::state_json("check", record); }

Json PageEvents::note(const std::string& sentence) {
  return {{"kind", "note"}, {"note", sentence}};
}

template <class T>
Json PageEvents::snapshot(const LossRecord& record, Index skipped,
                          const FactorsView<T>& factors) const {
  if (factors.W.rows() != run_.snapshot_rows() || factors.W.cols() != run_.rank ||
      factors.cols != run_.cols) {
    throw InvalidArgument(fmt::format(
        "snapshot of iteration {}: W is {} x {} and H has {} columns; the run has {} x {} and {}",
        record.iteration, factors.W.rows(), factors.W.cols(), factors.cols, run_.snapshot_rows(),
        run_.rank, run_.cols));
  }
  Json event = records::state_json("snapshot", record);
  event["skipped"] = skipped;
  event["w"] = base64(pooled_w(plan_, factors));
  event["h"] = base64(pooled_h(plan_, factors));
  if (run_.cols == 2) {
    event["points"] = base64(points(plan_, factors));
    event["arrows"] = base64(arrows(plan_, factors));
  }
  if (plan_.images > 0) {
    event["images"] = base64(images(plan_, factors));
    event["pairs"] = base64(reconstructions(plan_, factors));
  }
  Json rows = Json::array();
  Json columns = Json::array();
  for (Index c = 0; c < plan_.components; ++c) {
    rows.push_back(entries_json(top_rows(factors, c, kTopEntries), run_.row_names,
                                [&](Index i) { return row_of_a(run_, i); }));
    columns.push_back(entries_json(top_columns(factors, c, kTopEntries), run_.column_names,
                                   [](Index j) { return j; }));
  }
  event["top"] = {{"rows", std::move(rows)}, {"columns", std::move(columns)}};
  return event;
}

Json PageEvents::record(Json run_json) {
  for (const char* list : {"loss_history", "row_names", "column_names"}) run_json.erase(list);
  return {{"kind", "record"}, {"record", std::move(run_json)}};
}

template Json PageEvents::snapshot(const LossRecord&, Index, const FactorsView<float>&) const;
template Json PageEvents::snapshot(const LossRecord&, Index, const FactorsView<double>&) const;

}  // namespace nonneg::page
