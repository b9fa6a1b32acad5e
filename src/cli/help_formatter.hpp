/// Help pages of 80 columns.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace nonneg::cli {

/// Two columns, the second broken into lines at words; defaults in brackets at its end.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override;
  std::string make_usage(const CLI::App* app, std::string name) const override;
  std::string make_positionals(const CLI::App* app) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_subcommand(const CLI::App* command) const override;
};

}  // namespace nonneg::cli
