// SPDX-License-Identifier: Apache-2.0
/// The page's own files (src/page/assets/) and Chart.js, embedded when nonneg is built.
#pragma once

#include <string_view>

namespace nonneg::page {

/// With @policy, @style, @chart, @script, @events and @nonce where page.cpp puts them.
extern const std::string_view kPageHtml;
extern const std::string_view kPageStyle;
extern const std::string_view kPageScript;
/// Blank where nonneg was built without Chart.js.
extern const std::string_view kChartScript;

}  // namespace nonneg::page
