/// Options with typed values and messages that name the option, the value and what is allowed.
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nonneg/error.hpp"

namespace nonneg::cli {

/// The values of "hals|mu", in that order; one value where there is no '|'.
std::vector<std::string> choices_of(std::string_view type_name);

/// Reads a whole number or a finite decimal number; all of the text must be used. Throws
/// InvalidArgument naming `option`.
std::int64_t parse_integer(std::string_view option, std::string_view text);
std::uint64_t parse_unsigned(std::string_view option, std::string_view text);
double parse_decimal(std::string_view option, std::string_view text);

/// The option's entry among `choices`. Throws InvalidArgument with the nearest one.
std::size_t parse_choice(std::string_view option, std::string_view text,
                         const std::vector<std::string>& choices);

/// Adds options to one command. Fields keep their value unless the option is given; the value they
/// have when added is shown in the help as the default, unless `default_text` says otherwise.
class OptionTable {
 public:
  explicit OptionTable(CLI::App& app) : app_(app) {}

  /// The heading for the options that follow.
  OptionTable& group(std::string name) {
    group_ = std::move(name);
    return *this;
  }

  CLI::Option* integer(const std::string& name, std::int64_t& field, const std::string& description,
                       const std::string& default_text = {});
  CLI::Option* integer(const std::string& name, std::optional<std::int64_t>& field,
                       const std::string& description, const std::string& default_text);
  CLI::Option* integer(const std::string& name, int& field, const std::string& description,
                       const std::string& default_text = {});
  CLI::Option* unsigned_integer(const std::string& name, std::uint64_t& field,
                                const std::string& description);
  CLI::Option* decimal(const std::string& name, double& field, const std::string& description,
                       const std::string& default_text = {});
  CLI::Option* decimal(const std::string& name, std::optional<double>& field,
                       const std::string& description, const std::string& default_text);
  CLI::Option* on_off(const std::string& name, std::optional<bool>& field,
                      const std::string& description, const std::string& default_text);
  CLI::Option* flag(const std::string& name, bool& field, const std::string& description);
  /// `type` is FILE or DIR, which is also what a shell completes.
  CLI::Option* path(const std::string& name, std::string& field, const std::string& type,
                    const std::string& description);
  CLI::Option* positional(const std::string& name, std::string& field,
                          const std::string& description);

  /// An enumeration; `values` in the order of the names in `choices` ("hals|mu").
  template <class E>
  CLI::Option* choice(const std::string& name, E& field, const std::string& choices,
                      std::vector<E> values, const std::string& description) {
    const auto current = std::find(values.begin(), values.end(), field) - values.begin();
    const std::string shown = choices_of(choices).at(static_cast<std::size_t>(current));
    return add(name, choices, description, shown,
               [name, choices, values = std::move(values), &field](const std::string& text) {
                 field = values.at(parse_choice(name, text, choices_of(choices)));
               });
  }

 private:
  CLI::Option* add(const std::string& name, const std::string& type, const std::string& description,
                   const std::string& default_text,
                   const std::function<void(const std::string&)>& take);

  CLI::App& app_;
  std::string group_ = "Options";
};

}  // namespace nonneg::cli
