// SPDX-License-Identifier: Apache-2.0
#include "page/directory_events.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json_values.hpp"
#include "records/factor_file.hpp"
#include "records/lookup.hpp"

namespace nonneg::page {
namespace {

using Json = nlohmann::ordered_json;

LossRecord record_of(const SnapshotEntry& entry) {
  return {entry.iteration, entry.seconds, entry.loss, entry.objective, entry.relative_error};
}

template <class T>
Json event_of(const SnapshotEntry& entry, const MatrixFile& w, const MatrixFile& h,
              const PageEvents& events) {
  const Matrix<T> W = records::read_factor<T>(w);
  const Matrix<T> H = records::read_factor<T>(h);
  return events.snapshot(record_of(entry), entry.skipped, factors_by_rows<T>(W.view(), H.view()));
}

}  // namespace

Observed observed_of(const SnapshotDirectoryReader& reader, const std::vector<Index>& rows,
                     std::vector<std::string>& notes) {
  if (rows.empty()) return {};
  try {
    return observed_rows(records::open_data(reader).view(), rows);
  } catch (const std::exception& e) {
    notes.push_back(fmt::format("A itself is not shown: {}.", e.what()));
    return {};
  }
}

Json snapshot_event(const SnapshotDirectoryReader& reader, std::size_t i,
                    const PageEvents& events) {
  const MatrixFile w = reader.open_w(i);
  const MatrixFile h = reader.open_h(i);
  const SnapshotEntry& entry = reader.snapshots()[i];
  return w.view().type() == ElementType::float64 ? event_of<double>(entry, w, h, events)
                                                 : event_of<float>(entry, w, h, events);
}

Json end_event(const SnapshotEnd& end, const Json& files) {
  return {{"kind", "end"},
          {"stop_reason", end.stop_reason},
          {"message", text_json(end.message)},
          {"iterations", end.iterations},
          {"seconds", end.seconds},
          {"skipped", end.skipped},
          {"files", files}};
}

Json files_of(const std::string& output, const std::string& snapshots) {
  Json files = Json::object();
  if (!output.empty()) files["run"] = output;
  if (!snapshots.empty()) files["snapshots"] = snapshots;
  return files;
}

}  // namespace nonneg::page
