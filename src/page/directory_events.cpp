#include "page/directory_events.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "data/dense_copy.hpp"
#include "nonneg/error.hpp"

namespace nonneg::report {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

LossRecord record_of(const SnapshotEntry& entry) {
  return {entry.iteration, entry.seconds, entry.loss, entry.objective, entry.relative_error};
}

template <class T>
Json event_of(const SnapshotEntry& entry, const MatrixFile& w, const MatrixFile& h,
              const PageEvents& events) {
  const Matrix<T> W = cli::dense_copy<T>(w.view());
  const Matrix<T> H = cli::dense_copy<T>(h.view());
  return events.snapshot(record_of(entry), entry.skipped, factors_by_rows<T>(W.view(), H.view()));
}

/// A of the run, or a file that can be it. Only .npy is looked into without reading all of it.
MatrixFile open_observed(const SnapshotDirectoryReader& reader) {
  if (!reader.run().data.empty()) return reader.open_data();
  const fs::path source = reader.run().data_source;
  if (source.extension() != ".npy" || !fs::is_regular_file(source)) {
    throw InvalidArgument(fmt::format("{} is not at hand as .npy", source.string()));
  }
  MatrixFile file = MatrixFile::open(source.string());
  if (file.view().rows() != reader.run().rows || file.view().cols() != reader.run().cols) {
    throw InvalidArgument(fmt::format("{} has another shape by now", source.string()));
  }
  return file;
}

}  // namespace

Observed observed_of(const SnapshotDirectoryReader& reader, const std::vector<Index>& rows,
                     std::vector<std::string>& notes) {
  Observed observed;
  if (rows.empty()) return observed;
  try {
    const MatrixFile file = open_observed(reader);
    for (const Index i : rows) {
      const Matrix<float> row = cli::dense_copy<float>(file.view().row_block(i, 1));
      observed.emplace_back(row.view().row(0), row.view().row(0) + row.cols());
    }
  } catch (const std::exception& e) {
    observed.clear();
    notes.push_back(fmt::format("A itself is not shown: {}.", e.what()));
  }
  return observed;
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
          {"message", end.message.empty() ? Json(nullptr) : Json(end.message)},
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

}  // namespace nonneg::report
