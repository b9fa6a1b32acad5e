// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>

#include "base/spread.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/interrupt.hpp"
#include "cli/commands/snapshots_argument.hpp"
#include "cli/options/live_options.hpp"
#include "cli/options/usage.hpp"
#include "cli/output/console.hpp"
#include "live/event_server.hpp"
#include "nonneg/error.hpp"
#include "nonneg/snapshot_directory.hpp"
#include "page/directory_events.hpp"
#include "records/lookup.hpp"

namespace nonneg::cli {
namespace {

using Json = nlohmann::ordered_json;

struct ViewArguments {
  std::string directory;
  ServeArguments serve;
};

constexpr std::chrono::milliseconds kPoll{300};
/// Snapshots and checks of those that are there already; all that come later are shown.
constexpr Index kMaxAtOnce = 120;
constexpr Index kMaxChecksAtOnce = 5000;

/// Hands a directory's news to the server.
class Follower {
 public:
  Follower(const std::string& path, live::EventLog& log)
      : reader_(path), events_(reader_.run(), page::DisplayPlan::kUsualValues), log_(log) {
    std::vector<std::string> notes;
    const auto count = static_cast<Index>(reader_.snapshots().size());
    const std::vector<Index> first = spread(count, kMaxAtOnce);
    if (static_cast<Index>(first.size()) < count) {
      notes.push_back(fmt::format("Of the first {} snapshots, {} are shown.", count, first.size()));
    }
    const page::Observed observed = page::observed_of(reader_, events_.observed_rows(), notes);
    publish(live::Keep::always, events_.start(observed, std::move(notes)));
    const auto checks = static_cast<Index>(reader_.checks().size());
    for (const Index i : spread(checks, kMaxChecksAtOnce)) add_check(static_cast<std::size_t>(i));
    next_check_ = reader_.checks().size();
    for (const Index i : first) add_snapshot(static_cast<std::size_t>(i));
    next_snapshot_ = reader_.snapshots().size();
    add_end();
  }

  void follow() {
    add_record();
    if (!reader_.refresh()) return;
    add_checks();
    for (; next_snapshot_ < reader_.snapshots().size(); ++next_snapshot_) {
      add_snapshot(next_snapshot_);
    }
    add_end();
  }

 private:
  void add_checks() {
    for (; next_check_ < reader_.checks().size(); ++next_check_) add_check(next_check_);
  }

  void add_check(std::size_t i) {
    publish(live::Keep::check, page::PageEvents::check(reader_.checks()[i]));
  }

  void add_snapshot(std::size_t i) {
    try {
      publish(live::Keep::snapshot, page::snapshot_event(reader_, i, events_));
    } catch (const Error& e) {
      say(fmt::format("nonneg: warning: a snapshot is left out: {}\n", e.what()));
    }
  }

  void add_end() {
    if (!reader_.end() || ended_) return;
    ended_ = true;
    publish(live::Keep::always,
            page::end_event(*reader_.end(), page::files_of(reader_.run().output, reader_.path())));
    add_record();
  }

  /// The run directory appears when the run's factors are written: after the last snapshot.
  void add_record() {
    if (!ended_ || recorded_ || reader_.run().output.empty()) return;
    const Json record = records::run_record_of(reader_);
    if (!record.is_object()) return;
    recorded_ = true;
    publish(live::Keep::always, page::PageEvents::record(record));
  }

  void publish(live::Keep keep, const Json& event) {
    log_.publish(keep, event.dump(-1, ' ', false, Json::error_handler_t::replace));
  }

  SnapshotDirectoryReader reader_;
  page::PageEvents events_;
  live::EventLog& log_;
  std::size_t next_check_ = 0;
  std::size_t next_snapshot_ = 0;
  bool ended_ = false;
  bool recorded_ = false;
};

/// Serves until Ctrl-C, and follows the directory while it grows.
ExitStatus execute(const ViewArguments& arguments, Interrupt& interrupt) {
  require_value("view", "DIR", arguments.directory);
  const std::string path = snapshots_of(arguments.directory);
  live::EventServer server(listen_address(arguments.serve, "--port"));
  Follower follower(path, server.log());
  interrupt.begin_graceful();
  print(fmt::format("{}\nOpen this address in a browser; Ctrl-C ends it.\n", server.address()));
  while (!interrupt.token().stop_requested()) {
    std::this_thread::sleep_for(kPoll);
    follower.follow();
  }
  return ExitStatus::success;
}

void declare(OptionTable& table, ViewArguments& arguments) {
  table.text("DIR", arguments.directory, "DIR",
             "Directory of snapshots, or of a run that has some");
  table.group("Page");
  table.integer("--port", arguments.serve.port, "Port to serve the page at",
                fmt::format("{}, or any free one", live::kUsualPort));
  add_host(table, "--host", "", arguments.serve);
}

}  // namespace

Command view_command() {
  const auto arguments = std::make_shared<ViewArguments>();
  Command command{"view", "Show a run's snapshots on a page, as they come"};
  declare(command.options, *arguments);
  command.examples = "  nonneg view snapshots\n  nonneg view snapshots --port 9000";
  command.run = [arguments](Interrupt& interrupt) { return execute(*arguments, interrupt); };
  return command;
}

}  // namespace nonneg::cli
