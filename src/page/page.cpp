// SPDX-License-Identifier: Apache-2.0
#include "page/page.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "nonneg/error.hpp"
#include "page/page_sources.hpp"

namespace nonneg::page {
namespace {

using Replacement = std::pair<std::string_view, std::string_view>;

/// The text with each mark's every occurrence replaced; what is put in is not looked at again.
std::string filled(std::string_view text, const std::vector<Replacement>& replacements) {
  std::string out;
  while (true) {
    const Replacement* nearest = nullptr;
    std::size_t at = std::string_view::npos;
    for (const Replacement& replacement : replacements) {
      const std::size_t found = text.find(replacement.first);
      if (found < at) {
        at = found;
        nearest = &replacement;
      }
    }
    if (nearest == nullptr) return out.append(text);
    out.append(text.substr(0, at)).append(nearest->second);
    text.remove_prefix(at + nearest->first.size());
  }
}

std::string filled_page(std::string_view policy, std::string_view nonce, std::string_view events) {
  require_page();
  return filled(kPageHtml, {{"@policy", policy},
                            {"@nonce", nonce},
                            {"@style", kPageStyle},
                            {"@chart", kChartScript},
                            {"@script", kPageScript},
                            {"@events", events}});
}

}  // namespace

void require_page() {
  if (kChartScript.find_first_not_of(" \n") != std::string_view::npos) return;
  throw NotAvailable(
      "this nonneg was built without Chart.js, which the report and the live page draw with; "
      "install libjs-chart.js and build nonneg again");
}

std::pair<std::string, std::string> report_page() {
  constexpr std::string_view kHere = "@here";
  const std::string page = filled_page(
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src "
      "'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action "
      "'none'\">",
      "", kHere);
  const std::size_t at = page.find(fmt::format("{}{}", R"(id="events">)", kHere));
  const std::size_t begin = page.find(kHere, at);
  return {page.substr(0, begin), page.substr(begin + kHere.size())};
}

std::string report_event(const nlohmann::ordered_json& event) {
  using Json = nlohmann::ordered_json;
  // In a script element there may be no "</script>" and no "<!--".
  return filled(event.dump(-1, ' ', false, Json::error_handler_t::replace), {{"<", "\\u003c"}});
}

std::string live_page(const std::string& nonce) { return filled_page("", nonce, "null"); }

}  // namespace nonneg::page
