#include "page/page.hpp"

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

/// JSON that may stand in a script element: no "</script>", no "<!--".
std::string script_safe(const nlohmann::ordered_json& value) {
  const std::string text =
      value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return filled(text, {{"<", "\\u003c"}});
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

std::string report_page(const nlohmann::ordered_json& events) {
  return filled_page(
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src "
      "'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action "
      "'none'\">",
      "", script_safe(events));
}

std::string live_page(const std::string& nonce) { return filled_page("", nonce, "null"); }

}  // namespace nonneg::page
