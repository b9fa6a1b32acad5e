// SPDX-License-Identifier: Apache-2.0
#include "io/name_match.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/some_of.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

const char* plural(std::size_t count) { return count == 1 ? "" : "s"; }

[[noreturn]] void refuse_repeated(const NamedColumns& columns,
                                  const std::vector<std::string>& names,
                                  const std::string& remedy) {
  throw InvalidArgument(
      fmt::format("{}: {} {} name{} there more than once: {}; which of the {}s is meant "
                  "cannot be told; {}",
                  columns.source, names.size(), columns.called, names.size() == 1 ? " is" : "s are",
                  some_of(names), columns.called, remedy));
}

NameMatch all_in_order(std::size_t count) {
  NameMatch match;
  match.columns.resize(count);
  std::iota(match.columns.begin(), match.columns.end(), Index{0});
  match.places = match.columns;
  return match;
}

}  // namespace

bool NameMatch::in_order() const { return std::is_sorted(places.begin(), places.end()); }

std::vector<std::string> repeated_names(const std::vector<std::string>& names) {
  std::unordered_map<std::string_view, int> counts;
  std::vector<std::string> repeated;
  for (const std::string& name : names) {
    if (++counts[name] == 2) repeated.push_back(name);
  }
  return repeated;
}

std::optional<Index> first_displaced(const std::vector<std::string>& names,
                                     const std::vector<std::string>& others) {
  if (names == others) return std::nullopt;
  const std::unordered_set<std::string_view> known(others.begin(), others.end());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool here = i < others.size() && others[i] == names[i];
    if (!here && known.contains(names[i])) return static_cast<Index>(i);
  }
  return std::nullopt;
}

NameMatch match_names(const NamedColumns& wanted, const NamedColumns& given,
                      const std::string& remedy) {
  if (wanted.names == given.names) return all_in_order(given.names.size());
  if (const auto repeated = repeated_names(wanted.names); !repeated.empty()) {
    refuse_repeated(wanted, repeated, remedy);
  }
  std::unordered_map<std::string_view, Index> places;
  for (const std::string& name : wanted.names) places.emplace(name, std::ssize(places));

  NameMatch match;
  std::vector<int> found(wanted.names.size(), 0);
  std::vector<std::string> repeated;
  for (Index j = 0; j < std::ssize(given.names); ++j) {
    const std::string& name = given.names[static_cast<std::size_t>(j)];
    const auto place = places.find(name);
    if (place == places.end()) {
      match.left_out.push_back(name);
      continue;
    }
    const auto at = static_cast<std::size_t>(place->second);
    if (++found[at] == 2) repeated.push_back(name);
    match.columns.push_back(j);
    match.places.push_back(place->second);
  }
  if (!repeated.empty()) refuse_repeated(given, repeated, remedy);
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] == 0) missing.push_back(wanted.names[i]);
  }
  if (!missing.empty()) {
    throw InvalidArgument(fmt::format("{}: lacks {} of the {} {}{} of {}: {}; {}", given.source,
                                      missing.size(), wanted.names.size(), given.called,
                                      plural(wanted.names.size()), wanted.source, some_of(missing),
                                      remedy));
  }
  return match;
}

}  // namespace nonneg::io
