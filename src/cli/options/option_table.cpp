// SPDX-License-Identifier: Apache-2.0
#include "cli/options/option_table.hpp"

#include <fmt/format.h>

#include <limits>

#include "nonneg/error.hpp"

namespace nonneg::cli {

std::string Option::long_name() const {
  const std::size_t start = names.find("--");
  return start == std::string::npos ? std::string() : names.substr(start);
}

OptionTable& OptionTable::group(std::string name) {
  group_ = std::move(name);
  return *this;
}

Option& OptionTable::add(const std::string& names, const std::string& type,
                         const std::string& description, const std::string& default_text,
                         std::function<void(const std::string&)> take) {
  Option option;
  option.names = names;
  option.type = type;
  option.description = description;
  option.default_text = default_text;
  option.group = group_;
  option.take = std::move(take);
  return options_.emplace_back(std::move(option));
}

Option& OptionTable::integer(const std::string& name, std::int64_t& field,
                             const std::string& description, const std::string& default_text) {
  return add(name, "N", description, default_text.empty() ? std::to_string(field) : default_text,
             [name, &field](const std::string& text) { field = parse_integer(name, text); });
}

Option& OptionTable::integer(const std::string& name, std::optional<std::int64_t>& field,
                             const std::string& description, const std::string& default_text) {
  return add(name, "N", description, default_text,
             [name, &field](const std::string& text) { field = parse_integer(name, text); });
}

Option& OptionTable::integer(const std::string& name, int& field, const std::string& description,
                             const std::string& default_text) {
  return add(
      name, "N", description, default_text.empty() ? std::to_string(field) : default_text,
      [name, &field](const std::string& text) {
        const std::int64_t value = parse_integer(name, text);
        if (value > std::numeric_limits<int>::max() || value < std::numeric_limits<int>::min()) {
          throw InvalidArgument(fmt::format("{} {}: is too large", name, text));
        }
        field = static_cast<int>(value);
      });
}

Option& OptionTable::unsigned_integer(const std::string& name, std::uint64_t& field,
                                      const std::string& description) {
  return add(name, "N", description, std::to_string(field),
             [name, &field](const std::string& text) { field = parse_unsigned(name, text); });
}

Option& OptionTable::decimal(const std::string& name, double& field, const std::string& description,
                             const std::string& default_text) {
  return add(name, "X", description, default_text.empty() ? fmt::format("{}", field) : default_text,
             [name, &field](const std::string& text) { field = parse_decimal(name, text); });
}

Option& OptionTable::decimal(const std::string& name, std::optional<double>& field,
                             const std::string& description, const std::string& default_text) {
  return add(name, "X", description, default_text,
             [name, &field](const std::string& text) { field = parse_decimal(name, text); });
}

Option& OptionTable::on_off(const std::string& name, std::optional<bool>& field,
                            const std::string& description, const std::string& default_text) {
  return add(name, "on|off", description, default_text, [name, &field](const std::string& text) {
    field = parse_choice(name, text, {"on", "off"}) == 0;
  });
}

Option& OptionTable::flag(const std::string& name, bool& field, const std::string& description) {
  Option& option = add(name, {}, description, {}, {});
  option.flag = &field;
  return option;
}

Option& OptionTable::text(const std::string& name, std::string& field, const std::string& type,
                          const std::string& description) {
  return add(name, type, description, {}, [&field](const std::string& text) { field = text; });
}

}  // namespace nonneg::cli
