// SPDX-License-Identifier: Apache-2.0
#include "page/report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/spread.hpp"
#include "io/output_file.hpp"
#include "nonneg/error.hpp"
#include "page/directory_events.hpp"
#include "page/page.hpp"

namespace nonneg::page {
namespace {

using Json = nlohmann::ordered_json;

constexpr Index kMaxSnapshots = 120;
constexpr Index kMaxChecks = 5000;
/// Kept for Chart.js, the page's own files, checks and lists.
constexpr std::size_t kReserve = 3'000'000;
/// Bytes of a float32 in base64, and of the lists of largest entries per number shown, about.
constexpr double kBytesPerValue = 16.0 / 3;
constexpr double kBytesPerListedComponent = 900;

double bytes_of(const PageEvents& events) {
  return static_cast<double>(events.plan().values()) * kBytesPerValue +
         static_cast<double>(events.plan().components) * kBytesPerListedComponent;
}

/// The finest detail at which `snapshots` of them fit, or the coarsest there is.
PageEvents fitted(const SnapshotRun& run, Index snapshots) {
  const double room =
      static_cast<double>(kMaxReportBytes - kReserve) / static_cast<double>(snapshots);
  PageEvents events(run, 4 * DisplayPlan::kUsualValues);
  for (Index values = 4 * DisplayPlan::kUsualValues; values > 1024 && bytes_of(events) > room;
       values /= 2) {
    events = PageEvents(run, values);
  }
  return events;
}

SnapshotRun shaped(SnapshotRun run, std::pair<Index, Index> image_shape) {
  const auto [high, wide] = image_shape;
  if (high == 0 && wide == 0) return run;
  if (high < 1 || wide < 1 || wide > run.cols / high || high * wide != run.cols) {
    throw InvalidArgument(fmt::format("image shape {} x {}: must have {} entries, as a row of A",
                                      high, wide, run.cols));
  }
  run.image_rows = high;
  run.image_cols = wide;
  return run;
}

/// A report's file, event by event.
class ReportFile {
 public:
  explicit ReportFile(const std::string& path)
      : file_(path, {.create = "cannot be made",
                     .write = "cannot be written",
                     .place = "cannot be put in place"}),
        frame_(report_page()) {
    write(frame_.first);
    write("[");
  }

  void add(const Json& event) {
    if (!first_) write(",");
    first_ = false;
    write(report_event(event));
  }

  void commit() {
    write("]");
    write(frame_.second);
    file_.commit();
  }

 private:
  void write(std::string_view text) {
    file_.write_at(bytes_, text.data(), text.size());
    bytes_ += text.size();
  }

  io::OutputFile file_;
  std::pair<std::string, std::string> frame_;
  std::uint64_t bytes_ = 0;
  bool first_ = true;
};

}  // namespace

void write_report(const SnapshotDirectoryReader& reader, const Json& run_json,
                  const std::string& path, std::pair<Index, Index> image_shape) {
  require_page();
  const SnapshotRun run = shaped(reader.run(), image_shape);
  const auto count = static_cast<Index>(reader.snapshots().size());
  const Index wanted = std::min(count, kMaxSnapshots);
  const PageEvents events = fitted(run, std::max<Index>(wanted, 1));
  const auto room =
      static_cast<Index>(static_cast<double>(kMaxReportBytes - kReserve) / bytes_of(events));
  const std::vector<Index> shown = spread(count, std::max<Index>(2, std::min(wanted, room)));

  std::vector<std::string> notes;
  const auto shown_count = static_cast<Index>(shown.size());
  if (shown_count < count) {
    notes.push_back(fmt::format("{} of {} snapshots are shown.", shown_count, count));
  }
  const auto check_count = static_cast<Index>(reader.checks().size());
  if (check_count > kMaxChecks) {
    notes.push_back(fmt::format("{} of {} checks are shown.", kMaxChecks, check_count));
  }
  const Observed observed = observed_of(reader, events.observed_rows(), notes);
  ReportFile file(path);
  file.add(events.start(observed, std::move(notes)));
  for (const Index i : spread(check_count, kMaxChecks)) {
    file.add(PageEvents::check(reader.checks()[static_cast<std::size_t>(i)]));
  }
  for (const Index i : shown) {
    try {
      file.add(snapshot_event(reader, static_cast<std::size_t>(i), events));
    } catch (const Error& e) {
      file.add(PageEvents::note(fmt::format("A snapshot is left out: {}.", e.what())));
    }
  }
  if (run_json.is_object()) file.add(PageEvents::record(run_json));
  if (reader.end()) {
    file.add(end_event(*reader.end(), files_of(reader.run().output, reader.path())));
  }
  file.commit();
}

std::string report_text(const std::vector<Json>& events) {
  const auto [before, after] = report_page();
  std::string text = before + "[";
  for (const Json& event : events) {
    if (text.size() > before.size() + 1) text += ",";
    text += report_event(event);
  }
  return text + "]" + after;
}

}  // namespace nonneg::page
