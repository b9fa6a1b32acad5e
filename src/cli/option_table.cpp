#include "cli/option_table.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <functional>
#include <limits>

#include "cli/suggestion.hpp"

namespace nonneg::cli {
namespace {

template <class Number>
std::optional<Number> parse(std::string_view text) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

}  // namespace

std::vector<std::string> choices_of(std::string_view type_name) {
  std::vector<std::string> choices;
  while (true) {
    const std::size_t bar = type_name.find('|');
    choices.emplace_back(type_name.substr(0, bar));
    if (bar == std::string_view::npos) return choices;
    type_name.remove_prefix(bar + 1);
  }
}

std::int64_t parse_integer(std::string_view option, std::string_view text) {
  if (const auto value = parse<std::int64_t>(text)) return *value;
  throw InvalidArgument(fmt::format("{} {}: must be a whole number, such as 8", option, text));
}

std::uint64_t parse_unsigned(std::string_view option, std::string_view text) {
  if (const auto value = parse<std::uint64_t>(text)) return *value;
  throw InvalidArgument(fmt::format("{} {}: must be a whole number from 0 to {}", option, text,
                                    std::numeric_limits<std::uint64_t>::max()));
}

double parse_decimal(std::string_view option, std::string_view text) {
  const auto value = parse<double>(text);
  if (value && std::isfinite(*value)) return *value;
  throw InvalidArgument(
      fmt::format("{} {}: must be a finite number, such as 0.01 or 1e-6", option, text));
}

std::size_t parse_choice(std::string_view option, std::string_view text,
                         const std::vector<std::string>& choices) {
  const auto found = std::find(choices.begin(), choices.end(), text);
  if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  throw InvalidArgument(fmt::format("{} {}: unknown value; allowed: {}{}", option, text,
                                    fmt::join(choices, ", "), did_you_mean(text, choices)));
}

CLI::Option* OptionTable::add(const std::string& name, const std::string& type,
                              const std::string& description, const std::string& default_text,
                              const std::function<void(const std::string&)>& take) {
  return app_.add_option_function<std::string>(name, take, description)
      ->type_name(type)
      ->default_str(default_text)
      ->group(group_);
}

CLI::Option* OptionTable::integer(const std::string& name, std::int64_t& field,
                                  const std::string& description, const std::string& default_text) {
  return add(name, "N", description, default_text.empty() ? std::to_string(field) : default_text,
             [name, &field](const std::string& text) { field = parse_integer(name, text); });
}

CLI::Option* OptionTable::integer(const std::string& name, std::optional<std::int64_t>& field,
                                  const std::string& description, const std::string& default_text) {
  return add(name, "N", description, default_text,
             [name, &field](const std::string& text) { field = parse_integer(name, text); });
}

CLI::Option* OptionTable::integer(const std::string& name, int& field,
                                  const std::string& description, const std::string& default_text) {
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

CLI::Option* OptionTable::unsigned_integer(const std::string& name, std::uint64_t& field,
                                           const std::string& description) {
  return add(name, "N", description, std::to_string(field),
             [name, &field](const std::string& text) { field = parse_unsigned(name, text); });
}

CLI::Option* OptionTable::decimal(const std::string& name, double& field,
                                  const std::string& description, const std::string& default_text) {
  return add(name, "X", description, default_text.empty() ? fmt::format("{}", field) : default_text,
             [name, &field](const std::string& text) { field = parse_decimal(name, text); });
}

CLI::Option* OptionTable::decimal(const std::string& name, std::optional<double>& field,
                                  const std::string& description, const std::string& default_text) {
  return add(name, "X", description, default_text,
             [name, &field](const std::string& text) { field = parse_decimal(name, text); });
}

CLI::Option* OptionTable::on_off(const std::string& name, std::optional<bool>& field,
                                 const std::string& description, const std::string& default_text) {
  return add(name, "on|off", description, default_text, [name, &field](const std::string& text) {
    field = parse_choice(name, text, {"on", "off"}) == 0;
  });
}

CLI::Option* OptionTable::flag(const std::string& name, bool& field,
                               const std::string& description) {
  return app_.add_flag(name, field, description)->group(group_);
}

CLI::Option* OptionTable::path(const std::string& name, std::string& field, const std::string& type,
                               const std::string& description) {
  return add(name, type, description, {}, [&field](const std::string& text) { field = text; });
}

CLI::Option* OptionTable::positional(const std::string& name, std::string& field,
                                     const std::string& description) {
  return app_
      .add_option_function<std::string>(
          name, [&field](const std::string& text) { field = text; }, description)
      ->type_name("FILE");
}

}  // namespace nonneg::cli
