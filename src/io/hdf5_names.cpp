// SPDX-License-Identifier: Apache-2.0
#include "io/hdf5_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

// Categories may be a group themselves, of values and a mask.
constexpr int kDeepest = 2;

std::vector<std::string> in_digits(const std::vector<Index>& numbers) {
  std::vector<std::string> names;
  names.reserve(numbers.size());
  for (const Index number : numbers) names.push_back(std::to_string(number));
  return names;
}

}  // namespace

std::vector<std::string> Hdf5Names::labels(const std::string& place, const NamedLines& lines) {
  return checked(labels_at(place, kDeepest), place, lines);
}

std::vector<std::string> Hdf5Names::table(const std::string& table, const NamedLines& lines) {
  const Hdf5File::Kind kind = file_.kind(table);
  if (kind == Hdf5File::Kind::nothing) return {};
  // AnnData 0.6 and older: one data set, with a field for each column of the table.
  if (kind == Hdf5File::Kind::data_set) return checked(labels_of_field(table), table, lines);
  std::string index = file_.text_attribute(table, "_index");
  if (index.empty()) index = "_index";
  const std::string place = table + "/" + index;
  if (file_.kind(place) == Hdf5File::Kind::nothing) return checked(std::nullopt, place, lines);
  return labels(place, lines);
}

std::vector<std::string> Hdf5Names::checked(Names names, const std::string& place,
                                            const NamedLines& lines) {
  if (!names) {
    warnings_.push_back(fmt::format(
        "{}:{}: {}, so that {} have no names; --{}-names FILE gives them", file_.name(), place,
        file_.kind(place) == Hdf5File::Kind::nothing
            ? fmt::format("the names of {} should be there and are not", lines.what)
            : fmt::format("names of {} are neither texts, numbers nor categories", lines.what),
        lines.what, std::string(lines.what) == "rows" ? "row" : "column"));
    return {};
  }
  if (std::ssize(*names) != lines.count) {
    throw InvalidArgument(fmt::format("{}:{}: {} {}, but {} has {} names", file_.name(), matrix_,
                                      lines.count, lines.what, place, names->size()));
  }
  return std::move(*names);
}

Hdf5Names::Names Hdf5Names::labels_at(const std::string& place, int depth) {
  if (depth < 0) return std::nullopt;
  switch (file_.kind(place)) {
    case Hdf5File::Kind::group:
      return labels_of_group(place, depth);
    case Hdf5File::Kind::data_set:
      return labels_of_data_set(place, depth);
    default:
      return std::nullopt;
  }
}

Hdf5Names::Names Hdf5Names::labels_of_group(const std::string& place, int depth) {
  if (file_.has_data_set(place + "/codes")) {
    return categories(place + "/codes", place + "/categories", depth);
  }
  // Newer versions keep what may be missing as a group of values and a mask.
  return labels_at(place + "/values", depth - 1);
}

Hdf5Names::Names Hdf5Names::labels_of_data_set(const std::string& place, int depth) {
  if (auto texts = file_.texts(place)) return texts;
  if (const auto fields = file_.fields(place); !fields.empty()) return labels_of_field(place);
  // AnnData 0.7: codes, with a reference to the categories, which lie in a group beside them.
  std::string referred = file_.referred_place(place, "categories");
  if (referred.empty()) {
    const std::size_t slash = place.rfind('/');
    const std::string beside = place.substr(0, slash) + "/__categories" + place.substr(slash);
    if (file_.kind(beside) != Hdf5File::Kind::nothing) referred = beside;
  }
  if (!referred.empty()) return categories(place, referred, depth);
  const auto numbers = file_.integers(place);
  return numbers ? Names(in_digits(*numbers)) : std::nullopt;
}

Hdf5Names::Names Hdf5Names::labels_of_field(const std::string& table) {
  const std::vector<std::string> fields = file_.fields(table);
  if (fields.empty()) return std::nullopt;
  const auto found = std::find_if(fields.begin(), fields.end(), [](const std::string& field) {
    return field == "index" || field == "_index";
  });
  const std::string& field = found != fields.end() ? *found : fields.front();
  if (auto texts = file_.texts(table, field)) return texts;
  const auto numbers = file_.integers(table, field);
  return numbers ? Names(in_digits(*numbers)) : std::nullopt;
}

Hdf5Names::Names Hdf5Names::categories(const std::string& codes, const std::string& categories,
                                       int depth) {
  const auto numbers = file_.integers(codes);
  const Names values = labels_at(categories, depth - 1);
  if (!numbers || !values) return std::nullopt;
  std::vector<std::string> names;
  names.reserve(numbers->size());
  for (std::size_t i = 0; i < numbers->size(); ++i) {
    const Index code = (*numbers)[i];
    if (code < -1 || code >= std::ssize(*values)) {
      throw InvalidArgument(fmt::format("{}:{}: {}[{}] is {}, outside the {} categories of {}",
                                        file_.name(), matrix_, codes, i, code, values->size(),
                                        categories));
    }
    // The code of what has no category is -1.
    names.push_back(code < 0 ? std::string() : (*values)[static_cast<std::size_t>(code)]);
  }
  return names;
}

}  // namespace nonneg::io
