/// The page, put together from its sources.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace nonneg::page {

/// Throws NotAvailable, naming the package, where nonneg was built without Chart.js.
void require_page();

/// Returns a page that needs nothing but itself: `events` is a list of page events
/// (page_events.hpp). It forbids itself to load anything. Throws as require_page.
std::string report_page(const nlohmann::ordered_json& events);

/// Returns a page that takes its events from "events" beside its own address, and posts to "pause",
/// "resume" and "stop". `nonce` is what the response's policy allows scripts and styles by.
std::string live_page(const std::string& nonce);

}  // namespace nonneg::page
