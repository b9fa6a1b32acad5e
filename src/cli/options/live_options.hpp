// SPDX-License-Identifier: Apache-2.0
/// Options of the commands that serve a page.
#pragma once

#include <optional>
#include <string>

#include "cli/options/option_table.hpp"
#include "live/listen_address.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg::cli {

struct ServeArguments {
  std::optional<Index> port;
  std::string host = live::ListenAddress().host;
};

/// Declares `name`, the option of the address. `what` is served there: " the page", or nothing.
void add_host(OptionTable& table, const std::string& name, const std::string& what,
              ServeArguments& serve);

/// Returns where to listen. Throws InvalidArgument for a port that is none, which `option` gave.
live::ListenAddress listen_address(const ServeArguments& serve, const std::string& option);

}  // namespace nonneg::cli
