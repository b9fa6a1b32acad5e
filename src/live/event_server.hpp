// SPDX-License-Identifier: Apache-2.0
/// The HTTP server behind the live page: one page, one stream of events, a few buttons. It knows
/// nothing of what it shows.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "live/event_log.hpp"
#include "live/listen_address.hpp"

namespace nonneg::live {

/// Serves under http://HOST:PORT/TOKEN/, on threads of its own; everything else gets an empty 404,
/// and a Host header that is not this server's an empty 403. A viewer is a connection with a thread
/// of its own that reads the log: of those there are at most kMaxViewers, and none of them is
/// waited for.
class EventServer {
 public:
  static constexpr int kMaxViewers = 24;

  /// Does what a button asks for: "pause", "resume" or "stop". Returns false where it cannot.
  using Button = std::function<bool(const std::string& what)>;

  /// Binds the port and serves. Throws InvalidArgument for a port that is in use or not allowed or
  /// a host that is not this machine's; NotAvailable where nonneg was built without its HTTP
  /// library or without Chart.js.
  explicit EventServer(const ListenAddress& address, Button button = {});
  /// Waits for the connections to end, but not for one that drags on.
  ~EventServer();
  EventServer(const EventServer&) = delete;
  EventServer& operator=(const EventServer&) = delete;

  /// Such as "http://127.0.0.1:7878/0123456789abcdef0123456789abcdef/".
  const std::string& address() const noexcept;
  EventLog& log() noexcept;
  /// Returns how many pages are open.
  int viewers() const noexcept;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace nonneg::live
