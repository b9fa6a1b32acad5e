// SPDX-License-Identifier: Apache-2.0
/// Options of every command that makes a solver, or says what one would take.
#pragma once

#include <string>

#include "cli/options/option_table.hpp"
#include "nonneg/options.hpp"

namespace nonneg::cli {

/// --algorithm. `default_text`: see OptionTable.
Option& add_algorithm(OptionTable& table, Options& options, const std::string& default_text = {});

/// --loss and --beta. `default_text`: see OptionTable; `given`: see Option.
void add_loss(OptionTable& table, Options& options, const std::string& default_text = {},
              bool* given = nullptr);

/// --init.
Option& add_init(OptionTable& table, Init& init);

/// --threads.
void add_threads(OptionTable& table, int& threads);

/// What to compute with, under a heading of its own.
void add_computing(OptionTable& table, Options& options);

}  // namespace nonneg::cli
