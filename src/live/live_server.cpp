// SPDX-License-Identifier: Apache-2.0
#include "live/live_server.hpp"

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "page/directory_events.hpp"

namespace nonneg::live {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

/// A page that is being loaded again is not gone.
constexpr std::chrono::seconds kReload{4};
constexpr std::chrono::milliseconds kLook{100};

}  // namespace

LiveServer::LiveServer(const ListenAddress& address, std::function<void()> stop)
    : stop_(std::move(stop)),
      server_(address, [this](const std::string& what) { return press(what); }) {}

LiveServer::~LiveServer() = default;

void LiveServer::begin(SnapshotRun run, const DataView* A) {
  events_ = std::make_unique<page::PageEvents>(std::move(run), page::DisplayPlan::kUsualValues);
  page::Observed observed;
  if (A != nullptr) observed = page::observed_rows(*A, events_->observed_rows());
  Json event = events_->start(observed, {});
  event["controls"] = true;
  publish(Keep::always, event);
}

void LiveServer::on_check(const LossRecord& record) {
  publish(Keep::check, page::PageEvents::check(record));
}

template <class T>
void LiveServer::add(const Snapshot<T>& snapshot) {
  const LossRecord record{snapshot.iteration, snapshot.seconds, snapshot.loss, snapshot.objective,
                          snapshot.relative_error};
  publish(Keep::snapshot,
          events_->snapshot(record, snapshot.skipped,
                            page::factors_by_transpose<T>(snapshot.W, snapshot.Ht)));
}

void LiveServer::finish(const SnapshotEnd& end, const Json& run_json, const Json& files) {
  over_ = true;
  gate_.set(false);
  if (run_json.is_object()) publish(Keep::always, page::PageEvents::record(run_json));
  publish(Keep::always, page::end_event(end, files));
}

void LiveServer::linger(std::optional<double> seconds, const std::stop_token& stop) const {
  const Clock::time_point start = Clock::now();
  Clock::time_point seen = start;
  bool opened = server_.viewers() > 0;
  while (!stop.stop_requested()) {
    const Clock::time_point now = Clock::now();
    if (server_.viewers() > 0) {
      opened = true;
      seen = now;
    }
    if (seconds && std::chrono::duration<double>(now - start).count() >= *seconds) return;
    if (opened ? now - seen > kReload : !seconds) return;
    std::this_thread::sleep_for(kLook);
  }
}

bool LiveServer::press(const std::string& what) {
  if (over_) return false;
  if (what == "stop") {
    if (!stop_) return false;
    stop_();
    return true;
  }
  gate_.set(what == "pause");
  publish(Keep::latest, {{"kind", "state"}, {"paused", what == "pause"}});
  return true;
}

void LiveServer::publish(Keep keep, const Json& event) {
  server_.log().publish(keep, event.dump(-1, ' ', false, Json::error_handler_t::replace));
}

template void LiveServer::add(const Snapshot<float>&);
template void LiveServer::add(const Snapshot<double>&);

}  // namespace nonneg::live
