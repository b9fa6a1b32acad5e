// SPDX-License-Identifier: Apache-2.0
/// The live page of a run: takes what the run tells, shows it to whoever opens the page.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <stop_token>
#include <string>

#include "live/event_server.hpp"
#include "live/pause_gate.hpp"
#include "nonneg/data_view.hpp"
#include "nonneg/snapshot_directory.hpp"
#include "page/page_events.hpp"

namespace nonneg::live {

/// Snapshots and checks go into a bounded log; the server's own threads take them from there. So
/// nothing here waits for a viewer. Members may be called from several threads.
class LiveServer final : public SnapshotSink<float>, public SnapshotSink<double> {
 public:
  /// `stop` is called, from a thread of the server, when a viewer asks for the run's end. Throws as
  /// EventServer does.
  LiveServer(const ListenAddress& address, std::function<void()> stop);
  ~LiveServer() override;

  const std::string& address() const noexcept { return server_.address(); }

  /// Says what is run, before anything below is called. `A` is read here, and may be null.
  void begin(SnapshotRun run, const DataView* A);
  void on_check(const LossRecord& record);
  void accept(const Snapshot<float>& snapshot) override { add(snapshot); }
  void accept(const Snapshot<double>& snapshot) override { add(snapshot); }
  /// Returns at once unless a viewer paused the run; else when one resumes it or `stop` is
  /// requested. For the thread that runs the solver, before each sweep.
  void wait_while_paused(const std::stop_token& stop) { gate_.wait(stop); }
  /// Says that the run is over. `run_json` may be null; `files` are those of page::files_of.
  void finish(const SnapshotEnd& end, const nlohmann::ordered_json& run_json,
              const nlohmann::ordered_json& files);

  /// Keeps serving while a page is open; not beyond `seconds`, where that is given, and then also
  /// while none is open yet. Ends when `stop` is requested.
  void linger(std::optional<double> seconds, const std::stop_token& stop) const;

 private:
  template <class T>
  void add(const Snapshot<T>& snapshot);
  bool press(const std::string& what);
  void publish(Keep keep, const nlohmann::ordered_json& event);

  std::function<void()> stop_;
  PauseGate gate_;
  std::unique_ptr<const page::PageEvents> events_;
  std::atomic<bool> over_ = false;
  /// Last, so that its threads end first.
  EventServer server_;
};

}  // namespace nonneg::live
