// SPDX-License-Identifier: Apache-2.0
// In place of event_server.cpp where cpp-httplib was not found when nonneg was built.
#include <exception>

#include "live/event_server.hpp"
#include "nonneg/error.hpp"

namespace nonneg::live {

class EventServer::Impl {};

// NOLINTNEXTLINE(performance-unnecessary-value-param): as it is declared
EventServer::EventServer(const ListenAddress& /*address*/, Button /*button*/) {
  throw NotAvailable(
      "this nonneg was built without cpp-httplib, which serves the live page; install "
      "libcpp-httplib-dev and build nonneg again");
}
EventServer::~EventServer() = default;

// Never reached: there is no such server.
const std::string& EventServer::address() const noexcept { std::terminate(); }
EventLog& EventServer::log() noexcept { std::terminate(); }
int EventServer::viewers() const noexcept { return 0; }

}  // namespace nonneg::live
