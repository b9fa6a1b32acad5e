// SPDX-License-Identifier: Apache-2.0
/// The page, put together from its sources.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>

namespace nonneg::page {

/// Throws NotAvailable, naming the package, where nonneg was built without Chart.js.
void require_page();

/// Returns a page that needs nothing but itself, as what stands before the list of its page events
/// (page_events.hpp) and what stands behind it. It forbids itself to load anything. Throws as
/// require_page.
std::pair<std::string, std::string> report_page();

/// Returns an event as it may stand in the report's list.
std::string report_event(const nlohmann::ordered_json& event);

/// Returns a page that takes its events from "events" beside its own address, and posts to "pause",
/// "resume" and "stop". `nonce` is what the response's policy allows scripts and styles by.
std::string live_page(const std::string& nonce);

}  // namespace nonneg::page
