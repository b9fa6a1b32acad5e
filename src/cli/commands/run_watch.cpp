// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/run_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <tuple>

#include "cli/options/number_pair.hpp"
#include "cli/options/result_options.hpp"
#include "io/output_path.hpp"
#include "nonneg/error.hpp"
#include "page/directory_events.hpp"

namespace nonneg::cli {
namespace {

namespace fs = std::filesystem;

std::vector<Index> parse_iterations(std::string_view text) {
  std::vector<Index> iterations;
  for (const std::string_view part : parts_of_list(text)) {
    iterations.push_back(parse_integer("--snapshot-at", part));
  }
  return iterations;
}

/// The schedule and sizes, with what is wrong named by its option.
SnapshotOptions options_of(const WatchArguments& arguments) {
  const int given = static_cast<int>(arguments.every.has_value()) +
                    static_cast<int>(arguments.seconds.has_value()) +
                    static_cast<int>(!arguments.at.empty());
  if (given > 1) {
    throw InvalidArgument(
        "--snapshot-every, --snapshot-seconds and --snapshot-at: give one of them at most");
  }
  SnapshotOptions options;
  SnapshotSchedule& schedule = options.schedule;
  if (arguments.every) {
    schedule.kind = SnapshotSchedule::Kind::every;
    schedule.every = *arguments.every;
    if (schedule.every < 1) {
      throw InvalidArgument(fmt::format("--snapshot-every {}: must be at least 1", schedule.every));
    }
  }
  if (arguments.seconds) {
    schedule.kind = SnapshotSchedule::Kind::seconds;
    schedule.seconds = *arguments.seconds;
    if (!(schedule.seconds > 0)) {
      throw InvalidArgument(
          fmt::format("--snapshot-seconds {}: must be above 0", schedule.seconds));
    }
  }
  if (!arguments.at.empty()) {
    schedule.kind = SnapshotSchedule::Kind::at;
    schedule.at = parse_iterations(arguments.at);
  }
  options.w_rows = arguments.rows;
  if (options.w_rows < 0) {
    throw InvalidArgument(
        fmt::format("--snapshot-rows {}: must be at least 0 (0: all rows)", options.w_rows));
  }
  try {
    validate(options);
  } catch (const InvalidArgument& e) {
    throw InvalidArgument(fmt::format("--snapshot-at {}: {}", arguments.at, e.what()));
  }
  return options;
}

/// Snapshots on their way at once: as many as cost little, so that a disk that is slow for a moment
/// loses none.
Index chosen_ring(Index rows, Index row_bytes) {
  constexpr Index kBytes = Index{64} << 20U;
  constexpr Index kMin = 3;
  constexpr Index kMax = 64;
  return std::clamp(kBytes / std::max<Index>(rows * row_bytes, 1), kMin, kMax);
}

/// The run's directory, absolute.
std::string absolute_output(const std::string& out) {
  return io::resolve_output(out, output_names("--out")).target.string();
}

/// Where snapshots will go. What SnapshotDirectory::create() would refuse is refused
/// here, before the work begins.
io::OutputPath checked_directory(const WatchArguments& arguments, const std::string& out,
                                 bool overwrite) {
  const std::string& given = arguments.snapshots;
  io::OutputPath path = io::resolve_output(given, output_names("--snapshots"));
  if (!out.empty() && absolute_output(out) == path.target) {
    throw InvalidArgument(fmt::format(
        "--snapshots {}: is --out as well; name another directory for the snapshots", given));
  }
  if (!out.empty() && path.target.string().starts_with(absolute_output(out) + "/")) {
    throw InvalidArgument(fmt::format(
        "--snapshots {}: lies within --out {}, which is made when the run ends; name a directory "
        "beside it",
        given, out));
  }
  if (!path.exists) return path;
  if (!fs::is_directory(path.target)) {
    throw InvalidArgument(fmt::format("--snapshots {}: is a file; name a directory", given));
  }
  if (fs::is_empty(path.target)) return path;
  if (!SnapshotDirectoryReader::holds_snapshots(path.target.string())) {
    throw InvalidArgument(fmt::format(
        "--snapshots {}: is not empty and holds no snapshots; name another directory", given));
  }
  if (!overwrite) {
    throw InvalidArgument(fmt::format(
        "--snapshots {}: holds snapshots already; name another directory, or add --overwrite",
        given));
  }
  return path;
}

}  // namespace

void add_watching(OptionTable& table, WatchArguments& watch) {
  table.group("Watching");
  table.text("--snapshots", watch.snapshots, "DIR",
             "Directory that gets snapshots of the factors as they form, pictures and a report");
  table.integer("--snapshot-every", watch.every, "Iterations between two snapshots",
                "at 1, 2, 4, 8, ...");
  table.decimal("--snapshot-seconds", watch.seconds, "Seconds between two snapshots", "");
  table.text("--snapshot-at", watch.at, "LIST", "Iterations to keep, such as 1,10,100");
  table.integer("--snapshot-rows", watch.rows, "Most rows of W in a snapshot, evenly spaced",
                "all of them");
  table.text("--image-shape", watch.image_shape, "R,C", "A row of A is an image of R x C pixels");
  table.flag("--no-pictures", watch.no_pictures, "Draw nothing at the end of the run");
  Option& live = table.add("--live", "[PORT]",
                           "Show the run on a page of this machine, at PORT or one that is free",
                           {}, [&watch](const std::string& text) {
                             if (!text.empty()) watch.serve.port = parse_integer("--live", text);
                           });
  live.value_optional = true;
  live.given = &watch.live;
  add_host(table, "--live-host", " the page", watch.serve);
  table.decimal("--live-linger", watch.linger, "Seconds that the page stays after the run",
                "until it is closed");
}

/// Both sinks of a run, and whether one has failed.
class RunWatch::Sinks {
 public:
  virtual ~Sinks() = default;
  bool failed() const noexcept { return failed_; }
  void fail() noexcept { failed_ = true; }

 private:
  std::atomic<bool> failed_ = false;
};

template <class T>
class RunWatch::FanOut final : public Sinks, public SnapshotSink<T> {
 public:
  FanOut(SnapshotDirectory* directory, live::LiveServer* server)
      : directory_(directory), server_(server) {}

  void accept(const Snapshot<T>& snapshot) override {
    try {
      if (directory_ != nullptr) directory_->add_snapshot(snapshot);
      if (server_ != nullptr) server_->accept(snapshot);
    } catch (...) {
      fail();
      throw;
    }
  }

 private:
  SnapshotDirectory* directory_;
  live::LiveServer* server_;
};

RunWatch::RunWatch(const WatchArguments& arguments, const std::string& out, bool overwrite,
                   Interrupt& interrupt)
    : arguments_(arguments),
      out_(out),
      overwrite_(overwrite),
      interrupt_(interrupt),
      options_(options_of(arguments)) {
  const bool scheduled = arguments.every || arguments.seconds || !arguments.at.empty() ||
                         arguments.rows != 0 || !arguments.image_shape.empty();
  if (scheduled && arguments.snapshots.empty() && !arguments.live) {
    throw InvalidArgument(
        "--snapshot-… and --image-shape are about snapshots: add --snapshots DIR or --live");
  }
  if (!arguments.image_shape.empty()) {
    std::tie(image_rows_, image_cols_) = parse_image_shape(arguments.image_shape);
  }
  if (!arguments.snapshots.empty()) {
    const io::OutputPath path = checked_directory(arguments, out, overwrite);
    directory_path_ = path.target.string();
    parents_ = path.parents;
  }
  on_signal_.emplace(interrupt.token(), [this] { stop_.request_stop(); });
  if (arguments.live) {
    server_ = std::make_unique<live::LiveServer>(listen_address(arguments.serve, "--live"),
                                                 [this] { stop_.request_stop(); });
  }
}

RunWatch::~RunWatch() = default;

template <class T>
void RunWatch::begin(Solver<T>& solver, const DataView& A, SnapshotRun run) {
  if (!active()) return;
  if (image_rows_ > 0 && image_rows_ * image_cols_ != A.cols()) {
    throw InvalidArgument(fmt::format("--image-shape {}: {} x {} is {} pixels, and a row has {}",
                                      arguments_.image_shape, image_rows_, image_cols_,
                                      image_rows_ * image_cols_, A.cols()));
  }
  run.rows = A.rows();
  run.cols = A.cols();
  run.image_rows = image_rows_;
  run.image_cols = image_cols_;
  if (!out_.empty()) run.output = absolute_output(out_);
  if (options_.w_rows > 0) run.w_rows = sampled_rows(A.rows(), options_.w_rows);
  if (!directory_path_.empty()) {
    directory_ = SnapshotDirectory::create(
        directory_path_, run, &A,
        overwrite_ ? SnapshotDirectory::IfPresent::replace : SnapshotDirectory::IfPresent::refuse);
  }
  if (server_) server_->begin(run, &A);
  options_.ring = chosen_ring((options_.w_rows > 0 ? std::ssize(run.w_rows) : A.rows()) + A.cols(),
                              run.rank * static_cast<Index>(sizeof(T)));
  auto sink = std::make_unique<FanOut<T>>(directory_.get(), server_.get());
  FanOut<T>& both = *sink;
  sinks_ = std::move(sink);
  solver.stream_to(both, options_);
}

void RunWatch::on_check(const LossRecord& record) {
  if (!sinks_ || snapshots_failed()) return;
  try {
    if (directory_) directory_->add_check(record);
    if (server_) server_->on_check(record);
  } catch (...) {
    sinks_->fail();
    throw;
  }
}

void RunWatch::before_sweep() {
  if (server_) server_->wait_while_paused(stop_.get_token());
}

bool RunWatch::snapshots_failed() const noexcept { return sinks_ && sinks_->failed(); }

void RunWatch::end(const SnapshotEnd& end, const nlohmann::ordered_json& run_json) {
  if (directory_ && !snapshots_failed()) directory_->end(end);
  if (server_) {
    server_->finish(
        end, run_json,
        page::files_of(run_json.is_null() || out_.empty() ? std::string() : absolute_output(out_),
                       directory_path_));
  }
}

void RunWatch::linger() {
  if (server_) server_->linger(arguments_.linger, interrupt_.token());
}

template void RunWatch::begin(Solver<float>&, const DataView&, SnapshotRun);
template void RunWatch::begin(Solver<double>&, const DataView&, SnapshotRun);

}  // namespace nonneg::cli
