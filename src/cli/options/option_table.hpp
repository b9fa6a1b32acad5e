// SPDX-License-Identifier: Apache-2.0
/// The options of a command, each declared beside the field that it fills. What reads a command
/// line, the help page and the completions are made from them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/enumerations.hpp"
#include "cli/options/option_values.hpp"

namespace nonneg::cli {

/// The names of a table as the type of an option: "auto|hals|mu|anls".
template <class Table>
std::string choices_type() {
  std::string type;
  for (const std::string_view name : names_of<Table>()) {
    if (!type.empty()) type += '|';
    type += name;
  }
  return type;
}

/// The values of a table that words explain: "kl Kullback-Leibler, is Itakura-Saito".
template <class Table>
std::string explained(std::string_view between, std::string_view after) {
  std::string text;
  for (const auto& line : Table::kTable) {
    if (line.words.empty()) continue;
    if (!text.empty()) text += after;
    text.append(line.name).append(between).append(line.words);
  }
  return text;
}

/// An option, a flag or a positional.
struct Option {
  /// "--rank", "-o,--out"; a positional has none but its word, "INPUT".
  std::string names;
  /// Other names that are understood, as `names` has them: "-k,--components". Neither the help page
  /// nor completions list them.
  std::string aliases{};
  /// What its value is: "N", "FILE" or "DIR" (which a shell completes), "hals|mu" (its choices).
  /// Empty: it takes none.
  std::string type;
  std::string description;
  /// What the help page shows in brackets; empty: nothing.
  std::string default_text;
  /// The heading that it stands under.
  std::string group;
  /// Gets the value, or "" where it is left out; may throw InvalidArgument. None for a flag.
  std::function<void(const std::string&)> take;
  /// A flag's field.
  bool* flag = nullptr;
  /// Set to true where the option is given; may be null.
  bool* given = nullptr;
  /// Whether it may stand without its value.
  bool value_optional = false;
  /// The name of an option that may not be given beside it; empty: none.
  std::string excludes;

  bool positional() const { return !names.starts_with('-'); }
  /// "--out"; empty for a positional.
  std::string long_name() const;
};

/// Fields keep their value unless their option is given, and must live as long as the table is
/// used. The value they have when they are declared is shown in the help as the default, unless
/// `default_text` says otherwise. What is returned is valid until the next option is declared.
class OptionTable {
 public:
  /// The heading for the options that follow.
  OptionTable& group(std::string name);

  Option& integer(const std::string& name, std::int64_t& field, const std::string& description,
                  const std::string& default_text = {});
  Option& integer(const std::string& name, std::optional<std::int64_t>& field,
                  const std::string& description, const std::string& default_text);
  Option& integer(const std::string& name, int& field, const std::string& description,
                  const std::string& default_text = {});
  Option& unsigned_integer(const std::string& name, std::uint64_t& field,
                           const std::string& description);
  Option& decimal(const std::string& name, double& field, const std::string& description,
                  const std::string& default_text = {});
  Option& decimal(const std::string& name, std::optional<double>& field,
                  const std::string& description, const std::string& default_text);
  Option& on_off(const std::string& name, std::optional<bool>& field,
                 const std::string& description, const std::string& default_text);
  Option& flag(const std::string& name, bool& field, const std::string& description);
  /// A text as it is; its default is not shown.
  Option& text(const std::string& name, std::string& field, const std::string& type,
               const std::string& description);

  /// A value of an enumeration, by its name in the enumeration's table.
  template <class E>
  Option& choice(const std::string& name, E& field, const std::string& description) {
    return choice<Enumeration<E>>(name, field, description);
  }
  /// A value of any other table of enumerations.hpp.
  template <class Table, class E>
  Option& choice(const std::string& name, E& field, const std::string& description) {
    const Enumerator<E>* current = line_of<Table>(field);
    return add(name, choices_type<Table>(), description,
               current != nullptr ? std::string(current->name) : std::string(),
               [name, &field](const std::string& text) {
                 const std::vector<std::string> choices = choices_of(choices_type<Table>());
                 field = *value_named<Table>(choices.at(parse_choice(name, text, choices)));
               });
  }

  /// An option of any other kind.
  Option& add(const std::string& names, const std::string& type, const std::string& description,
              const std::string& default_text, std::function<void(const std::string&)> take);

  /// In the order in which they were declared.
  const std::vector<Option>& options() const noexcept { return options_; }

 private:
  std::vector<Option> options_;
  std::string group_ = "Options";
};

}  // namespace nonneg::cli
